//! The short code by which people name a record on the telephone and on paper.
//!
//! Problem: a record id has 32 hex digits; nobody dictates that. Approach: ten characters of
//! Crockford base32, nine of data and one check character, computed in GF(32) = GF(2)[x]/(x⁵+x²+1)
//! so that with c₀…c₉ the characters and α = 2: Σ cᵢ·α^(9−i) = 0.
//!
//! Invariants: every single wrong character and every swap of neighbours is found (α has order 31, so
//! the ten weights differ and so do their neighbours' sums); a code is a function of the record id and
//! the same on every device, also offline. A code is *not* unique: 45 bits, so among a million
//! records some two share one with a chance of about 1 in 70; whoever looks a code up shows both.
//!
//! Rejected: Crockford's own check symbol (mod 37, needs `* ~ $ = U`, which people cannot dictate);
//! Damm and Luhn mod N (weaker or need a table); numbers from a server (there is none in the field).

use std::fmt;
use std::str::FromStr;

use crate::ids::RecordId;

/// Crockford's alphabet: no I, L, O or U.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];
const SYMBOL_BITS: u32 = 5;
const DATA_SYMBOLS: u32 = 9;
const CODE_BITS: u32 = SYMBOL_BITS * DATA_SYMBOLS;
/// The part of a record id that is a hash: its last 62 bits.
const HASH_BITS: u32 = 62;
/// Characters of a code, separators not counted.
pub const CODE_CHARACTERS: usize = 10;

/// The code of a record: the first 45 of the last 62 bits of its id.
///
/// Shown as ten characters, the last of which is the check character. **Invariant:** below 2⁴⁵.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u64);

/// Why a text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not ten characters, separators left out: a part is missing or doubled; ask for the rest.
    #[error("a code has {CODE_CHARACTERS} characters, not {count}")]
    WrongLength { count: usize },
    /// No code contains this character.
    #[error("no code contains the character {character:?}")]
    WrongCharacter { character: char },
    /// The check character does not fit the others: misheard or mistyped, not merely unknown.
    #[error("the check character does not fit: one character is wrong or two are swapped")]
    Mistyped,
}

impl Code {
    /// The code of a record.
    #[must_use]
    pub fn of(record: &RecordId) -> Self {
        let [.., b8, b9, b10, b11, b12, b13, b14, b15] = record.0;
        let low = u64::from_be_bytes([b8, b9, b10, b11, b12, b13, b14, b15]);
        Self((low >> (HASH_BITS - CODE_BITS)) & mask())
    }

    /// The code with these bits, as a store keeps it; `None` from 2⁴⁵ on.
    #[must_use]
    pub fn from_bits(bits: u64) -> Option<Self> {
        (bits <= mask()).then_some(Self(bits))
    }

    /// The 45 bits, for an index; fits an `i64` of SQL.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Reads what a person typed.
    ///
    /// Upper and lower case, full-width letters of a Chinese keyboard, I and L for 1, O for 0, spaces
    /// and dashes anywhere.
    ///
    /// # Errors
    /// [`CodeError::WrongCharacter`] → this is no code, search for it as text;
    /// [`CodeError::WrongLength`] → ask for the rest;
    /// [`CodeError::Mistyped`] → ask to read it again, do not say "unknown".
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut bits = 0_u64;
        let mut sum = 0_u8;
        let mut count = 0_usize;
        for character in text.chars().filter(|c| !is_separator(*c)) {
            let symbol = symbol(character).ok_or(CodeError::WrongCharacter { character })?;
            sum = times_alpha(sum) ^ symbol;
            count += 1;
            if count < CODE_CHARACTERS {
                bits = (bits << SYMBOL_BITS) | u64::from(symbol);
            }
        }
        match (count, sum) {
            (CODE_CHARACTERS, 0) => Ok(Self(bits)),
            (CODE_CHARACTERS, _) => Err(CodeError::Mistyped),
            _ => Err(CodeError::WrongLength { count }),
        }
    }

    fn data(self) -> impl Iterator<Item = u8> {
        (0..DATA_SYMBOLS).rev().map(move |place| {
            let [.., low] = (self.0 >> (place * SYMBOL_BITS)).to_be_bytes();
            low & 31
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = times_alpha(self.data().fold(0, |sum, symbol| times_alpha(sum) ^ symbol));
        // Through `pad`, so that a table can align codes.
        let text: String = self
            .data()
            .chain([check])
            .filter_map(|symbol| ALPHABET.get(usize::from(symbol)))
            .collect();
        f.pad(&text)
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

const fn mask() -> u64 {
    (1 << CODE_BITS) - 1
}

/// Multiplies by α = x in GF(2)[x]/(x⁵+x²+1).
const fn times_alpha(element: u8) -> u8 {
    let doubled = element << 1;
    if doubled & 0b10_0000 == 0 {
        doubled
    } else {
        doubled ^ 0b10_0101
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '‐'..='―' | '－' | '−')
}

fn symbol(character: char) -> Option<u8> {
    let plain = match narrow(character).to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let index = ALPHABET.iter().position(|symbol| *symbol == plain)?;
    u8::try_from(index).ok()
}

/// The ASCII form of a full-width character; others stay.
fn narrow(character: char) -> char {
    match character {
        '！'..='～' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code's characters as the alphabet's indices.
    fn symbols(code: Code) -> Vec<usize> {
        code.to_string()
            .chars()
            .map(|c| ALPHABET.iter().position(|s| *s == c).expect("a symbol"))
            .collect()
    }

    fn text(symbols: &[usize]) -> String {
        symbols.iter().map(|index| ALPHABET[*index]).collect()
    }

    /// Seeded: the same codes in every run.
    fn samples() -> impl Iterator<Item = Code> {
        (0_u32..400)
            .map(|n| {
                let mut record = [0; 16];
                record.copy_from_slice(&blake3::hash(&n.to_be_bytes()).as_bytes()[..16]);
                Code::of(&RecordId(record))
            })
            .chain([0, 1, mask()].map(Code))
    }

    #[test]
    fn the_code_is_the_first_45_of_the_last_62_bits() {
        let mut record = [0xFF; 16];
        record[8] = 0b1000_0000; // variant 10, then six bits of zero
        record[9..].copy_from_slice(&[0, 0, 0, 0, 0b10, 0, 0]);
        let record = RecordId(record);
        // Bit 17 of the id is the last of the code; what lies below does not reach it.
        assert_eq!(Code::of(&record).bits(), 1);
        let mut other = record;
        other.0[15] = 0xFF;
        other.0[14] = 0xFF;
        other.0[13] = 0b11;
        assert_eq!(Code::of(&other).bits(), 1);
        other.0[8] = 0b1100_0000; // the variant's second bit is none of the 62
        assert_eq!(Code::of(&other).bits(), 1);
        other.0[8] = 0b1010_0000;
        assert_eq!(Code::of(&other).bits(), 1 | (1 << 44));
    }

    #[test]
    fn known_codes_read_and_write_alike() {
        // Worked out apart from this program, with polynomials over GF(2).
        for (bits, shown) in VECTORS {
            let code = Code::from_bits(*bits).expect("below 2⁴⁵");
            assert_eq!(code.to_string(), *shown);
            assert_eq!(Code::parse(shown), Ok(code));
        }
        assert_eq!(Code::from_bits(1 << 45), None);
    }

    const VECTORS: &[(u64, &str)] = &[
        (0x0, "0000000000"),
        (0x1, "0000000012"),
        (0x1fff_ffff_ffff, "ZZZZZZZZZX"),
        (0x1000_0000_0000, "G00000000W"),
        (0x0dc6_8173_9ff6, "DRT0Q77ZPR"),
        (0x097e_a245_e688, "9FTH4BSM8W"),
        (0x1b78_3699_201f, "VF0V9J80ZW"),
        (0x0109_fda1_172f, "117YT25SF6"),
        (0x1ca5_b38a_118a, "WMPSRM4CAF"),
    ];

    #[test]
    fn a_code_survives_being_written_down() {
        for code in samples() {
            let shown = code.to_string();
            assert_eq!(shown.len(), CODE_CHARACTERS);
            assert_eq!(shown.parse(), Ok(code));
            let (first, rest) = shown.split_at(5);
            for typed in [
                shown.to_lowercase(),
                format!(" {first}-{rest}\n"),
                format!("{first}　{rest}"),
                format!("{first} – {rest}"),
                shown.replace('1', "I").replace('0', "O"),
                shown.replace('1', "l").replace('0', "o"),
                shown
                    .chars()
                    .map(|c| char::from_u32(u32::from(c) + 0xFEE0).expect("full width"))
                    .collect(),
            ] {
                assert_eq!(Code::parse(&typed), Ok(code), "{typed:?}");
            }
        }
    }

    #[test]
    fn every_single_wrong_character_is_found() {
        for code in samples() {
            let right = symbols(code);
            for place in 0..CODE_CHARACTERS {
                for wrong in (0..ALPHABET.len()).filter(|w| *w != right[place]) {
                    let mut typed = right.clone();
                    typed[place] = wrong;
                    assert_eq!(Code::parse(&text(&typed)), Err(CodeError::Mistyped));
                }
            }
        }
    }

    #[test]
    fn every_swap_of_neighbours_is_found() {
        for code in samples() {
            let right = symbols(code);
            for place in 1..CODE_CHARACTERS {
                let mut typed = right.clone();
                typed.swap(place - 1, place);
                if typed != right {
                    assert_eq!(Code::parse(&text(&typed)), Err(CodeError::Mistyped));
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_a_code_says_why() {
        let short = |count| Err(CodeError::WrongLength { count });
        let wrong = |character| Err(CodeError::WrongCharacter { character });
        assert_eq!(Code::parse(""), short(0));
        assert_eq!(Code::parse(" - "), short(0));
        assert_eq!(Code::parse("000000000"), short(9));
        assert_eq!(Code::parse("00000000000"), short(11));
        assert_eq!(Code::parse("U000000000"), wrong('U'));
        assert_eq!(Code::parse("井盖"), wrong('井'));
        assert_eq!(Code::parse("0000000000!"), wrong('!'));
        assert_eq!(Code::parse("00000000\u{130}0"), wrong('\u{130}'));
    }
}
