//! The reader against a sample of every refusal, of a row, a mapping and a file.

use gewu_words::Language;
use serde_json::{Value, json};

use super::*;

mod recounted;

const HEADER: &str = "id,reported,closed,due,grid,community,class,status,text,lat,lon";
const GOOD: &str = "1,2024-05-01T08:00:00,,,G1,C1,noise,open,loud,28.2,113.1";

/// (row, column, reason), read between a good row with key 1 and one with key 3.
const BAD_ROWS: &[(&str, &str, &str)] = &[
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,lost,x,,",
        "status",
        "the mapping knows no status “lost”",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,,x,,",
        "status",
        "empty",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,closed,x,,",
        "closed",
        "closed without a date",
    ),
    (
        "1,2024-05-01T08:00:00,,,G1,C1,noise,open,x,,",
        "id",
        "“1” was seen before, in row 1",
    ),
    (
        " ,2024-05-01T08:00:00,,,G1,C1,noise,open,x,,",
        "id",
        "empty",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C2,noise,open,x,,",
        "community",
        "grid “G1” is under “C1” and under “C2”",
    ),
    (
        "2,2023-02-29T08:00:00,,,G1,C1,noise,open,x,,",
        "reported",
        "“2023-02-29T08:00:00” is no time in any format of the mapping",
    ),
    ("2,,,,G1,C1,noise,open,x,,", "reported", "empty"),
    (
        "2,2024-05-01T08:00:00,soon,,G1,C1,noise,open,x,,",
        "closed",
        "“soon” is no time in any format of the mapping",
    ),
    (
        "2,2024-05-01T08:00:00,,when the river that nobody has crossed runs dry,G1,C1,noise,open,x,,",
        "due",
        "“when the river that nobody has crossed r…” is no time in any format of the mapping",
    ),
    (
        "2,1969-12-31T08:00:00,,,G1,C1,noise,open,x,,",
        "reported",
        "“1969-12-31T08:00:00” lies before 1970",
    ),
    (
        "2,2024-05-01T08:00:00,1900-01-01,,G1,C1,noise,closed,x,,",
        "closed",
        "“1900-01-01” lies before 1970",
    ),
    (
        "2,2024-05-01T08:00:00,,,,C1,noise,open,x,,",
        "grid",
        "empty",
    ),
    ("2,2024-05-01T08:00:00,,,G1,C1,,open,x,,", "class", "empty"),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,x,90.1,113",
        "lat",
        "“90.1” is no coordinate",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,x,28,east",
        "lon",
        "“east” is no coordinate",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,x,28,",
        "lon",
        "one coordinate of the two is missing",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,x\0y,,",
        "text",
        "a NUL character",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,x,28",
        "lon",
        "10 columns of 11",
    ),
    (
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,a,b,28,113",
        "lon",
        "12 columns where 11 belong",
    ),
];

/// (pointer to the object, key, new value as JSON or nothing to remove it, field complained about, part of the reason).
const BAD_FIELDS: &[(&str, &str, &str, &str, &str)] = &[
    ("", "zone", "", "zone", "is missing"),
    ("", "zone", r#""Mars/Olympus""#, "zone", "Mars/Olympus"),
    ("", "zone", "8", "zone", "integer `8`"),
    ("", "place", r#"" ""#, "place", "blank"),
    ("", "Place", r#""x""#, "Place", "no such field"),
    ("", "encoding", r#""latin-1""#, "encoding", "latin-1"),
    ("", "delimiter", r#""|""#, "delimiter", "|"),
    ("", "times", "[]", "times", "no format"),
    ("", "times", r#"["iso", "%I:%M"]"#, "times[1]", "no moment"),
    ("", "day_offset", r#""8""#, "day_offset", "`8`"),
    ("", "day_offset", r#""+19:00""#, "day_offset", "+19:00"),
    ("", "columns", "[]", "columns", "object"),
    ("/columns", "key", "", "columns.key", "is missing"),
    ("/columns", "lon", "", "columns.lon", "beside `lat`"),
    ("/columns", "text", r#""text""#, "columns.text", "sequence"),
    (
        "/columns",
        "text",
        r#"["text", ""]"#,
        "columns.text[1]",
        "blank",
    ),
    (
        "/columns",
        "grids",
        r#""grid""#,
        "columns.grids",
        "no such field",
    ),
    ("", "status", "{}", "status", "no word"),
    ("/status", "open", r#""opened""#, "status.open", "opened"),
];

fn mapping_json() -> Value {
    json!({
        "place": "a street",
        "times": ["iso"],
        "zone": "Asia/Shanghai",
        "day_offset": "+08:00",
        "columns": {
            "key": "id", "reported": "reported", "closed": "closed", "due": "due", "grid": "grid",
            "community": "community", "class": "class", "status": "status", "text": ["text"],
            "lat": "lat", "lon": "lon"
        },
        "status": {"open": "reported", "done": "handled", "closed": "closed"}
    })
}

fn read_bytes(file: &[u8], mapping: &Value) -> Result<Import, ImportError> {
    let folder = tempfile::tempdir().unwrap();
    let (file_path, mapping_path) = (
        folder.path().join("file.csv"),
        folder.path().join("file.json"),
    );
    std::fs::write(&file_path, file).unwrap();
    std::fs::write(&mapping_path, mapping.to_string()).unwrap();
    read(&file_path, &mapping_path)
}

fn read_rows(rows: &[&str]) -> Import {
    read_bytes(
        format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes(),
        &mapping_json(),
    )
    .unwrap()
}

#[test]
fn each_kind_of_bad_row_is_refused_by_name_and_stops_no_other() {
    let long_text = format!(
        "2,2024-05-01T08:00:00,,,G1,C1,noise,open,{},,",
        "漏".repeat(20_001)
    );
    let long_name = format!(
        "2,2024-05-01T08:00:00,,,{},C1,noise,open,x,,",
        "g".repeat(1_001)
    );
    let long = [
        (
            long_text.as_str(),
            "text",
            "a text of 60003 bytes, at most 60000",
        ),
        (long_name.as_str(), "grid", "1001 bytes, at most 1000"),
    ];
    for (bad, column, reason) in BAD_ROWS.iter().copied().chain(long) {
        let import = read_rows(&[GOOD, bad, "3,2024-05-02T08:00:00,,,G2,C2,light,open,dark,,"]);
        let refused: Vec<String> = import.refused.iter().map(|row| row.said(Language::En)).collect();
        assert_eq!(refused, [format!("Row 2 was not imported, column “{column}”: {reason}.")]);
        let keys: Vec<&str> = import
            .requests
            .iter()
            .map(|request| request.key.as_str())
            .collect();
        assert_eq!((import.rows, keys), (3, vec!["1", "3"]), "{reason}");
    }
}

/// Each reason in Chinese: a whole sentence with what the English one names, and no English in it.
#[test]
fn a_refused_row_speaks_the_language_that_was_asked_for() {
    for (bad, column, _) in BAD_ROWS {
        let import = read_rows(&[GOOD, bad, "3,2024-05-02T08:00:00,,,G2,C2,light,open,dark,,"]);
        let said: Vec<String> = import.refused.iter().map(|row| row.said(Language::Zh)).collect();
        let [said] = said.as_slice() else { panic!("{bad}: {said:?}") };
        let reason = said.strip_prefix(&format!("第 2 行没有导入，“{column}”一列：")).unwrap_or_else(|| panic!("{said}"));
        let ours: String = reason.split('“').flat_map(|part| part.split('”').next_back()).collect();
        assert!(ours.ends_with('。') && ours.chars().any(|letter| letter > '\u{2e7f}'), "{said}");
        assert!(!ours.chars().any(|letter| letter.is_ascii_alphabetic() || "{}".contains(letter)), "{said}");
    }
}

#[test]
fn a_refused_row_leaves_no_trace() {
    let import = read_rows(&[
        "1,2024-05-02T08:00:00,2024-05-01T08:00:00,,G1,C9,rare,lost,x,,",
        "1,2024-05-01T08:00:00,,,G1,C1,noise,open,x,28.2,113.1",
    ]);
    assert_eq!(import.refused.len(), 1);
    assert_eq!(import.requests.len(), 1);
    assert_eq!(
        import.grids,
        [ImportGrid {
            name: "G1".to_owned(),
            community: Some("C1".to_owned())
        }]
    );
    assert_eq!(import.classes, ["noise"]);
    let odd = (
        import.time_not_credible,
        import.closed_date_but_open,
        import.without_position,
    );
    assert_eq!(odd, (0, 0, 0));
}

#[test]
fn only_a_closed_row_makes_a_closing_and_odd_dates_are_counted() {
    // (status, closed) → (handled, closed, a closing is made), (time_not_credible, closed_date_but_open)
    for (status, closed, stage, counted) in [
        ("open", "", (false, false, false), (0, 0)),
        ("open", "2024-05-02T08:00:00", (false, false, false), (0, 1)),
        ("open", "1900-01-01", (false, false, false), (1, 1)),
        ("done", "", (true, false, false), (0, 0)),
        ("done", "2024-04-30T08:00:00", (true, false, false), (1, 1)),
        ("closed", "2024-05-01T08:00:00", (true, true, true), (0, 0)),
        ("closed", "2024-04-30T08:00:00", (true, true, true), (1, 0)),
    ] {
        let import = read_rows(&[&format!(
            "1,2024-05-01T08:00:00,{closed},,G1,C1,noise,{status},x,,"
        )]);
        let request = &import.requests[0];
        assert_eq!(
            (request.handled, request.closed, request.closed_s.is_some()),
            stage,
            "{status} {closed}"
        );
        assert_eq!(
            (import.time_not_credible, import.closed_date_but_open),
            counted,
            "{status} {closed}"
        );
    }
}

#[test]
fn a_request_carries_what_its_row_says() {
    let import = read_rows(&[
        "7,2024-05-01T08:00:00,2024-05-02 08:00:00+09:00,2024-05-03,G1,,noise,closed,\"loud, \"\"very\"\"\",28.25,-113.1",
        "8,2024-05-01T08:00:00,,,G1,C1,noise,open,,,",
    ]);
    let expected = ImportRequest {
        key: "7".to_owned(),
        reported_s: 1_714_521_600,
        closed_s: Some(1_714_604_400),
        handled: true,
        closed: true,
        due_s: Some(1_714_665_600),
        grid: "G1".to_owned(),
        // Left blank in its own row, named by the next one.
        community: Some("C1".to_owned()),
        class: "noise".to_owned(),
        status: "closed".to_owned(),
        text: "loud, \"very\"".to_owned(),
        fix: Some((282_500_000, -1_131_000_000)),
    };
    assert_eq!(import.requests[0], expected);
    assert_eq!(
        (import.place.as_str(), import.mapping.day_offset_s),
        ("a street", 28_800)
    );
}

#[test]
fn encodings_and_delimiters_are_named_or_found() {
    let text = format!("{HEADER}\r\n{GOOD}\r\n").replace("loud", "噪音");
    let bom = format!("\u{feff}{text}");
    let (gb18030, gb18030_bom) = (
        encoding_rs::GB18030.encode(&text).0.into_owned(),
        encoding_rs::GB18030.encode(&bom).0.into_owned(),
    );
    let semicolons = text.replace(',', ";");
    let tabs = text.replace(',', "\t");
    let trailing = text.replace("113.1", "113.1,,");
    for (bytes, encoding, delimiter) in [
        (text.as_bytes(), "auto", "auto"),
        (bom.as_bytes(), "auto", ","),
        (bom.as_bytes(), "UTF-8", "auto"),
        (&gb18030, "auto", "auto"),
        (&gb18030, "gb18030", ","),
        (&gb18030_bom, "GB18030", "auto"),
        (semicolons.as_bytes(), "utf-8", "auto"),
        (semicolons.as_bytes(), "utf-8", ";"),
        (tabs.as_bytes(), "auto", "auto"),
        (tabs.as_bytes(), "auto", "\t"),
        (trailing.as_bytes(), "auto", "auto"),
    ] {
        let mut mapping = mapping_json();
        mapping["encoding"] = json!(encoding);
        mapping["delimiter"] = json!(delimiter);
        let import = read_bytes(bytes, &mapping).unwrap();
        assert_eq!(import.refused, [], "{encoding} {delimiter:?}");
        assert_eq!(import.requests[0].text, "噪音", "{encoding} {delimiter:?}");
    }
}

#[test]
fn a_mapping_that_cannot_be_right_is_refused_by_the_name_of_its_field() {
    for &(object, key, value, field, reason) in BAD_FIELDS {
        let mut mapping = mapping_json();
        let fields = mapping
            .pointer_mut(object)
            .and_then(Value::as_object_mut)
            .unwrap();
        match value {
            "" => fields.remove(key),
            json => fields.insert(key.to_owned(), serde_json::from_str(json).unwrap()),
        };
        match read_bytes(format!("{HEADER}\n").as_bytes(), &mapping) {
            Err(ImportError::MappingField {
                field: found,
                reason: why,
            }) => {
                assert_eq!(found, field, "{why}");
                assert!(why.contains(reason), "{field}: {why}");
            }
            other => panic!("{field}: {other:?}"),
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_as_a_table_is_refused_whole() {
    let mapping = mapping_json();
    let refused = |file: &[u8]| read_bytes(file, &mapping).unwrap_err().to_string();
    let renamed = HEADER.replace("due", "deadline");
    assert_eq!(
        refused(format!("{renamed}\nnot even a row").as_bytes()),
        "the file has no column `due` (mapping field `columns.due`); it has `id`, `reported`, `closed`, \
         `deadline`, `grid`, `community`, `class`, `status`, `text`, `lat`, `lon`"
    );
    assert!(refused(format!("{HEADER},due\n").as_bytes()).contains("`due` twice"));
    assert!(refused(b"").contains("no header"));
    assert!(refused(b"\xff\xff\xff").contains("not text in UTF-8 or GB18030"));
    let folder = tempfile::tempdir().unwrap();
    let (nowhere, json) = (
        folder.path().join("nowhere"),
        folder.path().join("bad.json"),
    );
    assert!(matches!(
        read(&nowhere, &nowhere),
        Err(ImportError::MappingUnread { .. })
    ));
    std::fs::write(&json, "{").unwrap();
    assert!(matches!(
        read(&nowhere, &json),
        Err(ImportError::MappingNotJson { .. })
    ));
    std::fs::write(&json, mapping.to_string()).unwrap();
    assert!(matches!(
        read(&nowhere, &json),
        Err(ImportError::FileUnread { .. })
    ));
}
