-- 0005: own acts whose place in the log another phone with a copy of this store had taken, and what they were done
-- anew as. Marked in the transaction that does so: once, whenever the phone dies (docs/decisions/0011).
CREATE TABLE fork (
    entry INTEGER NOT NULL PRIMARY KEY,                        -- entry.id
    again INTEGER                                              -- entry.id of the act that does it anew; NULL: not yet.
) STRICT;
