-- 0001: entries are the truth, everything else is a dictionary or derived from them (docs/architecture.md §3).
--
-- Names of 16 bytes stand once, in dictionaries; rows use small integers. Ids are given by the one writer, ascending
-- and without gaps, never reused. No REFERENCES: the writer holds both ends, and each check would read a page.

-- Small things by name: pack, identity, clock readings. Values are the caller's bytes.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 64),
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Feeds, which are also areas and parties. Where one is pulled, how far, and the hub's last signed word on it.
CREATE TABLE feed (
    id          INTEGER NOT NULL PRIMARY KEY,
    feed        BLOB    NOT NULL UNIQUE CHECK (length(feed) = 16),
    epoch       BLOB    CHECK (length(epoch) = 16),            -- NULL: never pulled.
    n           INTEGER CHECK (n >= 0),                        -- Last line applied.
    head        BLOB    CHECK (length(head) = 32),             -- Chain value after it.
    signed_head BLOB,                                          -- CBOR of the head as the hub signed it.
    known_until_s INTEGER                                      -- Oldest last contact among the area's devices, as the hub said.
) STRICT;

-- One log per author and feed.
CREATE TABLE log (
    id     INTEGER NOT NULL PRIMARY KEY,
    feed   INTEGER NOT NULL,                                   -- feed.id
    author BLOB    NOT NULL CHECK (length(author) = 16),
    UNIQUE (feed, author)
) STRICT;

-- One act each. The id is the order in which entries were taken in, which extends causality. The change is rebuilt
-- from these columns bit for bit; what SQLite need not see for a query comes last.
CREATE TABLE entry (
    id         INTEGER NOT NULL PRIMARY KEY,
    log        INTEGER NOT NULL,                               -- log.id: feed and author.
    seq        INTEGER NOT NULL CHECK (seq >= 1),              -- Twice in one log only where the author forked.
    record     INTEGER NOT NULL,                               -- record.id
    prev       INTEGER CHECK (prev < id),                      -- The entry of the same record before it: a chain in place of an index.
    verdict    INTEGER CHECK (verdict BETWEEN 0 AND 255),      -- NULL: no line known. 0: admitted, else the reason's code.
    hub_time_s INTEGER CHECK ((hub_time_s IS NULL) = (verdict IS NULL)),
    n          INTEGER CHECK (n >= 1),                         -- Number of its home line, where known.
    answer     TEXT,                                           -- What the hub said that is no line: held, forked, malformed and why.
    change_seq INTEGER NOT NULL CHECK (change_seq >= 1),
    start_op   INTEGER NOT NULL CHECK (start_op BETWEEN 1 AND 4096),
    time_s     INTEGER NOT NULL,
    change     BLOB    NOT NULL CHECK (length(change) = 32),   -- Automerge's hash.
    deps       BLOB,                                           -- NULL: the one in prev. Else LEB128 of id - dep's id, ascending; empty: a birth.
    act        BLOB    NOT NULL,                               -- CBOR.
    detail     BLOB    CHECK (length(detail) >= 16)            -- Salt of 16 bytes, then CBOR; NULL: none, or erased.
) STRICT;
-- Serves `entries_at`: whether an entry is here, and what a reference by sequence number means.
CREATE INDEX entry_by_log ON entry (log, seq);
-- Serves `outgoing` and `status`: what has no line. Small: an answer from a line removes an entry from it.
CREATE INDEX entry_without_line ON entry (answer, id) WHERE verdict IS NULL;
-- Serves `status`: refused entries are few and stay.
CREATE INDEX entry_refused ON entry (id) WHERE verdict > 0;

-- One row per record. record, feed and kind are a dictionary; the rest is derived and is dropped by a rebuild.
CREATE TABLE record (
    id     INTEGER NOT NULL PRIMARY KEY,
    record BLOB    NOT NULL CHECK (length(record) = 16),
    feed   INTEGER NOT NULL,                                   -- feed.id of the home feed.
    kind   INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 65535),
    code   INTEGER NOT NULL CHECK (code >= 0),                 -- The 45 bits that people read.
    last   INTEGER NOT NULL,                                   -- entry.id of its newest entry: where the chain begins.
    area   INTEGER,                                            -- feed.id of the area it lies in; NULL: no report stands.
    due_s  INTEGER,                                            -- Open: its deadline, or 2^63 - 1 if never due. NULL: not open.
    header BLOB    NOT NULL                                    -- CBOR of gewu_log::record::Header.
) STRICT;
-- Serves `find` and every look-up by record id: the code is a part of the id, so one index does for both.
CREATE INDEX record_by_code ON record (code);
-- Serves `today` and `overdue`.
CREATE INDEX record_open_by_deadline ON record (due_s) WHERE due_s IS NOT NULL;
-- Serves `by_grid`: newest first. Closing a case leaves it alone.
CREATE INDEX record_by_area ON record (area);

-- Derived. Grants that a record's acts name and that nobody announced yet: when one comes, the record is folded anew.
CREATE TABLE missing_grant (
    grant_id BLOB    NOT NULL CHECK (length(grant_id) = 8),
    record   INTEGER NOT NULL,                                 -- record.id
    PRIMARY KEY (grant_id, record)
) STRICT, WITHOUT ROWID;

-- Whom grants name. By the token, or by the hub's notice where the token is not here.
CREATE TABLE grant_known (
    grant_id  BLOB    NOT NULL PRIMARY KEY CHECK (length(grant_id) = 8),
    person    BLOB    NOT NULL CHECK (length(person) = 16),
    role      INTEGER NOT NULL CHECK (role BETWEEN 0 AND 255),
    area      BLOB    NOT NULL CHECK (length(area) = 16),
    device    BLOB    NOT NULL CHECK (length(device) = 16),
    expires_s INTEGER NOT NULL,
    pack_min  INTEGER NOT NULL CHECK (pack_min >= 0),
    import    INTEGER NOT NULL CHECK (import IN (0, 1)),
    token     BLOB                                             -- NULL: known by a notice only.
) STRICT, WITHOUT ROWID;

-- What the hub announced in a feed.
CREATE TABLE notice (
    feed       INTEGER NOT NULL,                               -- feed.id
    n          INTEGER NOT NULL CHECK (n >= 1),                -- Line number.
    hub_time_s INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,                               -- CBOR.
    PRIMARY KEY (feed, n)
) STRICT, WITHOUT ROWID;

-- Seals already made: a repeat sends the same bytes.
CREATE TABLE seal (
    log   INTEGER NOT NULL,                                    -- log.id
    first INTEGER NOT NULL CHECK (first >= 1),
    last  INTEGER NOT NULL CHECK (last >= first),
    bytes BLOB    NOT NULL,                                    -- CBOR.
    PRIMARY KEY (log, first)
) STRICT, WITHOUT ROWID;

-- What failed a check and is kept apart, by name; a hash stands for it in its chain.
CREATE TABLE quarantine (
    feed    INTEGER NOT NULL,                                  -- feed.id
    entry   BLOB    NOT NULL CHECK (length(entry) = 32),       -- Its hash, or the notice's.
    n       INTEGER NOT NULL CHECK (n >= 1),                   -- The line that carried it.
    reason  TEXT    NOT NULL,
    header  BLOB    NOT NULL CHECK (length(header) <= 4096),   -- First bytes of what came.
    heard_s INTEGER NOT NULL,                                  -- The hub's time of that line: no clock is asked here.
    PRIMARY KEY (feed, entry)
) STRICT, WITHOUT ROWID;

-- Derived. Sums of what each record adds (gewu_model::tally), one row per area and month: a report touches one page here,
-- and a year is twelve rows. Bytes as `tally.rs` writes them. No row is all zero.
CREATE TABLE tally (
    area  INTEGER NOT NULL,                                    -- feed.id
    month INTEGER NOT NULL,                                    -- Year × 12 + month - 1, at the place's offset.
    whole BLOB    NOT NULL CHECK (length(whole) > 0),          -- The month's counts.
    days  BLOB    NOT NULL CHECK (length(days) > 0),           -- The counts of each of its days that has any.
    PRIMARY KEY (area, month)
) STRICT, WITHOUT ROWID;
