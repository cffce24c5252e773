//! What waits and what is late: to settle, overdue cases, grids, phones.

use gewu_words::{Language, Named, Word, number, say};
use maud::{Markup, html};

use super::moments::{ago, late, moment};
use super::rates::parts;
use super::typed;
use super::view::{GridRow, OverdueRow, PhoneRow, SupervisorView};

/// Rows that are shown before the rest is folded away.
const CASES_SHOWN: usize = 6;
const GRIDS_SHOWN: usize = 8;
const PHONES_SHOWN: usize = 5;

/// A card with a heading, what stands beside the heading, and its content.
fn card(id: &str, heading: &str, beside: &str, content: &Markup) -> Markup {
    html! {
        section .card id=(id) aria-labelledby={ (id) "-name" } {
            div .head {
                h2 id={ (id) "-name" } { (heading) }
                @if !beside.is_empty() { p .soft { (beside) } }
            }
            (content)
        }
    }
}

/// The first rows, and the rest folded away under a line that says how many.
fn folded<T>(id: &str, rows: &[T], shown: usize, more: impl Fn(&str) -> String, row: impl Fn(&T) -> Markup) -> Markup {
    let (first, rest) = rows.split_at(shown.min(rows.len()));
    let count = number(u64::try_from(rest.len()).unwrap_or(u64::MAX));
    html! {
        ol .rows { @for it in first { (row(it)) } }
        @if !rest.is_empty() {
            details id={ (id) "-more" } {
                summary { (more(&count)) }
                ol .rows start=(shown + 1) { @for it in rest { (row(it)) } }
            }
        }
    }
}

fn cases(language: Language, count: u64) -> String {
    say(language, Word::PageUnit, &[("count", &number(count))])
}

/// What waits for the supervisor.
pub fn to_settle(view: &SupervisorView) -> Markup {
    let (language, settle) = (view.language, &view.to_settle);
    let rows = [
        ("contested", "chip amber", Word::PageSettleContested, Word::PageSettleContestedWhat, settle.contested),
        ("refused", "chip red", Word::PageSettleRefused, Word::PageSettleRefusedWhat, settle.refused),
        ("quarantined", "chip", Word::PageSettleQuarantined, Word::PageSettleQuarantinedWhat, settle.quarantined),
    ];
    let empty = rows.iter().all(|row| row.4 == 0);
    let content = html! {
        @if empty { p .soft { (say(language, Word::PageSettleEmpty, &[])) } }
        ul .rows hidden[empty] {
            @for (key, class, word, what, count) in rows {
                li .row hidden[count == 0] data-settle=(key) data-count=(count) {
                    span .text {
                        span { span class=(class) { (say(language, word, &[])) } }
                        span .soft { (say(language, what, &[])) }
                    }
                    strong .right.n { (number(count)) }
                }
            }
        }
    };
    card("settle", &say(language, Word::PageSettle, &[]), "", &content)
}

/// Overdue cases by deadline.
pub fn overdue(view: &SupervisorView) -> Markup {
    let language = view.language;
    let listed = u64::try_from(view.overdue.len()).unwrap_or(u64::MAX);
    let unlisted = view.overdue_count.saturating_sub(listed);
    let more = |count: &str| say(language, Word::PageMoreCases, &[("count", &count)]);
    let content = html! {
        @if view.overdue.is_empty() && unlisted == 0 { p .soft { (say(language, Word::PageOverdueEmpty, &[])) } }
        (folded("overdue", &view.overdue, CASES_SHOWN, more, |row| overdue_row(view, row)))
        @if unlisted > 0 { p .soft { (say(language, Word::PageOverdueNotListed, &[("count", &number(unlisted))])) } }
    };
    let beside = if view.overdue_count == 0 { String::new() } else { cases(language, view.overdue_count) };
    card("overdue", &say(language, Word::PageOverdue, &[]), &beside, &content)
}

fn overdue_row(view: &SupervisorView, row: &OverdueRow) -> Markup {
    let language = view.language;
    let deadline = moment(row.deadline_s, view.now_s, view.day_offset_s);
    html! {
        li .row.late data-case=(row.code) {
            strong .text { (row.class) }
            strong .right.red { (late(language, row.hours_late)) }
            span .soft.facts {
                span .n { (row.code) }
                span { (row.area) }
                span { (say(language, row.stage.word(), &[])) }
                span { (say(language, Word::PageOverdueDeadline, &[("time", &deadline)])) }
            }
        }
    }
}

/// Grids, most overdue first.
pub fn grids(view: &SupervisorView) -> Markup {
    let language = view.language;
    let more = |count: &str| say(language, Word::PageMoreGrids, &[("count", &count)]);
    let content = html! {
        @if view.grids.is_empty() { p .soft { (say(language, Word::PageGridsEmpty, &[])) } }
        (folded("grids", &view.grids, GRIDS_SHOWN, more, |row| grid_row(language, row)))
    };
    card("grids", &say(language, Word::PageGrids, &[]), "", &content)
}

fn grid_row(language: Language, row: &GridRow) -> Markup {
    let counts = [
        (Word::PageGridReported, row.reported),
        (Word::PageGridHandled, row.handled),
        (Word::PageGridClosed, row.closed),
    ];
    html! {
        li .row.grid data-grid=(row.code) data-reported=(row.reported) data-handled=(row.handled) data-closed=(row.closed)
            data-overdue=(row.overdue) {
            span .text {
                strong { (row.name) }
                span .soft.facts {
                    @for (word, count) in counts { span { (say(language, word, &[("count", &number(count))])) } }
                }
            }
            span .right {
                @if row.overdue > 0 {
                    strong .red { (say(language, Word::PageGridOverdue, &[("count", &number(row.overdue))])) }
                } @else {
                    span .soft { (say(language, Word::PageGridOnTime, &[])) }
                }
                @match row.rate {
                    Some(rate) => span .soft.n { (rate.shown()) "　" (parts(language, rate.numerator, rate.denominator)) },
                    None => span .soft { "— " (say(language, Word::PageRateNoneShort, &[])) },
                }
            }
            (bar(row))
        }
    }
}

/// The rate once more as a length.
fn bar(row: &GridRow) -> Markup {
    html! {
        svg .bar viewBox="0 0 10000 1" preserveAspectRatio="none" aria-hidden="true" {
            rect .rest width="10000" height="1" {}
            @if let Some(rate) = row.rate { rect .done width=(rate.basis_points().min(10_000)) height="1" {} }
        }
    }
}

/// Phones, longest silent first.
pub fn phones(view: &SupervisorView) -> Markup {
    let language = view.language;
    let more = |count: &str| say(language, Word::PageMorePhones, &[("count", &count)]);
    let content = html! {
        @if view.phones.is_empty() { p .soft { (typed(&say(language, Word::PagePhonesEmpty, &[]))) } }
        (folded("phones", &view.phones, PHONES_SHOWN, more, |row| phone_row(view, row)))
    };
    card("phones", &say(language, Word::PagePhones, &[]), "", &content)
}

fn phone_row(view: &SupervisorView, row: &PhoneRow) -> Markup {
    let language = view.language;
    let since = row.last_contact_s.map(|time_s| (ago(language, time_s, view.now_s), time_s));
    html! {
        li .row data-phone=(row.device) {
            span .text {
                strong { (say(language, Word::PagePhoneName, &[("device", &row.device)])) }
                span .soft.facts {
                    span { (say(language, row.role.word(), &[])) }
                    span { (row.area) }
                }
            }
            span .right {
                @match since {
                    Some((since, time_s)) => {
                        span { (since) }
                        span .soft { (moment(time_s, view.now_s, view.day_offset_s)) }
                    }
                    None => span .soft { (say(language, Word::PagePhoneNever, &[])) },
                }
            }
        }
    }
}
