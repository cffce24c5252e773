//! Holds `tokens.css` to `core/packs/tokens.json`, which apps and pages share, and the colours to their contrast.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

const TOKENS: &str = include_str!("../../../../core/packs/tokens.json");

/// Least contrast of text on its ground (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;

#[derive(Deserialize)]
struct Colour {
    light: String,
    dark: String,
}

#[derive(Deserialize)]
struct Length {
    px: u32,
}

type Table<T> = BTreeMap<String, T>;

#[derive(Deserialize)]
struct Tokens {
    colour: Table<Colour>,
    r#type: Table<Length>,
    space: Table<Length>,
    corner: Table<Length>,
    touch: Table<Length>,
}

fn tokens() -> Tokens {
    serde_json::from_str(TOKENS).expect("the tokens")
}

/// Names and values of the custom properties of one scheme.
fn properties(css: &str) -> BTreeMap<String, String> {
    let declarations = css.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "));
    declarations
        .filter(|(name, _)| name.starts_with("--"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Sizes follow the reader's own text size.
fn rem(px: u32) -> String {
    let mut text = format!("{:.4}", f64::from(px) / 16.0);
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    write!(text, "rem").expect("written to memory");
    text
}

#[test]
fn the_stylesheet_has_the_tokens_and_no_others() {
    let tokens = tokens();
    let css = include_str!("tokens.css");
    let (light, dark) = css.split_once("@media (prefers-color-scheme: dark)").expect("two schemes");
    let colours = |pick: fn(&Colour) -> &String| {
        tokens.colour.iter().map(move |(name, colour)| (format!("--{name}"), pick(colour).clone()))
    };
    let groups =
        [("type", &tokens.r#type), ("space", &tokens.space), ("corner", &tokens.corner), ("touch", &tokens.touch)];
    let lengths = groups
        .into_iter()
        .flat_map(|(group, table)| table.iter().map(move |(name, it)| (format!("--{group}-{name}"), rem(it.px))));
    assert_eq!(properties(light), colours(|it| &it.light).chain(lengths).collect());
    assert_eq!(properties(dark), colours(|it| &it.dark).collect());
}

#[test]
fn the_page_uses_tokens_for_every_colour() {
    let own = include_str!("page.css");
    for declaration in own.lines().filter(|line| line.ends_with(';')) {
        assert!(!declaration.contains('#') && !declaration.contains("rgb"), "a colour that is no token: {declaration}");
    }
    let known = properties(include_str!("tokens.css"));
    for used in own.split("var(").skip(1) {
        let name = used.split(')').next().unwrap_or_default();
        assert!(known.contains_key(name), "{name} is no token");
    }
}

/// Relative luminance of "#rrggbb".
fn luminance(colour: &str) -> f64 {
    let channel = |index: usize| {
        let hex = colour.get(1 + 2 * index..3 + 2 * index).expect("six digits");
        let value = f64::from(u8::from_str_radix(hex, 16).expect("hexadecimal")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

fn contrast(text: &str, ground: &str) -> f64 {
    let (text, ground) = (luminance(text), luminance(ground));
    (text.max(ground) + 0.05) / (text.min(ground) + 0.05)
}

#[test]
fn text_stands_out_from_every_ground_it_is_put_on() {
    assert!(contrast("#777777", "#ffffff") < CONTRAST_MIN, "the measure rejects what is too pale");
    let tokens = tokens();
    let grounds: &[(&str, &[&str])] = &[
        ("ink", &["paper", "card", "jade-soft", "red-soft", "amber-soft"]),
        ("soft", &["paper", "card"]),
        ("jade", &["paper", "card", "jade-soft"]),
        ("red", &["paper", "card", "red-soft"]),
        ("amber", &["paper", "card", "amber-soft"]),
        ("card", &["jade"]),
    ];
    for (text, grounds) in grounds {
        for ground in *grounds {
            let (text_colour, ground_colour) = (&tokens.colour[*text], &tokens.colour[*ground]);
            for (text_hex, ground_hex) in
                [(&text_colour.light, &ground_colour.light), (&text_colour.dark, &ground_colour.dark)]
            {
                let found = contrast(text_hex, ground_hex);
                assert!(found >= CONTRAST_MIN, "{text} {text_hex} on {ground} {ground_hex}: {found:.2}");
            }
        }
    }
}
