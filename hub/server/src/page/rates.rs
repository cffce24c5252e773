//! The big rate with its trend, and the list of the others.

use gewu_model::rate::Rate;
use gewu_words::{Language, Word, number, rate_words, say};
use maud::{Markup, html};

use super::live::query;
use super::view::{OtherRate, SupervisorView, TrendPoint};

/// The drawing is this wide and high; the browser stretches it.
const WIDTH: u64 = 1_000;
const HEIGHT: u64 = 100;
/// 100 % in basis points; the base line is a multiple of the step, so that it has a round name.
const FULL: u64 = 10_000;
const BASE_STEP: u64 = 1_000;

/// The words of a rate, said: its name, what is counted above and below the line.
struct Said {
    name: String,
    numerator: String,
    denominator: String,
}

fn said(language: Language, definition: &str) -> Said {
    match rate_words(definition) {
        Some(words) => Said {
            name: say(language, words.name, &[]),
            numerator: say(language, words.numerator, &[]),
            denominator: say(language, words.denominator, &[]),
        },
        None => Said { name: definition.to_owned(), numerator: String::new(), denominator: String::new() },
    }
}

/// "31 / 40".
pub fn parts(language: Language, numerator: u64, denominator: u64) -> String {
    say(language, Word::PageRateParts, &[("numerator", &number(numerator)), ("denominator", &number(denominator))])
}

fn parts_of(language: Language, rate: Rate) -> String {
    parts(language, rate.numerator, rate.denominator)
}

/// A figure inside a sentence stays on one line.
fn unbroken(figure: &str) -> String {
    figure.replace(' ', "\u{a0}")
}

/// The card of the big figure.
pub fn big(view: &SupervisorView) -> Markup {
    let language = view.language;
    let words = said(language, view.definition);
    let (numerator, denominator) = view.rate.map_or((0, 0), |rate| (rate.numerator, rate.denominator));
    let shown = view.rate.map_or_else(|| "—".to_owned(), |rate| rate.shown());
    let parts = parts(language, numerator, denominator);
    let aloud = say(
        language,
        Word::PageRateSaid,
        &[
            ("name", &words.name),
            ("shown", &shown),
            ("numerator", &number(numerator)),
            ("denominator", &number(denominator)),
        ],
    );
    html! {
        section .card .rate aria-labelledby="rate-name" {
            h2 #rate-name .soft { (words.name) }
            div #rate .figure data-rate=(view.definition) data-numerator=(numerator) data-denominator=(denominator)
                data-said=(aloud) {
                p .big { (shown) }
                p .parts {
                    strong { (parts) }
                    span .soft { (words.numerator) " / " (words.denominator) }
                }
            }
            @if view.rate.is_none() {
                p .soft { (say(language, Word::PageRateNone, &[("denominator", &words.denominator), ("name", &words.name)])) }
            }
            (trend(view))
            (beside(view))
        }
    }
}

fn beside(view: &SupervisorView) -> Markup {
    let counts = [
        (Word::PageBesideSuspended, "suspended", view.beside.suspended),
        (Word::PageBesideForced, "forced", view.beside.forced),
        (Word::PageBesideSelfHandled, "self_handled", view.beside.self_handled),
        (Word::PageBesideUnconfirmed, "unconfirmed", view.beside.unconfirmed),
    ];
    html! {
        dl .beside {
            @for (word, key, count) in counts {
                div {
                    dt { (say(view.language, word, &[])) }
                    dd data-beside=(key) data-count=(count) { (number(count)) }
                }
            }
        }
    }
}

/// The other rates, each a link that makes it the big one.
pub fn others(view: &SupervisorView) -> Markup {
    html! {
        @if !view.other_rates.is_empty() {
            section #others .card aria-labelledby="others-name" {
                h2 #others-name { (say(view.language, Word::PageOtherRates, &[])) }
                ul .rows { @for other in &view.other_rates { li { (other_row(view, other)) } } }
            }
        }
    }
}

fn other_row(view: &SupervisorView, other: &OtherRate) -> Markup {
    let language = view.language;
    let words = said(language, other.definition);
    html! {
        a .row id={ "rate-" (other.definition) } href=(query(view, view.period.kind, other.definition, language)) {
            span .text {
                strong { (words.name) }
                span .soft { (words.numerator) " / " (words.denominator) }
            }
            span .right {
                @match other.rate {
                    Some(rate) => {
                        strong .n { (rate.shown()) }
                        span .soft.n { (parts_of(language, rate)) }
                    }
                    None => {
                        strong { "—" }
                        span .soft { (say(language, Word::PageRateNoneShort, &[])) }
                    }
                }
            }
        }
    }
}

/// The line, its words, and every figure on demand.
fn trend(view: &SupervisorView) -> Markup {
    let language = view.language;
    let rated: Vec<(usize, Rate)> =
        view.trend.iter().enumerate().filter_map(|(index, point)| point.rate.map(|rate| (index, rate))).collect();
    let lowest = rated.iter().map(|(_, rate)| *rate).min_by_key(Rate::basis_points);
    let (Some(lowest), Some((_, last)), true) = (lowest, rated.last().copied(), rated.len() > 1) else {
        return html! { @if view.rate.is_some() { p .soft { (say(language, Word::PageTrendEmpty, &[])) } } };
    };
    let base = lowest.basis_points().saturating_sub(1).min(FULL - BASE_STEP) / BASE_STEP * BASE_STEP;
    let words = say(
        language,
        Word::PageTrendSaid,
        &[
            ("low", &unbroken(&lowest.shown())),
            ("low_parts", &unbroken(&parts_of(language, lowest))),
            ("last", &unbroken(&last.shown())),
            ("last_parts", &unbroken(&parts_of(language, last))),
        ],
    );
    let ends = [view.trend.first(), view.trend.last()].map(|point| point.map_or("", |it| it.label.as_str()));
    html! {
        figure .trend {
            figcaption .soft { b { (say(language, Word::PageTrend, &[])) } " " (words) }
            (line(&rated, view.trend.len(), base))
            p .ends aria-hidden="true" {
                span { (ends[0]) }
                span { (say(language, Word::PageTrendBase, &[("base", &format!("{} %", base / 100))])) }
                span { (ends[1]) }
            }
            details #trend-figures { summary { (say(language, Word::PageTrendFigures, &[])) } (figures(view)) }
        }
    }
}

/// Basis points from the base line to 100 % over the whole height. A stretch without a rate is passed over.
fn line(rated: &[(usize, Rate)], count: usize, base: u64) -> Markup {
    let steps = u64::try_from(count.saturating_sub(1)).unwrap_or(1).max(1);
    let points: Vec<(u64, u64)> = rated
        .iter()
        .map(|(index, rate)| {
            let above = rate.basis_points().clamp(base, FULL) - base;
            (u64::try_from(*index).unwrap_or(0) * WIDTH / steps, HEIGHT - above * HEIGHT / (FULL - base))
        })
        .collect();
    let path = points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" aria-hidden="true" {
            path .base d={ "M0 " (HEIGHT) "H" (WIDTH) } {}
            polyline .line points=(path) {}
            @if let Some((x, y)) = points.last() { path .dot d={ "M" (x) " " (y) "h0" } {} }
        }
    }
}

fn figures(view: &SupervisorView) -> Markup {
    let language = view.language;
    let row = |point: &TrendPoint| {
        html! {
            tr {
                th scope="row" { (point.label) }
                td { (point.rate.map_or_else(|| "—".to_owned(), |rate| rate.shown())) }
                td { (point.rate.map_or_else(String::new, |rate| parts_of(language, rate))) }
            }
        }
    };
    let words = said(language, view.definition);
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (say(language, Word::PageTrendPeriod, &[])) }
                    th scope="col" { (words.name) }
                    th scope="col" { (words.numerator) " / " (words.denominator) }
                }
            }
            tbody { @for point in &view.trend { (row(point)) } }
        }
    }
}
