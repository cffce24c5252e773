//! The supervisor's page, made on the server.
//!
//! Problem: somebody in a train, on an old phone, with text at 200 %, must see at a glance how a street stands and what
//! waits for them. Approach: a whole document without a build step ([`render`]), its `<main>` again and again as an
//! event ([`fragment`]), one stylesheet, one small script that puts the fragment in place and keeps scroll, focus and
//! what was unfolded. The page reads without the script, too.
//!
//! Invariants: every value is escaped; no inline script or style, so [`CONTENT_SECURITY_POLICY`] forbids them; no
//! request leaves the hub; a rate never stands without its two integers; colour is never the only sign.
//!
//! Rejected: a framework in the browser (a build step, and 100 KB before the first figure), charts in a canvas (not
//! read aloud, not printed), patching single elements by events (a second description of the page).
//!
//! **Never:** SQL, a count of its own, "now".

mod live;
mod moments;
mod rates;
mod work;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tokens;

mod view;

use gewu_words::{Explained, Language, Word, say};
use maud::{DOCTYPE, Markup, html};

pub use view::{
    Beside, GridRow, OtherRate, OverdueRow, PeriodKind, PeriodView, PhoneRow, SupervisorView, ToSettle, TrendPoint,
};

/// Served as `/page.css`, `text/css`.
pub const STYLESHEET: &str = concat!(include_str!("page/tokens.css"), include_str!("page/page.css"));

/// Served as `/page.js`, `text/javascript`.
pub const SCRIPT: &str = include_str!("page/page.js");

/// Header of every page: own files only, nothing inline, nobody frames it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The whole document.
///
/// The figures follow `/events?…` with the query of the page: each event's data is the JSON object `{"html": …}` with a
/// [`fragment`] in it.
#[must_use]
pub fn render(view: &SupervisorView) -> String {
    let language = view.language;
    let other = if language == Language::Zh { Language::En } else { Language::Zh };
    let title = say(language, Word::PageTitle, &[("place", &view.place)]);
    let events = format!("/events{}", live::query(view, view.period.kind, view.definition, language));
    let body = html! {
        body data-events=(events) {
            a .skip href="#main" { (say(language, Word::PageSkip, &[])) }
            header .top {
                p .brand { (say(language, Word::PageBrand, &[])) }
                nav aria-label=(say(language, Word::PageLanguage, &[])) {
                    a #language .plain href=(live::query(view, view.period.kind, view.definition, other))
                        lang=(other.tag()) hreflang=(other.tag()) { (other.own_name()) }
                }
            }
            p #lost .lost role="status" hidden { (say(language, Word::PageLinkLost, &[])) }
            main #main tabindex="-1" { (live::main(view)) }
            p #said .unseen aria-live="polite" {}
            footer { p { (say(language, Word::PageRule, &[])) } }
        }
    };
    document(language, &title, true, &body)
}

/// What belongs inside `<main>`, for a page that is open already.
#[must_use]
pub fn fragment(view: &SupervisorView) -> String {
    live::main(view).into_string()
}

/// A page for what did not work: a used link, a missing session, an unknown address.
#[must_use]
pub fn refusal_page(language: Language, explained: &Explained) -> String {
    let title = say(language, Word::PageRefusedTitle, &[]);
    let parts = [
        (Word::PageRefusedWhat, &explained.what),
        (Word::PageRefusedSafe, &explained.safe),
        (Word::PageRefusedNext, &explained.next),
    ];
    let body = html! {
        body {
            header .top { p .brand { (say(language, Word::PageBrand, &[])) } }
            main #main .alone {
                h1 { (title) }
                dl .card .explained {
                    @for (heading, text) in parts {
                        div {
                            dt { (say(language, heading, &[])) }
                            dd { (typed(text)) }
                        }
                    }
                }
                p .soft { (say(language, Word::PageRefusedCode, &[("code", &explained.code.name())])) }
            }
        }
    };
    document(language, &title, false, &body)
}

/// Text in which `backticks` mark what is to be typed.
fn typed(text: &str) -> Markup {
    html! {
        @for (index, piece) in text.split('`').enumerate() {
            @if index % 2 == 0 { (piece) } @else { code { (piece) } }
        }
    }
}

fn document(language: Language, title: &str, live: bool, body: &Markup) -> String {
    let document = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/page.css";
                @if live { script src="/page.js" defer {} }
            }
            (body)
        }
    };
    document.into_string()
}
