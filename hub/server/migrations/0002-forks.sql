-- 0002: places in logs that two entries have, so that lines name what rests on one of them by its hash. Mostly empty.
CREATE INDEX entry_forked ON entry (street, feed, author, seq) WHERE forked = 1;
