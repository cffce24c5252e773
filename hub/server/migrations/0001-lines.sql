-- 0001: what a hub keeps. Portable SQL: every table begins with the street, which a distributed engine spreads by.
-- Entries and lines are the truth; records and tallies are derived in the same transaction and can be rebuilt.

CREATE TABLE meta (
    street INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    value  BLOB    NOT NULL,
    PRIMARY KEY (street, key)
) STRICT, WITHOUT ROWID;

-- One counter row per feed: the next line's number and the chain value before it.
CREATE TABLE feed (
    street INTEGER NOT NULL,
    feed   BLOB    NOT NULL CHECK (length(feed) = 16),
    n      INTEGER NOT NULL CHECK (n >= 0),
    head   BLOB    NOT NULL CHECK (length(head) = 32),
    PRIMARY KEY (street, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    entry_no    INTEGER PRIMARY KEY,
    street      INTEGER NOT NULL,
    feed        BLOB    NOT NULL CHECK (length(feed) = 16),   -- Home feed.
    author      BLOB    NOT NULL CHECK (length(author) = 16),
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    entry_hash  BLOB    NOT NULL CHECK (length(entry_hash) = 32),
    record      BLOB    NOT NULL CHECK (length(record) = 16),
    record_kind INTEGER NOT NULL,
    change_seq  INTEGER NOT NULL,
    start_op    INTEGER NOT NULL,
    time_s      INTEGER NOT NULL,
    deps        BLOB    NOT NULL CHECK (length(deps) % 56 = 0), -- Change hash, author, seq of each.
    act         BLOB    NOT NULL,
    change      BLOB    NOT NULL CHECK (length(change) = 32),
    salt        BLOB,                                           -- With detail: erased together.
    detail      BLOB,
    n           INTEGER NOT NULL,                               -- Its home line.
    verdict     INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 255),
    hub_time_s  INTEGER NOT NULL,
    forked      INTEGER NOT NULL DEFAULT 0 CHECK (forked IN (0, 1)),
    UNIQUE (street, feed, author, seq, entry_hash)
) STRICT;
-- Serves `rows` of one record.
CREATE INDEX entry_by_record ON entry (street, record);

CREATE TABLE line (
    street     INTEGER NOT NULL,
    feed       BLOB    NOT NULL CHECK (length(feed) = 16),
    n          INTEGER NOT NULL CHECK (n >= 1),
    entry_no   INTEGER,                                         -- Of this feed or, for a guest, of another.
    notice     BLOB,
    verdict    INTEGER NOT NULL,
    hub_time_s INTEGER NOT NULL,
    head       BLOB    NOT NULL CHECK (length(head) = 32),      -- After this line.
    PRIMARY KEY (street, feed, n),
    CHECK ((entry_no IS NULL) <> (notice IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    street      INTEGER NOT NULL,
    record      BLOB    NOT NULL CHECK (length(record) = 16),
    code        INTEGER NOT NULL,
    header      BLOB    NOT NULL,
    area        BLOB,
    open        INTEGER NOT NULL CHECK (open IN (0, 1)),
    stage       INTEGER,
    reported_s  INTEGER,
    deadline_s  INTEGER,
    suspended   INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    contested   INTEGER NOT NULL CHECK (contested IN (0, 1)),
    refused     INTEGER NOT NULL,
    PRIMARY KEY (street, record)
) STRICT, WITHOUT ROWID;
-- Serves `by_code`.
CREATE INDEX record_by_code ON record (street, code);
-- Serves `overdue`: open cases by deadline.
CREATE INDEX record_due ON record (street, deadline_s) WHERE open = 1 AND suspended = 0;
-- Serves `overdue_by_area`.
CREATE INDEX record_due_by_area ON record (street, area, deadline_s) WHERE open = 1 AND suspended = 0;
-- Serves `to_settle`.
CREATE INDEX record_contested ON record (street, contested) WHERE contested = 1;
CREATE INDEX record_refused ON record (street, refused) WHERE refused > 0;

CREATE TABLE guest (
    street INTEGER NOT NULL,
    record BLOB    NOT NULL CHECK (length(record) = 16),
    feed   BLOB    NOT NULL CHECK (length(feed) = 16),
    PRIMARY KEY (street, record, feed)
) STRICT, WITHOUT ROWID;

-- Level 0: by day, level 1: by month (year * 12 + month - 1).
CREATE TABLE tally (
    street INTEGER NOT NULL,
    area   BLOB    NOT NULL CHECK (length(area) = 16),
    level  INTEGER NOT NULL CHECK (level IN (0, 1)),
    period INTEGER NOT NULL,
    reported INTEGER NOT NULL, handled INTEGER NOT NULL, closed INTEGER NOT NULL, filed INTEGER NOT NULL,
    self_handled INTEGER NOT NULL, forced INTEGER NOT NULL, dispatches INTEGER NOT NULL, returned INTEGER NOT NULL,
    unconfirmed INTEGER NOT NULL, due INTEGER NOT NULL, due_handled INTEGER NOT NULL,
    due_handled_on_time INTEGER NOT NULL, due_closed INTEGER NOT NULL, due_closed_on_time INTEGER NOT NULL,
    due_suspended INTEGER NOT NULL, due_reworked INTEGER NOT NULL, due_extended INTEGER NOT NULL,
    PRIMARY KEY (street, area, level, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    street     INTEGER NOT NULL,
    device     BLOB    NOT NULL CHECK (length(device) = 16),
    key        BLOB    NOT NULL CHECK (length(key) = 32),
    grant_id   BLOB    NOT NULL CHECK (length(grant_id) = 8),
    contact_s  INTEGER NOT NULL,
    PRIMARY KEY (street, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_given (
    street   INTEGER NOT NULL,
    grant_id BLOB    NOT NULL CHECK (length(grant_id) = 8),
    token    BLOB    NOT NULL,
    PRIMARY KEY (street, grant_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE invite (
    street      INTEGER NOT NULL,
    secret_hash BLOB    NOT NULL CHECK (length(secret_hash) = 32),
    person      BLOB    NOT NULL CHECK (length(person) = 16),
    role        INTEGER NOT NULL,
    area        BLOB    NOT NULL CHECK (length(area) = 16),
    import      INTEGER NOT NULL CHECK (import IN (0, 1)),
    expires_s   INTEGER NOT NULL,
    used_by     BLOB,
    PRIMARY KEY (street, secret_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE seal (
    street INTEGER NOT NULL,
    feed   BLOB    NOT NULL CHECK (length(feed) = 16),
    author BLOB    NOT NULL CHECK (length(author) = 16),
    first  INTEGER NOT NULL,
    seal   BLOB    NOT NULL,
    PRIMARY KEY (street, feed, author, first, seal)
) STRICT, WITHOUT ROWID;

CREATE TABLE pack (
    street  INTEGER NOT NULL,
    version INTEGER NOT NULL,
    pack    BLOB    NOT NULL,
    PRIMARY KEY (street, version)
) STRICT, WITHOUT ROWID;

-- What the guard or a seal kept out: named, counted, never in anybody's way.
CREATE TABLE quarantine (
    street     INTEGER NOT NULL,
    author     BLOB    NOT NULL,
    feed       BLOB    NOT NULL,
    seq        INTEGER NOT NULL,
    code       TEXT    NOT NULL,
    hub_time_s INTEGER NOT NULL,
    PRIMARY KEY (street, author, feed, seq, code)
) STRICT, WITHOUT ROWID;
