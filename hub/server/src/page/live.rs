//! The part of the page that moves: everything inside `<main>`.

use gewu_words::{Language, Word, number, say};
use maud::{Markup, html};

use super::moments::{ago, moment};
use super::view::{PeriodKind, SupervisorView};
use super::{rates, work};

/// All of `<main>`: what is true about sync and where one is, then figures, what waits, what is late.
pub fn main(view: &SupervisorView) -> Markup {
    html! {
        (heading(view))
        (periods(view))
        div .cards {
            (rates::big(view))
            (work::to_settle(view))
            div .work {
                (work::overdue(view))
                (work::grids(view))
            }
            (work::phones(view))
            (rates::others(view))
        }
    }
}

/// The query of the page with one thing changed. Every part of it is a word of a fixed list, a date or a language tag.
pub fn query(view: &SupervisorView, kind: PeriodKind, definition: &str, language: Language) -> String {
    let mut query = format!("?period={}&definition={definition}&lang={}", kind.name(), language.tag());
    if view.period.as_of_asked {
        query.push_str(&format!("&as_of={}", view.period.as_of));
    }
    query
}

fn heading(view: &SupervisorView) -> Markup {
    let language = view.language;
    let known = view.known_until_s.map(|time_s| moment(time_s, view.now_s, view.day_offset_s));
    html! {
        div .heading {
            h1 { (view.place) }
            @if let Some(time) = known {
                p .pill { (say(language, Word::PageKnownUntil, &[("time", &time)])) }
            } @else if !view.phones.is_empty() {
                p .pill.plain { (say(language, Word::PageKnownUntilNever, &[])) }
            }
        }
        p .soft.facts {
            @for fact in facts(view) { span { (fact) } }
        }
    }
}

fn facts(view: &SupervisorView) -> Vec<String> {
    let (language, period) = (view.language, &view.period);
    let mut facts = Vec::with_capacity(4);
    if period.kind != PeriodKind::All {
        facts.push(say(language, Word::PageFromTo, &[("from", &period.from), ("to", &period.to)]));
    }
    facts.push(say(language, Word::PageAsOf, &[("day", &period.as_of)]));
    let grids = u64::try_from(view.grids.len()).unwrap_or(u64::MAX);
    facts.push(say(language, Word::PageGridCount, &[("count", &number(grids))]));
    if let Some(oldest_s) = view.phones.iter().filter_map(|phone| phone.last_contact_s).min() {
        facts.push(say(language, Word::PageLongestSilence, &[("ago", &ago(language, oldest_s, view.now_s))]));
    }
    facts
}

fn periods(view: &SupervisorView) -> Markup {
    html! {
        nav .periods aria-label=(say(view.language, Word::PagePeriods, &[])) {
            @for kind in PeriodKind::ALL {
                a id={ "period-" (kind.name()) } href=(query(view, kind, view.definition, view.language))
                    aria-current=[(kind == view.period.kind).then_some("page")] {
                    (say(view.language, kind.word(), &[]))
                }
            }
        }
    }
}
