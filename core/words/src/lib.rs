//! What people read: every sentence, name and error of the product, in Chinese and English.
//!
//! Problem: phone, page, command and app must say the same thing in the same words, and a sentence that exists in
//! one language only is found by a person in the field. Approach: one row per word with both languages beside each
//! other ([`Word`], and [`ScreenWord`] for the screens of the apps, which get them as generated resources), one row per
//! error with its three parts ([`ErrorCode`]), likewise for what a phone says unasked ([`NoticeCode`]); a key without one
//! of its languages does not compile, and tests hold placeholders, plain Chinese and "none unused".
//!
//! Adding a word: one row in `word.rs`, or in `screen.rs` for the apps. Adding an error: one block in `error.rs`.
//!
//! Invariants: the same key gives the same text everywhere; text is plain, never HTML; a sentence is picked by key,
//! language and (in English) number, by nothing else.
//!
//! Rejected: a file per language read at run time (a key can be missing in one of them), Fluent and ICU messages
//! (plural rules of two languages are one line), deriving keys from the English text (a comma would rename a key).
//!
//! **Never:** a decision, a clock, input or output, HTML.

mod error;
mod figure;
mod language;
mod name;
mod notice;
mod say;
mod screen;
mod table;
mod word;

pub use error::{ErrorCode, Explained, explain};
pub use figure::number;
pub use language::Language;
pub use name::{Named, RateWords, RefusalWords, rate_words, refusal_words};
pub use notice::{Notice, NoticeCode, notice};
pub use say::{Args, say, say_screen};
pub use screen::ScreenWord;
pub use word::Word;
