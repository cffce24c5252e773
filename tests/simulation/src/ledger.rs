//! What was promised and what was delivered, kept outside of everything that is being tried.

use std::collections::{BTreeMap, BTreeSet};

use gewu_device::network::Reply;
use gewu_hub::hub::Hub;
use gewu_log::columns::{Carried, read_entries, read_lines};
use gewu_model::act::Kind;
use gewu_model::ids::{DeviceId, EntryHash, FeedId, RecordId};
use gewu_sync::frame::unpack;
use gewu_sync::message::{Answer, PullReply, PushReply, PushRequest};

use crate::hub::Call;

/// A place in a log.
pub type Place = (FeedId, DeviceId, u64);

/// An act for which a phone said that it is saved.
#[derive(Clone, Debug)]
pub struct Promise {
    /// On which phone.
    pub phone: usize,
    /// On which case.
    pub record: RecordId,
    /// What it was.
    pub kind: Kind,
    /// What the phone held of the case when it was made.
    pub seen: BTreeSet<EntryHash>,
}

/// The ledger.
#[derive(Default)]
pub struct Ledger {
    /// Every promise.
    pub saved: BTreeMap<EntryHash, Promise>,
    /// What a phone was told of, by a whole reply: answers to its pushes, lines of its pulls.
    told: BTreeMap<usize, BTreeSet<Place>>,
    /// Where the hub ever had an entry.
    places: BTreeMap<EntryHash, Place>,
    /// Acts that some phone ever showed as confirmed.
    pub confirmed: BTreeSet<EntryHash>,
}

impl Ledger {
    /// A whole reply reached a phone.
    pub fn delivered(&mut self, phone: usize, call: &Call, reply: &Reply) {
        if reply.status != 200 {
            return;
        }
        let told = self.told.entry(phone).or_default();
        match call.path.as_str() {
            "/v1/push" => {
                let asked = unpack::<PushRequest>(&call.body).ok().and_then(|it| read_entries(&it.entries).ok());
                let (Some(entries), Ok(reply)) = (asked, unpack::<PushReply>(&reply.body)) else { return };
                let answered = entries.iter().zip(&reply.answers).filter(|(_, answer)| **answer != Answer::Held);
                told.extend(answered.map(|(entry, _)| (entry.feed, entry.author, entry.seq)));
            }
            "/v1/pull" => {
                let Ok(reply) = unpack::<PullReply>(&reply.body) else { return };
                for part in &reply.parts {
                    for line in read_lines(&part.lines).unwrap_or_default() {
                        if let Carried::Entry(entry) = line.carried {
                            told.insert((entry.feed, entry.author, entry.seq));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Looks up where the hub has everything.
    pub fn learn(&mut self, hub: &Hub) {
        let places = &mut self.places;
        // Whatever the store cannot read now is missed by the checks.
        let _ = hub.store().read(&mut |tx| {
            tx.each_entry(&mut |entry, _, _| {
                places.insert(entry.hash(), (entry.feed, entry.author, entry.seq));
            })
        });
    }

    /// Whether a phone was told of an act.
    #[must_use]
    pub fn was_told(&self, phone: usize, entry: &EntryHash) -> bool {
        let told = self.told.get(&phone);
        self.places.get(entry).is_some_and(|place| told.is_some_and(|told| told.contains(place)))
    }
}
