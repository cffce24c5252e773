//! Longer than other files because kinds, bodies and their codec are one table read side by side.
//!
//! Acts: one thing that one person did, at one moment, on one device.
//!
//! An act is a CBOR map with unsigned keys (`docs/formats.md`). Its bytes are the truth and are kept as they came:
//! reading an act here is a view on them, so keys and kinds of a newer version survive on an older phone. What is
//! typed (words, the exact place) is not in the act but in its [`DetailText`], which can be erased without breaking it.

use minicbor::{Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Serialize};

use crate::ids::{DetailHash, EntryHash, FeedId, GrantId};
use crate::limit::TimeLimit;
use crate::time::Basis;

/// The record kind of a case; other numbers are kinds of a newer version.
pub const RECORD_KIND_CASE: u16 = 1;

macro_rules! kinds {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        /// What was done. The number travels, the name is what commands and JSON say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $(#[doc = $text] $name,)*
        }

        impl Kind {
            /// Every kind that this version knows.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The number in the act's bytes.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number),* }
            }

            /// The kind of a number, unless it is of a newer version.
            #[must_use]
            pub const fn from_number(number: u32) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// The word that commands and JSON use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The kind of a word.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }
    };
}

kinds! {
    Report = 1, "report";
    Decline = 2, "decline";
    File = 3, "file";
    Void = 4, "void";
    Dispatch = 5, "dispatch";
    Claim = 6, "claim";
    Handle = 7, "handle";
    Check = 8, "check";
    Close = 9, "close";
    SelfHandle = 10, "self_handle";
    Reopen = 11, "reopen";
    ForceClose = 12, "force_close";
    Return = 13, "return";
    Revise = 20, "revise";
    Relocate = 21, "relocate";
    Extend = 22, "extend";
    Suspend = 23, "suspend";
    Resume = 24, "resume";
    Note = 25, "note";
    Adopt = 26, "adopt";
}

impl Kind {
    /// Whether an act of this kind can be a record's first.
    #[must_use]
    pub const fn is_birth(self) -> bool {
        matches!(self, Self::Report | Self::SelfHandle)
    }

    /// Whether an act of this kind has a place in the table of positions.
    #[must_use]
    pub const fn is_position(self) -> bool {
        self.number() < 20
    }

    /// Whether the command carries the revision that the screen showed: it closes or sends back.
    #[must_use]
    pub const fn answers_what_was_seen(self) -> bool {
        matches!(self, Self::Close | Self::Check | Self::Decline | Self::Void | Self::Reopen | Self::ForceClose)
    }
}

/// Which acts a case goes through. Profiles are data; the number travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Profile {
    /// report → handle → close; the report carries the filing.
    #[default]
    #[n(0)]
    Light,
    /// All stages, with filing, dispatch and check.
    #[n(1)]
    Standard,
}

/// What was filed: class, condition, limit and the deadline that follows from them, as one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Filing {
    /// Class by its key in the catalogue.
    #[n(0)]
    pub class: String,
    /// The filing condition of that class, where it has several.
    #[n(1)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The limit found in the catalogue; `None` where the sender gave a deadline, or none.
    #[n(2)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<TimeLimit>,
    /// Unix seconds; `None`: never due.
    #[n(3)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_s: Option<i64>,
    /// Version of the catalogue that was asked.
    #[n(4)]
    pub catalogue: u32,
}

/// Where an imported request came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Origin {
    /// The other system.
    #[n(0)]
    pub system: String,
    /// Its key there.
    #[n(1)]
    pub key: String,
}

/// Body of `report` and `self_handle`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReportBody {
    /// Acts that the case goes through.
    #[n(0)]
    pub profile: Profile,
    /// Class by its key in the catalogue.
    #[n(1)]
    pub class: String,
    /// 急要件.
    #[n(2)]
    pub urgent: Option<bool>,
    /// In the light profile a report carries its filing.
    #[n(3)]
    pub filing: Option<Filing>,
    /// Where an imported request came from.
    #[n(4)]
    pub origin: Option<Origin>,
}

/// Which kind of declining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum DeclineReason {
    /// 不予受理.
    #[n(0)]
    NotAccepted,
    /// 不予立案.
    #[n(1)]
    NotFiled,
    /// 撤回 by its own reporter.
    #[n(2)]
    Withdrawn,
}

macro_rules! body {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $n:literal $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
        #[cbor(map)]
        pub struct $name { $($(#[$fdoc])* #[n($n)] pub $field: $type,)* }
    };
}

body!(
    /// Body of `decline`.
    DeclineBody {
        /// Which and why.
        0 reason: DeclineReason,
    });
body!(
    /// Body of `file`.
    FileBody {
        /// What is filed.
        0 filing: Filing,
    });
body!(
    /// Body of `dispatch` and `return`: the party concerned.
    PartyBody {
        /// The party's feed.
        0 party: FeedId,
    });
body!(
    /// Body of `claim` and `handle`: on behalf of which party, if any.
    HandBody {
        /// The party's feed.
        0 party: Option<FeedId>,
    });
body!(
    /// Body of `check`.
    CheckBody {
        /// Whether it passed; a failed one sends back.
        0 passed: bool,
    });
body!(
    /// Body of `close`.
    CloseBody {
        /// The closing condition that was met.
        0 condition: Option<String>,
    });
body!(
    /// Body of acts whose reason is in the words typed: `void`, `reopen`, `force_close`, `note`.
    PlainBody { });
body!(
    /// Body of `revise`. What is absent stays; words and place are in the detail.
    ReviseBody {
        /// Another class as reported.
        0 class: Option<String>,
        /// Another urgency.
        1 urgent: Option<bool>,
        /// Another filing.
        2 filing: Option<Filing>,
        /// Whether the detail's text replaces the report's.
        3 text: Option<bool>,
        /// Whether the detail's place replaces the report's.
        4 place: Option<bool>,
    });
body!(
    /// Body of `relocate`.
    RelocateBody {
        /// The area that the case lies in from now on.
        0 area: FeedId,
    });
body!(
    /// Body of `extend`: the deadline computed, and who asked.
    ExtendBody {
        /// Unix seconds.
        0 deadline_s: i64,
        /// The party that asked.
        1 asked_by: FeedId,
    });
body!(
    /// Body of `suspend`: until when at most, and who asked.
    SuspendBody {
        /// Unix seconds.
        0 until_s: i64,
        /// The party that asked.
        1 asked_by: FeedId,
    });
body!(
    /// Body of `resume`: the deadline computed from the time that was left.
    ResumeBody {
        /// Unix seconds.
        0 deadline_s: i64,
    });
body!(
    /// Body of `adopt`: the act that is taken over.
    AdoptBody {
        /// Its entry hash.
        0 entry: EntryHash,
    });

/// What an act says beside its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `report`.
    Report(ReportBody),
    /// `decline`.
    Decline(DeclineBody),
    /// `file`.
    File(FileBody),
    /// `void`.
    Void(PlainBody),
    /// `dispatch`.
    Dispatch(PartyBody),
    /// `claim`.
    Claim(HandBody),
    /// `handle`.
    Handle(HandBody),
    /// `check`.
    Check(CheckBody),
    /// `close`.
    Close(CloseBody),
    /// `self_handle`.
    SelfHandle(ReportBody),
    /// `reopen`.
    Reopen(PlainBody),
    /// `force_close`.
    ForceClose(PlainBody),
    /// `return`.
    Return(PartyBody),
    /// `revise`.
    Revise(ReviseBody),
    /// `relocate`.
    Relocate(RelocateBody),
    /// `extend`.
    Extend(ExtendBody),
    /// `suspend`.
    Suspend(SuspendBody),
    /// `resume`.
    Resume(ResumeBody),
    /// `note`.
    Note(PlainBody),
    /// `adopt`.
    Adopt(AdoptBody),
    /// A kind of a newer version, by its number.
    Unknown(u32),
    /// A known kind whose body cannot be read: an act without effect.
    Unreadable(Kind),
}

macro_rules! each_body {
    ($($variant:ident),*) => {
        impl Body {
            /// The kind; `None` for a kind of a newer version.
            #[must_use]
            pub fn kind(&self) -> Option<Kind> {
                match self {
                    $(Self::$variant(_) => Some(Kind::$variant),)*
                    Self::Unknown(_) => None,
                    Self::Unreadable(kind) => Some(*kind),
                }
            }

            fn encode_into(&self, e: &mut Encoder<&mut Vec<u8>>) {
                let written = match self {
                    $(Self::$variant(body) => e.encode(body).map(drop),)*
                    Self::Unknown(_) | Self::Unreadable(_) => e.map(0).map(drop),
                };
                written.unwrap_or_else(|never: minicbor::encode::Error<std::convert::Infallible>| unreachable!("{never}"));
            }

            fn decode(number: u32, d: &mut Decoder<'_>) -> Self {
                match Kind::from_number(number) {
                    None => Self::Unknown(number),
                    $(Some(Kind::$variant) => d.decode().map_or(Self::Unreadable(Kind::$variant), Self::$variant),)*
                }
            }
        }
    };
}
each_body!(
    Report, Decline, File, Void, Dispatch, Claim, Handle, Check, Close, SelfHandle, Reopen, ForceClose, Return, Revise,
    Relocate, Extend, Suspend, Resume, Note, Adopt
);

/// One act as read from its bytes, or to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Who, in what role, on which device.
    pub grant: GrantId,
    /// Pack version, if newer than the grant's.
    pub pack: Option<u32>,
    /// How sure its time is.
    pub basis: Basis,
    /// Hash of the detail, if there is one.
    pub detail: Option<DetailHash>,
    /// Kind and content.
    pub body: Body,
}

/// The bytes are not an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the act's map lacks a key or holds another type under it")]
pub struct ActError;

impl Act {
    /// The act in deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        let mut e = Encoder::new(&mut bytes);
        let count = 4 + u64::from(self.pack.is_some()) + u64::from(self.detail.is_some());
        let number = match &self.body {
            Body::Unknown(number) => *number,
            body => body.kind().map_or(0, Kind::number),
        };
        let mut head = || {
            e.map(count)?.u8(0)?.u32(number)?.u8(1)?.bytes(&self.grant.0)?;
            if let Some(pack) = self.pack {
                e.u8(2)?.u32(pack)?;
            }
            e.u8(3)?.u8(self.basis.number())?;
            if let Some(detail) = self.detail {
                e.u8(4)?.bytes(&detail.0)?;
            }
            e.u8(5)?;
            Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
        };
        head().unwrap_or_else(|never| unreachable!("{never}"));
        self.body.encode_into(&mut e);
        bytes
    }

    /// The same, naming the entry that it does anew: an act whose place in its author's log was taken by a copy.
    #[must_use]
    pub fn encode_again(&self, of: EntryHash) -> Vec<u8> {
        let bytes = self.encode();
        // A map of four to six keys, the largest of which is 5: one more key goes to its end.
        let (head, rest) = bytes.split_first().unwrap_or((&0xa0, &[]));
        [&[head + 1], rest, &[0x06, 0x58, 0x20], &of.0].concat()
    }

    /// The entry that an act does anew, if it names one.
    #[must_use]
    pub fn again_of(bytes: &[u8]) -> Option<EntryHash> {
        let mut d = Decoder::new(bytes);
        for _ in 0..d.map().ok()?? {
            match d.u64().ok()? {
                6 => return d.decode().ok(),
                _ => d.skip().ok()?,
            }
        }
        None
    }

    /// Reads an act; keys that this version does not know are passed over.
    ///
    /// # Errors
    /// [`ActError`] when keys 0, 1, 3 or 5 are missing or a known key has another type. The guard has refused such
    /// bytes before; whoever reads a store of one's own may take it for damage.
    pub fn decode(bytes: &[u8]) -> Result<Self, ActError> {
        Self::read(bytes).ok().flatten().ok_or(ActError)
    }

    fn read(bytes: &[u8]) -> Result<Option<Self>, minicbor::decode::Error> {
        let mut d = Decoder::new(bytes);
        let (mut number, mut grant, mut pack, mut basis, mut detail, mut body) = (None, None, None, None, None, None);
        let Some(count) = d.map()? else { return Ok(None) };
        for _ in 0..count {
            match d.u64()? {
                0 => number = Some(u32::try_from(d.u64()?).unwrap_or(u32::MAX)), // Beyond u32: of a newer version.
                1 => grant = Some(d.decode::<GrantId>()?),
                2 => pack = Some(u32::try_from(d.u64()?).unwrap_or(u32::MAX)),
                3 => basis = Some(Basis::from_number(d.u64()?)),
                4 => detail = Some(d.decode::<DetailHash>()?),
                5 => {
                    let start = d.position();
                    if !matches!(d.datatype()?, minicbor::data::Type::Map) {
                        return Ok(None);
                    }
                    d.skip()?;
                    let Some((_, tail)) = bytes.split_at_checked(start) else { return Ok(None) };
                    body = number.map(|number| Body::decode(number, &mut Decoder::new(tail)));
                }
                _ => d.skip()?,
            }
        }
        let (Some(grant), Some(basis), Some(body)) = (grant, basis, body) else { return Ok(None) };
        Ok(Some(Self { grant, pack, basis, detail, body }))
    }

    /// The kind; `None` for a kind of a newer version.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.body.kind()
    }
}

/// Where a phone said it was, in units of 10⁻⁷ degree (CGCS2000 / WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Fix {
    /// Within ±900 000 000.
    #[n(0)]
    pub latitude_e7: i32,
    /// Within ±1 800 000 000.
    #[n(1)]
    pub longitude_e7: i32,
    /// Radius that holds the true position with 68 % probability.
    #[n(2)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy_cm: Option<u32>,
}

impl Fix {
    /// A fix, if it lies on Earth.
    #[must_use]
    pub fn new(latitude_e7: i32, longitude_e7: i32, accuracy_cm: Option<u32>) -> Option<Self> {
        let on_earth = latitude_e7.unsigned_abs() <= 900_000_000 && longitude_e7.unsigned_abs() <= 1_800_000_000;
        on_earth.then_some(Self { latitude_e7, longitude_e7, accuracy_cm })
    }
}

/// What a person typed beside an act, and the exact place. Can be erased; the act stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct DetailText {
    /// The words.
    #[n(0)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The place.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Fix>,
    /// Why, by a word of the pack.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl DetailText {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// Deterministic CBOR.
    #[must_use]
    pub fn encode_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_else(|never| unreachable!("{never}"))
    }

    /// Reads a detail; keys of a newer version are passed over. `None` when it is none.
    #[must_use]
    pub fn decode_cbor(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_done_anew_names_the_old_one_and_reads_as_the_same() {
        let act = report();
        let again = act.encode_again(EntryHash([9; 32]));
        assert_eq!(Act::again_of(&again), Some(EntryHash([9; 32])));
        assert_eq!(Act::again_of(&act.encode()), None);
        assert_eq!(Act::decode(&again), Ok(act));
    }

    fn report() -> Act {
        Act {
            grant: GrantId([1, 2, 3, 4, 5, 6, 7, 8]),
            pack: Some(3),
            basis: Basis::Claimed,
            detail: Some(DetailHash([9; 32])),
            body: Body::Report(ReportBody {
                profile: Profile::Light,
                class: "matter/01001".into(),
                urgent: None,
                filing: Some(Filing { class: "matter/01001".into(), condition: None, limit: None, deadline_s: Some(1_700_000_000), catalogue: 1 }),
                origin: Some(Origin { system: "311".into(), key: "39573567".into() }),
            }),
        }
    }

    #[test]
    fn an_act_comes_back_from_its_bytes() {
        let acts = [
            report(),
            Act { body: Body::Check(CheckBody { passed: false }), pack: None, detail: None, ..report() },
            Act { body: Body::Adopt(AdoptBody { entry: EntryHash([3; 32]) }), ..report() },
            Act { body: Body::Unknown(7_000), ..report() },
        ];
        for act in acts {
            assert_eq!(Act::decode(&act.encode()), Ok(act));
        }
    }

    #[test]
    fn a_known_kind_with_a_strange_body_is_unreadable_not_lost() {
        let mut bytes = Vec::new();
        let mut e = Encoder::new(&mut bytes);
        e.map(4).unwrap().u8(0).unwrap().u32(Kind::Dispatch.number()).unwrap();
        e.u8(1).unwrap().bytes(&[0; 8]).unwrap().u8(3).unwrap().u8(1).unwrap().u8(5).unwrap().map(0).unwrap();
        assert_eq!(Act::decode(&bytes).map(|act| act.body), Ok(Body::Unreadable(Kind::Dispatch)));
    }

    #[test]
    fn every_kind_is_found_by_number_and_name() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(kind));
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
    }
}
