-- 0004: what a hub that was put back to an earlier state is given again (docs/sync.md §4): which line of a feed carried
-- what, and heads that the hub signed, so that its own signature brings its words back.

-- Heads as the hub signed them, some tens of kilobytes of lines apart, and the last one.
CREATE TABLE head_kept (
    feed        INTEGER NOT NULL,                              -- feed.id
    n           INTEGER NOT NULL CHECK (n >= 1),
    bytes       INTEGER NOT NULL CHECK (bytes >= 0),           -- Counted bytes of the lines since the kept head before.
    signed_head BLOB    NOT NULL,                              -- CBOR.
    PRIMARY KEY (feed, n)
) STRICT, WITHOUT ROWID;
INSERT INTO head_kept (feed, n, bytes, signed_head)
    SELECT id, n, 0, signed_head FROM feed WHERE n >= 1 AND signed_head IS NOT NULL;

-- Lines that are neither a notice nor the home line of an entry that is here: of guests, and of what stays away.
CREATE TABLE line_beside (
    feed       INTEGER NOT NULL,                               -- feed.id
    n          INTEGER NOT NULL CHECK (n >= 1),
    entry      INTEGER,                                        -- entry.id: a guest, with its own word.
    hash       BLOB    CHECK (length(hash) = 32),              -- Else its name,
    verdict    INTEGER CHECK (verdict BETWEEN 0 AND 255),      -- and the hub's word.
    hub_time_s INTEGER,
    PRIMARY KEY (feed, n),
    CHECK ((entry IS NULL) = (hash IS NOT NULL AND verdict IS NOT NULL AND hub_time_s IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Entries whose line the hub told in an answer and has not shown under a signed head yet. What a whole pull of the feed
-- does not show is unsent again.
CREATE TABLE told (
    entry INTEGER NOT NULL PRIMARY KEY,                        -- entry.id
    feed  INTEGER NOT NULL                                     -- feed.id of the feed that must show it.
) STRICT;
CREATE INDEX told_by_feed ON told (feed);
INSERT INTO told (entry, feed)
    SELECT entry.id, log.feed FROM entry JOIN log ON log.id = entry.log JOIN feed ON feed.id = log.feed
    WHERE entry.n > coalesce(feed.n, 0);
