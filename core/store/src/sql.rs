//! Every statement that the store runs, named after the function that runs it.
//!
//! Two tests guard them (`open`): each prepares on the newest schema, and no hot one scans a table. Cold ones (rebuild,
//! dump, loading the dictionaries) may.

macro_rules! statements {
    (hot { $($(#[$hot_doc:meta])* $hot:ident = $hot_text:expr;)* } cold { $($(#[$cold_doc:meta])* $cold:ident = $cold_text:expr;)* }) => {
        $($(#[$hot_doc])* pub(crate) const $hot: &str = $hot_text;)*
        $($(#[$cold_doc])* pub(crate) const $cold: &str = $cold_text;)*
        #[cfg(test)]
        pub(crate) const HOT: &[(&str, &str)] = &[$((stringify!($hot), $hot)),*];
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($hot), $hot),)* $((stringify!($cold), $cold)),*];
    };
}

macro_rules! entry_columns {
    () => {
        "entry.id, entry.log, entry.seq, entry.record, entry.prev, entry.verdict, entry.hub_time_s, entry.n, entry.answer, \
         entry.change_seq, entry.start_op, entry.time_s, entry.change, entry.deps, entry.act, length(entry.detail)"
    };
}
macro_rules! case_columns {
    () => {
        "record.id, record.record, record.code, record.last, record.due_s, record.header"
    };
}

statements! {
    hot {
        META = "SELECT value FROM meta WHERE key = ?1";
        PUT_META = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

        FEED_ID = "SELECT id FROM feed WHERE feed = ?1";
        INSERT_FEED = "INSERT INTO feed (id, feed) VALUES (?1, ?2)";
        CURSOR = "SELECT epoch, n, head, signed_head FROM feed WHERE feed = ?1";
        SET_CURSOR = "UPDATE feed SET epoch = ?2, n = ?3, head = ?4, signed_head = ?5 WHERE id = ?1";

        INSERT_LOG = "INSERT INTO log (id, feed, author) VALUES (?1, ?2, ?3)";
        LOG_NAME = "SELECT feed.feed, log.author FROM log JOIN feed ON feed.id = log.feed WHERE log.id = ?1";
        LAST_SEQ = "SELECT max(seq) FROM entry WHERE log = ?1";

        INSERT_ENTRY = "INSERT INTO entry (id, log, seq, record, prev, verdict, hub_time_s, n, change_seq, start_op, time_s, \
            change, deps, act, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        ENTRY_AT = concat!("SELECT ", entry_columns!(), " FROM entry WHERE id = ?1");
        ENTRIES_AT = concat!("SELECT ", entry_columns!(), " FROM entry WHERE log = ?1 AND seq = ?2 ORDER BY id");
        COUNT_AT = "SELECT count(*) FROM entry WHERE log = ?1 AND seq = ?2";
        DETAIL_AT = "SELECT detail FROM entry WHERE id = ?1";
        HEAR = "UPDATE entry SET verdict = ?2, hub_time_s = ?3 WHERE id = ?1";
        NUMBER_LINE = "UPDATE entry SET n = ?2 WHERE id = ?1";
        HEAR_AND_NUMBER = "UPDATE entry SET verdict = ?2, hub_time_s = ?3, n = ?4 WHERE id = ?1";
        MARK_SENT = "UPDATE entry SET answer = ?2 WHERE id = ?1 AND verdict IS NULL";
        ERASE_DETAIL = "UPDATE entry SET detail = NULL WHERE id = ?1";

        RECORD_BY_CODE = "SELECT id, record, last, header FROM record WHERE code = ?1";
        RECORD_KIND_AT = "SELECT record, kind FROM record WHERE id = ?1";
        INSERT_RECORD = "INSERT INTO record (id, record, feed, kind, code, last, area, due_s, header) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        SAVE_HEADER = "UPDATE record SET last = ?2, header = ?3 WHERE id = ?1";
        SAVE_RECORD = "UPDATE record SET last = ?2, header = ?3, area = ?4, due_s = ?5 WHERE id = ?1";

        TALLY_AT = "SELECT days FROM tally WHERE area = ?1 AND month = ?2";
        PUT_TALLY = "INSERT INTO tally (area, month, whole, days) VALUES (?1, ?2, ?3, ?4) \
            ON CONFLICT (area, month) DO UPDATE SET whole = excluded.whole, days = excluded.days";
        DROP_TALLY = "DELETE FROM tally WHERE area = ?1 AND month = ?2";
        TALLY_MONTHS = "SELECT whole FROM tally WHERE area = ?1 AND month BETWEEN ?2 AND ?3";
        FIRST_MONTH = "SELECT month, days FROM tally WHERE area = ?1 ORDER BY month LIMIT 1";
        LAST_MONTH = "SELECT month, days FROM tally WHERE area = ?1 ORDER BY month DESC LIMIT 1";

        GRANT = "SELECT grant_id, person, role, area, device, expires_s, pack_min, import, token FROM grant_known WHERE grant_id = ?1";
        PUT_GRANT = "INSERT OR REPLACE INTO grant_known (grant_id, person, role, area, device, expires_s, pack_min, import, token) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        MISS_GRANT = "INSERT OR IGNORE INTO missing_grant (grant_id, record) VALUES (?1, ?2)";
        MISSED_BY = "SELECT record FROM missing_grant WHERE grant_id = ?1";
        FOUND_GRANT = "DELETE FROM missing_grant WHERE grant_id = ?1";

        PUT_NOTICE = "INSERT OR REPLACE INTO notice (feed, n, hub_time_s, bytes) VALUES (?1, ?2, ?3, ?4)";
        NOTICES = "SELECT notice.n, notice.hub_time_s, notice.bytes FROM feed JOIN notice ON notice.feed = feed.id \
            WHERE feed.feed = ?1 AND notice.n > ?2 ORDER BY notice.n";
        QUARANTINE = "INSERT OR IGNORE INTO quarantine (feed, entry, n, reason, header, heard_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

        PUT_BESIDE = "INSERT OR REPLACE INTO line_beside (feed, n, entry, hash, verdict, hub_time_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        BESIDE_LINES = "SELECT n, entry, hash, verdict, hub_time_s FROM line_beside WHERE feed = ?1 AND n > ?2 AND n <= ?3 ORDER BY n";
        LAST_KEPT = "SELECT n, bytes FROM head_kept WHERE feed = ?1 ORDER BY n DESC LIMIT 2";
        KEEP_HEAD = "INSERT OR REPLACE INTO head_kept (feed, n, bytes, signed_head) VALUES (?1, ?2, ?3, ?4)";
        DROP_KEPT = "DELETE FROM head_kept WHERE feed = ?1 AND n = ?2";
        KEPT_HEADS = "SELECT head_kept.signed_head FROM feed JOIN head_kept ON head_kept.feed = feed.id WHERE feed.feed = ?1 \
            ORDER BY head_kept.n";
        TELL = "INSERT OR IGNORE INTO told (entry, feed) VALUES (?1, ?2)";
        LAST_LINE = "SELECT n FROM feed WHERE id = ?1";
        SHOWN = "DELETE FROM told WHERE entry = ?1";
        UNHEAR = "UPDATE entry SET verdict = NULL, hub_time_s = NULL, n = NULL WHERE id = ?1";

        PUT_FORK = "INSERT OR IGNORE INTO fork (entry) VALUES (?1)";
        DONE_AGAIN = "UPDATE fork SET again = (SELECT max(id) FROM entry) WHERE entry = ?1";

        PUT_SEAL = "INSERT OR IGNORE INTO seal (log, first, last, bytes) VALUES (?1, ?2, ?3, ?4)";
        LAST_SEAL = "SELECT bytes FROM seal WHERE log = ?1 ORDER BY first DESC LIMIT 1";
        SEAL_OF = "SELECT first, last, bytes FROM seal WHERE log = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
        LOG_FROM = concat!("SELECT ", entry_columns!(), " FROM entry WHERE log = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq, id");
        COUNT_RUN = "SELECT count(DISTINCT seq) FROM entry WHERE log = ?1 AND seq BETWEEN ?2 AND ?3";
        OUTGOING = concat!("SELECT ", entry_columns!(),
            " FROM entry INDEXED BY entry_without_line WHERE verdict IS NULL AND answer IS NULL AND id > ?1 ORDER BY id");

        COUNT_UNSENT = "SELECT count(*) FROM entry INDEXED BY entry_without_line WHERE verdict IS NULL AND answer IS NULL";
        COUNT_SENT = "SELECT count(*) FROM entry INDEXED BY entry_without_line WHERE verdict IS NULL AND answer > ''";
        LAST_ENTRY = "SELECT max(id) FROM entry";
        LAST_RECORD = "SELECT max(id) FROM record";

        TODAY = concat!("SELECT ", case_columns!(), " FROM record WHERE due_s IS NOT NULL AND (due_s, id) > (?1, ?2) \
            ORDER BY due_s, id LIMIT ?3");
        BY_GRID = concat!("SELECT ", case_columns!(), " FROM record WHERE area = ?4 AND id < ?2 AND ?1 <= 0 ORDER BY id DESC LIMIT ?3");
        OVERDUE = concat!("SELECT ", case_columns!(), " FROM record WHERE due_s IS NOT NULL AND (due_s, id) > (?1, ?2) AND due_s < ?4 \
            ORDER BY due_s, id LIMIT ?3");
        ALL_CASES = concat!("SELECT ", case_columns!(), " FROM record WHERE id > ?2 AND ?1 <= 0 ORDER BY id LIMIT ?3");
        KNOWN_UNTIL = "SELECT known_until_s FROM feed WHERE feed = ?1";
        SET_KNOWN_UNTIL = "UPDATE feed SET known_until_s = ?2 WHERE id = ?1";
        ENTRIES = concat!("SELECT ", entry_columns!(), " FROM entry WHERE id > ?1 ORDER BY id LIMIT ?2");
        RECORDS = "SELECT id, record FROM record WHERE id > ?1 ORDER BY id LIMIT ?2";

        PUT_DRAFT = "INSERT INTO draft (about, kept_s, bytes) VALUES (?1, ?2, ?3) \
            ON CONFLICT (about) DO UPDATE SET kept_s = excluded.kept_s, bytes = excluded.bytes";
        DROP_DRAFT = "DELETE FROM draft WHERE about = ?1";

        PUT_CONTESTED = "INSERT OR IGNORE INTO contested (record) VALUES (?1)";
        DROP_CONTESTED = "DELETE FROM contested WHERE record = ?1";
        CONTESTED = concat!("SELECT ", case_columns!(), " FROM contested JOIN record ON record.id = contested.record \
            WHERE contested.record < ?1 ORDER BY contested.record DESC LIMIT ?2");
        REFUSED = "SELECT entry.id, record.record, entry.change FROM entry INDEXED BY entry_refused \
            JOIN record ON record.id = entry.record WHERE entry.verdict > 0 AND entry.id < ?1 ORDER BY entry.id DESC LIMIT ?2";
        OPEN_BY_DEADLINE = "SELECT area, due_s, header FROM record WHERE due_s IS NOT NULL AND due_s > ?1";
        FEED_NAME = "SELECT feed FROM feed WHERE id = ?1";
    }
    cold {
        ALL_FORKS = "SELECT entry, again IS NOT NULL FROM fork ORDER BY entry";
        FORK_LOGS = "SELECT DISTINCT entry.log FROM fork JOIN entry ON entry.id = fork.entry WHERE fork.again IS NULL";
        COUNT_FORKS = "SELECT count(*) - count(again), count(again) FROM fork";
        ALL_TOLD = "SELECT entry, feed FROM told ORDER BY entry";
        HOME_LINES = concat!("SELECT ", entry_columns!(), " FROM log JOIN entry ON entry.log = log.id \
            WHERE log.feed = ?1 AND entry.n > ?2 AND entry.n <= ?3");
        AWAIT_HOME = "INSERT OR IGNORE INTO told (entry, feed) SELECT entry.id, ?1 FROM log JOIN entry ON entry.log = log.id \
            WHERE log.feed = ?1 AND entry.n > ?2 AND entry.verdict IS NOT NULL";
        UNNUMBER = "UPDATE entry SET n = NULL WHERE log IN (SELECT id FROM log WHERE feed = ?1) AND n > ?2";
        AWAIT_BESIDE = "INSERT OR IGNORE INTO told (entry, feed) SELECT entry.id, ?1 FROM line_beside \
            JOIN entry ON entry.id = line_beside.entry \
            WHERE line_beside.feed = ?1 AND line_beside.n > ?2 AND entry.n IS NULL AND entry.verdict IS NOT NULL";
        DROP_BESIDE = "DELETE FROM line_beside WHERE feed = ?1 AND n > ?2";
        DROP_NOTICES = "DELETE FROM notice WHERE feed = ?1 AND n > ?2";
        DROP_APART = "DELETE FROM quarantine WHERE feed = ?1 AND n > ?2";
        DROP_HEADS = "DELETE FROM head_kept WHERE feed = ?1 AND n > ?2";
        NO_CURSOR = "UPDATE feed SET epoch = NULL, n = NULL, head = NULL, signed_head = NULL WHERE id = ?1";
        TABLES = "SELECT count(*) FROM sqlite_schema";
        DATA_VERSION = "PRAGMA data_version";
        ALL_FEEDS = "SELECT id, feed FROM feed ORDER BY id";
        ALL_CURSORS = "SELECT feed, epoch, n, head FROM feed WHERE n IS NOT NULL ORDER BY feed";
        ALL_LOGS = "SELECT log.id, feed.feed, log.author FROM log JOIN feed ON feed.id = log.feed ORDER BY log.id";
        ALL_GRANTS = "SELECT grant_id, person, role, area, device, expires_s, pack_min, import, token FROM grant_known ORDER BY grant_id";
        ALL_QUARANTINED = "SELECT feed.feed, quarantine.entry, quarantine.n, quarantine.reason, quarantine.header, quarantine.heard_s \
            FROM quarantine JOIN feed ON feed.id = quarantine.feed ORDER BY feed.feed, quarantine.n LIMIT ?1";
        COUNT_QUARANTINED = "SELECT count(*) FROM quarantine";
        // Of an index that holds refused entries only.
        COUNT_REFUSED = "SELECT count(*) FROM entry INDEXED BY entry_refused WHERE verdict > 0";
        ALL_HEADERS = "SELECT header FROM record ORDER BY id";
        CLEAR_DERIVED = "DELETE FROM missing_grant";
        CLEAR_TALLY = "DELETE FROM tally";
        CLEAR_RECORDS = "UPDATE record SET last = 0, area = NULL, due_s = NULL, header = x''";
        LAST_ENTRIES = "SELECT record, max(id) FROM entry GROUP BY record ORDER BY record";
        RECORD_NAME = "SELECT record.record, feed.feed, record.kind FROM record JOIN feed ON feed.id = record.feed WHERE record.id = ?1";
        DUMP_RECORDS = "SELECT record.record, feed.feed, record.kind, record.code, area.feed, record.due_s, record.header \
            FROM record JOIN feed ON feed.id = record.feed LEFT JOIN feed AS area ON area.id = record.area ORDER BY record.record";
        DUMP_MISSING = "SELECT missing_grant.grant_id, record.record FROM missing_grant \
            JOIN record ON record.id = missing_grant.record ORDER BY 1, 2";
        DUMP_TALLY = "SELECT feed.feed, tally.month, tally.whole, tally.days FROM tally JOIN feed ON feed.id = tally.area ORDER BY 1, 2";
        COUNT_CONTESTED = "SELECT count(*) FROM contested";
        CLEAR_CONTESTED = "DELETE FROM contested";
        HEADERS_BY_ID = "SELECT id, header FROM record ORDER BY id";
        DUMP_CONTESTED = "SELECT record.record FROM contested JOIN record ON record.id = contested.record ORDER BY 1";
        ALL_SEALS = "SELECT bytes FROM seal ORDER BY log, first";
        CHECK_PAGES = "PRAGMA cipher_integrity_check";
        CHECK_TREES = "PRAGMA quick_check";
        ALL_DRAFTS = "SELECT about, kept_s, bytes FROM draft ORDER BY kept_s DESC, about";
    }
}
