use std::collections::BTreeSet;

use gewu_model::case::Stage;
use gewu_model::day::Day;
use gewu_model::rate::{RATES, Rate};
use gewu_model::rights::Role;
use gewu_words::{ErrorCode, Language, Named, explain, rate_words};

use super::*;

/// 2026-11-22 09:12 at +08:00.
const NOW_S: i64 = 1_795_309_920;
const HOUR_S: i64 = 3_600;

fn rate(numerator: u64, denominator: u64) -> Option<Rate> {
    Some(Rate { definition: "closure", numerator, denominator })
}

fn empty(language: Language) -> SupervisorView {
    let day = Day::of(NOW_S, 28_800);
    SupervisorView {
        language,
        place: "星沙街道".to_owned(),
        day_offset_s: 28_800,
        now_s: NOW_S,
        period: PeriodView {
            kind: PeriodKind::Fortnight,
            from: Day(day.0 - 13),
            to: day,
            as_of: day,
            as_of_asked: false,
        },
        definition: "closure",
        rate: None,
        beside: Beside::default(),
        known_until_s: None,
        trend: Vec::new(),
        grids: Vec::new(),
        overdue: Vec::new(),
        overdue_count: 0,
        phones: Vec::new(),
        to_settle: ToSettle::default(),
        other_rates: Vec::new(),
    }
}

fn grid(index: u64) -> GridRow {
    GridRow {
        code: format!("G{index}"),
        name: format!("{index}号网格"),
        reported: 90 + index,
        handled: 70,
        closed: 60,
        overdue: 40u64.saturating_sub(index),
        rate: (index > 0).then_some(Rate { definition: "closure", numerator: 60, denominator: 75 }),
    }
}

fn overdue(hours_late: u64) -> OverdueRow {
    OverdueRow {
        code: format!("K7QM2XH{hours_late}"),
        class: "楼道灯不亮".to_owned(),
        area: "53号网格".to_owned(),
        deadline_s: NOW_S - i64::try_from(hours_late).expect("hours") * HOUR_S,
        hours_late,
        stage: Stage::Handled,
    }
}

fn phone(last_contact_s: Option<i64>) -> PhoneRow {
    PhoneRow { device: "3fa09c".to_owned(), role: Role::Inspector, area: "53号网格".to_owned(), last_contact_s }
}

fn full(language: Language) -> SupervisorView {
    let trend = |(index, numerator)| TrendPoint { label: format!("段{index}"), rate: rate(numerator, 100) };
    SupervisorView {
        rate: rate(34_567, 36_543),
        beside: Beside { suspended: 21, forced: 3, self_handled: 1_206, unconfirmed: 17 },
        known_until_s: Some(NOW_S - HOUR_S),
        trend: [81, 84, 97].into_iter().enumerate().map(trend).collect(),
        grids: (0..66).map(grid).collect(),
        overdue: [300, 26, 9, 8, 7, 6, 5, 0].into_iter().map(overdue).collect(),
        overdue_count: 11,
        phones: [None, Some(300), Some(100), Some(24), Some(3), Some(1), Some(0)]
            .map(|hours| phone(hours.map(|hours: i64| NOW_S - hours * HOUR_S)))
            .to_vec(),
        to_settle: ToSettle { contested: 5, refused: 2, quarantined: 1 },
        other_rates: RATES
            .iter()
            .filter(|it| it.id != "closure")
            .map(|it| OtherRate {
                definition: it.id,
                rate: (it.id != "rework").then_some(Rate { definition: it.id, numerator: 4, denominator: 5 }),
            })
            .collect(),
        ..empty(language)
    }
}

/// What is read: the page without its tags.
fn read(html: &str) -> String {
    html.split('<').filter_map(|piece| piece.split_once('>').map(|(_, text)| text)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_big_rate_stands_with_both_integers() {
    for language in Language::ALL {
        let html = render(&full(language));
        assert!(html.contains(r#"data-rate="closure" data-numerator="34567" data-denominator="36543""#));
        let text = read(&html);
        for part in ["95 %", "34\u{202f}567 / 36\u{202f}543", "1\u{202f}206"] {
            assert!(text.contains(part), "{part}");
        }
    }
}

#[test]
fn a_rate_of_nothing_is_a_dash_with_words() {
    let html = render(&empty(Language::Zh));
    assert!(html.contains(r#"data-numerator="0" data-denominator="0""#));
    let text = read(&html);
    assert!(text.contains("\n—\n") && text.contains("这段时间没有“应结”的案件，所以没有结案率"));
    assert!(!text.contains('%'));
}

#[test]
fn every_row_is_on_the_page_with_its_figures() {
    let html = render(&full(Language::En));
    assert_eq!(html.matches("data-grid=").count(), 66);
    assert_eq!(html.matches("data-case=").count(), 8);
    assert_eq!(html.matches("data-phone=").count(), 7);
    assert!(html.contains(r#"data-grid="G7" data-reported="97" data-handled="70" data-closed="60" data-overdue="33""#));
    assert!(html.contains(r#"data-settle="contested" data-count="5""#));
    let text = read(&html);
    for part in [
        "58 more grids",
        "2 more cases",
        "2 more phones",
        "3 more overdue cases are not listed",
        "26 hours late",
        "12 days late",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn values_are_never_markup() {
    let hostile = r#"<script>"'&</script>"#;
    let mut view = full(Language::Zh);
    view.place = hostile.to_owned();
    view.grids[0].name = hostile.to_owned();
    view.grids[0].code = hostile.to_owned();
    view.overdue[0].class = hostile.to_owned();
    view.overdue[0].area = hostile.to_owned();
    view.overdue[0].code = hostile.to_owned();
    view.phones[0].device = hostile.to_owned();
    view.phones[0].area = hostile.to_owned();
    view.trend[0].label = hostile.to_owned();
    let scripts = |html: &str| html.matches("<script").count();
    assert_eq!((scripts(&render(&view)), scripts(&fragment(&view))), (1, 0));
    for html in [render(&view), fragment(&view)] {
        assert!(!html.contains(r#""'&"#), "quotes and ampersands are escaped");
        assert!(html.contains("&lt;script&gt;"));
    }
    let explained = explain(Language::Zh, ErrorCode::NotFound, &[("name", &hostile)]);
    assert_eq!(scripts(&refusal_page(Language::Zh, &explained)), 0);
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    let explained = explain(Language::En, ErrorCode::LinkUsed, &[]);
    for html in [render(&full(Language::Zh)), render(&empty(Language::En)), refusal_page(Language::En, &explained)] {
        for forbidden in [" style=", "<style", " onclick", " onload", "javascript:", "http:", "https:", "//"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(!html.contains("<script>"));
    }
    for own in [STYLESHEET, SCRIPT] {
        assert!(!own.contains("http") && !own.contains("@import") && !own.contains("url("));
    }
}

#[test]
fn the_document_holds_the_fragment() {
    let view = full(Language::En);
    assert!(render(&view).contains(&format!(r#"<main id="main" tabindex="-1">{}</main>"#, fragment(&view))));
}

#[test]
fn links_keep_the_rest_of_the_query() {
    let mut view = full(Language::Zh);
    view.period.as_of_asked = true;
    let html = render(&view);
    let query = |period: &str, definition: &str, tag: &str| {
        format!("?period={period}&amp;definition={definition}&amp;lang={tag}&amp;as_of=2026-11-22\"")
    };
    for kind in PeriodKind::ALL {
        assert!(html.contains(&format!("href=\"{}", query(kind.name(), "closure", "zh-CN"))), "{}", kind.name());
        assert_eq!(PeriodKind::from_name(kind.name()), Some(kind));
    }
    assert!(html.contains(&format!("href=\"{}", query("fortnight", "closure", "en"))));
    assert!(html.contains(&format!("href=\"{}", query("fortnight", "rework", "zh-CN"))));
    assert!(html.contains(&format!("data-events=\"/events{}", query("fortnight", "closure", "zh-CN"))));
    view.period.as_of_asked = false;
    assert!(!render(&view).contains("as_of="));
}

#[test]
fn ids_are_unique_and_every_label_exists() {
    for view in [full(Language::Zh), empty(Language::En)] {
        let html = render(&view);
        let of = |attribute: &str| -> Vec<&str> {
            html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).collect()
        };
        let ids = of(" id=\"");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for label in of(" aria-labelledby=\"") {
            assert!(unique.contains(label), "{label}");
        }
    }
}

#[test]
fn what_is_empty_says_what_will_appear() {
    let text = read(&render(&empty(Language::En)));
    for part in ["Nothing to settle.", "Nothing is overdue.", "No grid yet.", "No phone has joined yet."] {
        assert!(text.contains(part), "{part}");
    }
    let mut view = empty(Language::En);
    view.rate = rate(1, 2);
    assert!(read(&render(&view)).contains("A trend will appear here"));
}

#[test]
fn each_language_reads_in_itself() {
    let names = |language| -> Vec<&'static str> {
        let rates = RATES.iter().filter_map(|it| rate_words(it.id)).map(|words| words.name);
        rates.chain([Stage::Handled.word(), Role::Inspector.word()]).map(|word| word.text(language)).collect()
    };
    for language in Language::ALL {
        let html = render(&full(language));
        assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())));
        let text = read(&html);
        for name in names(language) {
            assert!(text.contains(name), "{name}");
        }
        assert!(!text.contains(['{', '}', '|']), "a hole was not filled");
    }
}

#[test]
fn every_word_of_the_page_is_read_on_some_page() {
    let mut pages = String::new();
    let mut unusual = full(Language::En);
    unusual.period.kind = PeriodKind::All;
    unusual.trend.truncate(1);
    unusual.known_until_s = None;
    for view in [full(Language::En), empty(Language::En), unusual] {
        pages.push_str(&render(&view));
    }
    pages.push_str(&refusal_page(Language::En, &explain(Language::En, ErrorCode::LinkUsed, &[])));
    // What escaping and marking what is typed do to a text.
    let pages = pages.replace("<code>", "`").replace("</code>", "`");
    for word in Word::ALL.iter().filter(|word| word.name().starts_with("Page")) {
        let longest =
            word.text(Language::En).split(['{', '}']).step_by(2).max_by_key(|part| part.len()).unwrap_or_default();
        assert!(pages.contains(longest), "{}: {longest}", word.name());
    }
}

#[test]
fn the_trend_lies_between_its_base_line_and_the_top() {
    let html = fragment(&full(Language::En));
    // From 80 %: 81, 84 and 97 % are 5, 20 and 85 hundredths of the height.
    assert!(html.contains(r#"points="0,95 500,80 1000,15""#), "{html}");
    assert!(read(&html).contains("base line 80 %"));
    let mut view = full(Language::En);
    view.trend.iter_mut().for_each(|point| point.rate = rate(1, 1));
    assert!(fragment(&view).contains(r#"points="0,0 500,0 1000,0""#));
    view.trend.iter_mut().for_each(|point| point.rate = rate(0, 1));
    assert!(fragment(&view).contains(r#"points="0,100 500,100 1000,100""#));
}

#[test]
fn a_refusal_says_its_three_parts() {
    for language in Language::ALL {
        let explained = explain(language, ErrorCode::LinkUsed, &[]);
        let text = read(&refusal_page(language, &explained));
        for part in [&explained.what, &explained.safe] {
            assert!(text.contains(part.as_str()), "{part}");
        }
        assert!(text.contains("gewu sign-in") && !text.contains('`') && text.contains("link_used"));
    }
}
