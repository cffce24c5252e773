//! Writes the words of the screens and the tokens of the look for the apps:
//! `cargo run --release -p gewu-words --example resources -- FORMAT OUT`.
//!
//! | format | OUT | what |
//! |---|---|---|
//! | `android` | a `res` folder | `values/strings.xml` in Chinese, which is what a phone in any third language shows; `values-en/strings.xml`; holes by place, in the order in which the Chinese text names them |
//! | `apple` | a folder | `Localizable.xcstrings`, source language zh-Hans, with en; the same holes |
//! | `json` | a folder | `words.json`: {key: {zh, en}}, holes by name |
//! | `tokens-kotlin`, `tokens-swift` | a folder | `Tokens.kt` (package `org.gewu.tokens`), `Tokens.swift` |
//!
//! What it writes is never committed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use gewu_words::{Language, ScreenWord};
use serde_json::{Value, json};

const TOKENS: &str = include_str!("../../packs/tokens.json");

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [format, out] = arguments.as_slice() else { return Err("usage: resources FORMAT OUT".into()) };
    let tokens: Value = serde_json::from_str(TOKENS)?;
    let files = match format.as_str() {
        "android" => vec![
            ("values/strings.xml", android(Language::Zh)),
            ("values-en/strings.xml", android(Language::En)),
        ],
        "apple" => vec![("Localizable.xcstrings", apple()?)],
        "json" => vec![("words.json", named()?)],
        "tokens-kotlin" => vec![("Tokens.kt", tokens_kotlin(&tokens)?)],
        "tokens-swift" => vec![("Tokens.swift", tokens_swift(&tokens)?)],
        other => return Err(format!("no format {other}: android, apple, json, tokens-kotlin, tokens-swift").into()),
    };
    for (name, text) in files {
        let path = Path::new(out).join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// `TodayEmptyTitle` as resources name it: `today_empty_title`.
fn key(word: ScreenWord) -> String {
    let mut key = String::new();
    for c in word.name().chars() {
        if c.is_ascii_uppercase() && !key.is_empty() {
            key.push('_');
        }
        key.push(c.to_ascii_lowercase());
    }
    key
}

/// The names of holes in the order in which the Chinese text has them: their places in both languages.
fn holes(word: ScreenWord) -> Vec<&'static str> {
    let mut found = Vec::new();
    for part in word.text(Language::Zh).split('{').skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// A text with its holes by place; a percent sign of its own is doubled where there is a hole.
fn placed(word: ScreenWord, language: Language, sign: &str) -> String {
    let holes = holes(word);
    let mut text = word.text(language).to_owned();
    if !holes.is_empty() {
        text = text.replace('%', "%%");
    }
    for (at, name) in holes.iter().enumerate() {
        text = text.replace(&format!("{{{name}}}"), &format!("%{}${sign}", at + 1));
    }
    text
}

fn android(language: Language) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<resources>\n");
    for &word in ScreenWord::ALL {
        let text = placed(word, language, "s");
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"");
        // Writing to a string does not fail.
        let _ = writeln!(xml, "    <string name=\"{}\">{text}</string>", key(word));
    }
    xml.push_str("</resources>\n");
    xml
}

fn apple() -> Result<String, Fault> {
    let unit = |word, language| json!({ "stringUnit": { "state": "translated", "value": placed(word, language, "@") } });
    let strings: BTreeMap<String, Value> = ScreenWord::ALL
        .iter()
        .map(|&word| {
            let both = json!({ "zh-Hans": unit(word, Language::Zh), "en": unit(word, Language::En) });
            (key(word), json!({ "extractionState": "manual", "localizations": both }))
        })
        .collect();
    let catalogue = json!({ "sourceLanguage": "zh-Hans", "version": "1.0", "strings": strings });
    Ok(serde_json::to_string_pretty(&catalogue)? + "\n")
}

fn named() -> Result<String, Fault> {
    let words: BTreeMap<String, Value> = ScreenWord::ALL
        .iter()
        .map(|&word| (key(word), json!({ "zh": word.text(Language::Zh), "en": word.text(Language::En) })))
        .collect();
    Ok(serde_json::to_string_pretty(&words)? + "\n")
}

/// Names and values of a table of tokens, as `lowerCamelCase`.
fn table<'t>(tokens: &'t Value, name: &str, prefix: &str) -> Result<Vec<(String, &'t Value)>, Fault> {
    let table = tokens.get(name).and_then(Value::as_object).ok_or("tokens.json lacks a table")?;
    Ok(table.iter().map(|(name, value)| (camel(&format!("{prefix}{name}")), value)).collect())
}

fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut name, part| {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

/// Sizes: type in sp or pt, the rest in dp or pt.
fn sizes(tokens: &Value) -> Result<Vec<(&'static str, Vec<(String, u64)>)>, Fault> {
    let mut all = Vec::new();
    for (group, name, prefix) in
        [("Type", "type", ""), ("Space", "space", "s-"), ("Corner", "corner", ""), ("Touch", "touch", "")]
    {
        let mut values = Vec::new();
        for (name, value) in table(tokens, name, prefix)? {
            values.push((name, value.get("px").and_then(Value::as_u64).ok_or("a size without px")?));
        }
        all.push((group, values));
    }
    Ok(all)
}

fn colour<'t>(value: &'t Value, mode: &str) -> Result<&'t str, Fault> {
    let hex = value.get(mode).and_then(Value::as_str).and_then(|hex| hex.strip_prefix('#'));
    Ok(hex.ok_or("a colour that is not #rrggbb")?)
}

fn tokens_kotlin(tokens: &Value) -> Result<String, Fault> {
    let mut text = String::from(
        "// Written by `resources tokens-kotlin` from core/packs/tokens.json; not to be edited.\npackage org.gewu.tokens\n\n\
         /** Colours as 0xAARRGGBB. */\ninterface Colours {\n",
    );
    let colours = table(tokens, "colour", "")?;
    for (name, value) in &colours {
        let means = value.get("means").and_then(Value::as_str).unwrap_or_default();
        writeln!(text, "    /** {means}. */\n    val {name}: Long")?;
    }
    text.push_str("}\n");
    for (object, mode) in [("Light", "light"), ("Dark", "dark")] {
        writeln!(text, "\nobject {object} : Colours {{")?;
        for (name, value) in &colours {
            writeln!(text, "    override val {name} = 0xFF{}L", colour(value, mode)?.to_ascii_uppercase())?;
        }
        text.push_str("}\n");
    }
    for (group, values) in sizes(tokens)? {
        writeln!(text, "\nobject {group} {{")?;
        for (name, px) in values {
            writeln!(text, "    const val {name} = {px}")?;
        }
        text.push_str("}\n");
    }
    Ok(text)
}

fn tokens_swift(tokens: &Value) -> Result<String, Fault> {
    let mut text = String::from(
        "// Written by `resources tokens-swift` from core/packs/tokens.json; not to be edited.\n\n\
         /// Colours as 0xRRGGBB.\npublic struct Colours: Sendable {\n",
    );
    let colours = table(tokens, "colour", "")?;
    for (name, value) in &colours {
        let means = value.get("means").and_then(Value::as_str).unwrap_or_default();
        writeln!(text, "    /// {means}.\n    public let {name}: UInt32")?;
    }
    for mode in ["light", "dark"] {
        let values: Result<Vec<String>, Fault> = colours
            .iter()
            .map(|(name, value)| Ok(format!("{name}: 0x{}", colour(value, mode)?.to_ascii_uppercase())))
            .collect();
        writeln!(text, "\n    public static let {mode} = Colours({})", values?.join(", "))?;
    }
    text.push_str("}\n");
    for (group, values) in sizes(tokens)? {
        writeln!(text, "\npublic enum {group}Size {{")?;
        for (name, px) in values {
            writeln!(text, "    public static let {name}: Double = {px}")?;
        }
        text.push_str("}\n");
    }
    Ok(text)
}
