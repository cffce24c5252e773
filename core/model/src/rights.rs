//! Who may do what: the role table is data in the pack, and one function reads it, for screens, phones and hub alike.
//!
//! Rights are judged over the act's own causal past: area, assignee and handler as its author had seen them.

use serde::{Deserialize, Serialize};

use crate::act::{Body, DeclineReason, Profile};
use crate::area::Areas;
use crate::case::{CaseState, Stage};
use crate::fold::Who;
use crate::ids::FeedId;

macro_rules! roles {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        /// In what capacity somebody acts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $(#[doc = $text] $name,)* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The number in grants and stores.
            #[must_use]
            pub fn number(self) -> u8 {
                match self { $(Self::$name => $number),* }
            }

            /// The role of a number.
            #[must_use]
            pub fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// The word in commands, JSON and the role table.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The role of a word.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|role| role.name() == name)
            }
        }
    };
}

roles! {
    Inspector = 1, "inspector";
    Informant = 2, "informant";
    Volunteer = 3, "volunteer";
    Acceptor = 4, "acceptor";
    Dispatcher = 5, "dispatcher";
    Handler = 6, "handler";
    Overseer = 7, "overseer";
    Supervisor = 8, "supervisor";
    Resident = 9, "resident";
}

/// One row of the role table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// Who.
    pub roles: Vec<Role>,
    /// May do what: kinds of act, with `decline` split into `decline` and `withdraw`, and `revise` into
    /// `revise_report` and `revise_filing`.
    pub deeds: Vec<String>,
    /// On which cases.
    pub r#where: Where,
    /// Only in one profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Only by somebody who did not handle it in the present round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_handler: bool,
    /// Only up to some point.
    #[serde(default, rename = "while", skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// Only with typed words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_words: bool,
}

/// Which cases a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Those in the grant's area.
    Area,
    /// Those in the grant's area, or assigned to its party.
    AreaOrParty,
    /// Those assigned to the grant's party or claimed by the person; with nobody assigned, those in the grant's area.
    Assignee,
    /// Those assigned to the grant's party or claimed by the person.
    Assigned,
    /// Those that a standing dispatch or claim gives to the grant's party.
    AssignedParty,
    /// Those that the person reported.
    Own,
    /// Those that the person may read.
    Reader,
}

/// Up to which point a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// While nobody answered the report.
    Reported,
    /// While nothing was filed at a desk.
    Unfiled,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        /// Why the hub refuses an act. The number is a verdict byte and never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Refusal { $($(#[$doc])* $name,)* }

        impl Refusal {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The verdict byte.
            #[must_use]
            pub fn number(self) -> u8 {
                match self { $(Self::$name => $number),* }
            }

            /// The reason of a verdict byte; a number of a newer hub reads as [`Refusal::NewerReason`].
            #[must_use]
            pub fn from_number(number: u8) -> Self {
                match number { $($number => Self::$name,)* _ => Self::NewerReason }
            }

            /// The word in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

refusals! {
    /// The role has no such right.
    NoRight = 1, "no_right";
    /// The case does not lie in the grant's area, nor with its party.
    NotYours = 2, "not_yours";
    /// Whoever handled it does not check or close it.
    OwnHandling = 3, "own_handling";
    /// Too late for that, such as withdrawing what was answered.
    TooLate = 4, "too_late";
    /// Words are asked for and were not typed.
    WordsMissing = 5, "words_missing";
    /// The grant is not known to the hub.
    GrantUnknown = 6, "grant_unknown";
    /// The grant is for another device.
    GrantOfOther = 7, "grant_of_other";
    /// The grant had run out.
    GrantExpired = 8, "grant_expired";
    /// The grant or device was cut off.
    Revoked = 9, "revoked";
    /// Another entry has this place in the device's log: the store was copied.
    Forked = 10, "forked";
    /// More acts were refused on this record than are kept.
    RecordFull = 11, "record_full";
    /// The class is not in the catalogue.
    ClassUnknown = 12, "class_unknown";
    /// The area or party is not in the directory.
    AreaUnknown = 13, "area_unknown";
    /// The deadline does not follow from limit and calendar.
    DeadlineWrong = 14, "deadline_wrong";
    /// A foreign deadline or none needs an origin and a grant to import.
    ImportNotGranted = 15, "import_not_granted";
    /// Words beyond the limit of the kind.
    TextTooLong = 16, "text_too_long";
    /// The catalogue that was used is older than the grant allows.
    PackTooOld = 17, "pack_too_old";
    /// A reason of a newer hub.
    NewerReason = 255, "newer_reason";
}

/// The word that the role table uses for an act.
#[must_use]
pub fn deed(body: &Body) -> &'static str {
    match body {
        Body::Decline(decline) if decline.reason == DeclineReason::Withdrawn => "withdraw",
        Body::Revise(revise) if revise.filing.is_some() => "revise_filing",
        Body::Revise(_) => "revise_report",
        body => body.kind().map_or("unknown", crate::act::Kind::name),
    }
}

/// Whether somebody may do something to a case as they had seen it.
///
/// `seen` is the fold of the act's causal past, `home` the record's feed, `has_words` whether something was typed.
///
/// # Errors
/// The reason of the rule that came nearest: [`Refusal::NoRight`] when no rule names role and deed.
pub fn may(
    table: &[RoleRule],
    areas: &Areas,
    who: Who,
    body: &Body,
    seen: &CaseState,
    home: FeedId,
    has_words: bool,
) -> Result<(), Refusal> {
    let deed = deed(body);
    let mut nearest = Refusal::NoRight;
    for rule in table.iter().filter(|rule| rule.roles.contains(&who.role) && rule.deeds.iter().any(|it| it == deed)) {
        match follows(rule, areas, who, seen, home, has_words) {
            // Nobody speaks for another party than the grant's own.
            Ok(()) if named_party(body).is_some_and(|party| party != who.area) => nearest = Refusal::NotYours,
            Ok(()) => return Ok(()),
            Err(reason) => nearest = reason,
        }
    }
    Err(nearest)
}

/// The party in whose name an act is done.
fn named_party(body: &Body) -> Option<FeedId> {
    match body {
        Body::Return(back) => Some(back.party),
        Body::Handle(hand) | Body::Claim(hand) => hand.party,
        _ => None,
    }
}

fn follows(
    rule: &RoleRule,
    areas: &Areas,
    who: Who,
    seen: &CaseState,
    home: FeedId,
    has_words: bool,
) -> Result<(), Refusal> {
    if rule.profile.is_some_and(|profile| profile != seen.profile) {
        return Err(Refusal::NoRight);
    }
    if !lies_with(rule.r#where, areas, who, seen, home) {
        return Err(Refusal::NotYours);
    }
    if rule.not_handler && seen.handlers.contains(&who.person) {
        return Err(Refusal::OwnHandling);
    }
    let stage = seen.position.map(|position| position.stage);
    let in_time = match rule.until {
        None => true,
        Some(Until::Reported) => stage == Some(Stage::Reported),
        Some(Until::Unfiled) => matches!(stage, Some(Stage::Reported | Stage::Declined)),
    };
    if !in_time {
        return Err(Refusal::TooLate);
    }
    if rule.needs_words && !has_words {
        return Err(Refusal::WordsMissing);
    }
    Ok(())
}

fn lies_with(place: Where, areas: &Areas, who: Who, seen: &CaseState, home: FeedId) -> bool {
    let in_area = areas.covers(who.area, seen.area_id().unwrap_or(home));
    let to_party = seen.assignees.iter().any(|assignee| assignee.party == Some(who.area));
    let own = seen.birth.is_some_and(|birth| birth.person == Some(who.person));
    match place {
        Where::Area => in_area,
        Where::AreaOrParty => in_area || to_party,
        Where::Assignee if seen.assignees.is_empty() => in_area,
        Where::Assignee | Where::Assigned => to_party || seen.assignees.iter().any(|assignee| assignee.person == Some(who.person)),
        Where::AssignedParty => to_party,
        Where::Own => own,
        Where::Reader => in_area || to_party || own || areas.covers(who.area, home),
    }
}
