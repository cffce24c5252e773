//! Filling in a sentence.
//!
//! `{name}` is replaced by the argument of that name; `{name|case|cases}` by the first form where the argument
//! reads "1", else by the second. What has no argument stays as it is written, so that it is seen.

use std::fmt::Display;

use crate::{Language, ScreenWord, Word};

/// What is filled in, by name.
pub type Args<'a> = &'a [(&'a str, &'a dyn Display)];

/// A word or sentence with its arguments filled in.
///
/// Arguments are plain text and come out as plain text: whoever makes HTML of it escapes it.
///
/// ```
/// use gewu_words::{Language, Word, say};
/// assert_eq!(say(Language::En, Word::PhoneUnsent, &[("count", &1)]), "1 case only on this phone");
/// assert_eq!(say(Language::Zh, Word::PhoneUnsent, &[("count", &3)]), "3 件只在本机");
/// ```
#[must_use]
pub fn say(language: Language, word: Word, args: Args<'_>) -> String {
    fill(word.text(language), args)
}

/// The same for a word of the screens.
#[must_use]
pub fn say_screen(language: Language, word: ScreenWord, args: Args<'_>) -> String {
    fill(word.text(language), args)
}

/// Fills in one text.
pub(crate) fn fill(text: &str, args: Args<'_>) -> String {
    let mut out = String::with_capacity(text.len() + 16 * args.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => out.push_str(plain),
            Piece::Hole { whole, name, forms } => match args.iter().find(|(it, _)| *it == name) {
                None => out.push_str(whole),
                Some((_, value)) => match forms {
                    None => out.push_str(&value.to_string()),
                    Some((one, _)) if value.to_string() == "1" => out.push_str(one),
                    Some((_, other)) => out.push_str(other),
                },
            },
        }
    }
    out
}

/// A stretch of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// As it stands.
    Plain(&'a str),
    /// To be filled in.
    Hole { whole: &'a str, name: &'a str, forms: Option<(&'a str, &'a str)> },
}

/// Takes a text apart. A brace that nothing closes is plain.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((plain, whole, after)) = first_hole(rest) {
        if !plain.is_empty() {
            found.push(Piece::Plain(plain));
        }
        found.push(hole(whole));
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Plain(rest));
    }
    found
}

fn first_hole(text: &str) -> Option<(&str, &str, &str)> {
    let (plain, from) = text.split_at(text.find('{')?);
    let (whole, after) = from.split_at(from.find('}')? + 1);
    Some((plain, whole, after))
}

fn hole(whole: &str) -> Piece<'_> {
    let inner = whole.trim_start_matches('{').trim_end_matches('}');
    match inner.split_once('|') {
        None => Piece::Hole { whole, name: inner, forms: None },
        Some((name, forms)) => Piece::Hole { whole, name, forms: forms.split_once('|') },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_by_name() {
        for (text, filled) in [
            ("no hole", "no hole"),
            ("{a}", "7"),
            ("{b} before {a}", "x before 7"),
            ("{one} {one|case|cases}, {a} {a|case|cases}", "1 case, 7 cases"),
            ("{a|is|are} late", "are late"),
            ("{missing} stays", "{missing} stays"),
            ("open { stays", "open { stays"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &[("a", &7), ("b", &"x"), ("one", &1)]), filled, "{text}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{a}{b}", &[("a", &"{b}"), ("b", &"2")]), "{b}2");
    }
}
