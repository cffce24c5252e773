-- 0002: drafts, apart from entries: what is being typed is nobody's act yet. Never synced, never derived, in no dump;
-- dropped in the transaction of the act that it became (docs/architecture.md §3).
CREATE TABLE draft (
    about  BLOB    NOT NULL PRIMARY KEY CHECK (length(about) IN (0, 16)), -- The case's record id; empty: a new report.
    kept_s INTEGER NOT NULL,                                              -- Unix seconds by the phone's best time.
    bytes  BLOB    NOT NULL CHECK (length(bytes) <= 65536)                -- CBOR of gewu_device's draft.
) STRICT, WITHOUT ROWID;
