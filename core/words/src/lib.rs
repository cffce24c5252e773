//! What people read: every sentence, name and error of the product, in Chinese and English.
//!
//! Problem: phone, page, command and app must say the same thing in the same words, and a sentence that exists in
//! one language only is found by a person in the field. Approach: one row per word with both languages beside each
//! other ([`Word`]), one row per error with its three parts ([`ErrorCode`]); a key without one of its languages does
//! not compile, and tests hold placeholders, plain Chinese and "none unused".
//!
//! Adding a word: one row in `word.rs`. Adding an error: one block in `error.rs`.
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
mod say;
mod word;

pub use error::{ErrorCode, Explained, explain};
pub use figure::number;
pub use language::Language;
pub use name::{Named, RateWords, RefusalWords, rate_words, refusal_words};
pub use say::{Args, say};
pub use word::Word;
