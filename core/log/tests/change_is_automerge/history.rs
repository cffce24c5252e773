//! Small records as honest devices make them, and what the library must say of each.

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, ROOT, ReadDoc, Value};
use gewu_log::change::{ChangeFields, hash};
use gewu_model::ids::{ChangeHash, DeviceId};

use super::mutator::Random;
use super::{encoded, library_hash, root_key};

/// A record as honest devices make it: each names heads of what it knows, its own latest among their past.
pub struct History {
    pub changes: Vec<ChangeFields<'static>>,
    /// For each change, itself and everything before it.
    pub pasts: Vec<BTreeSet<usize>>,
}

impl History {
    pub fn random(random: &mut Random) -> Self {
        let mut history = Self {
            changes: Vec::new(),
            pasts: Vec::new(),
        };
        let device_count = 1 + random.below(4);
        let devices: Vec<DeviceId> = (0..device_count)
            .map(|_| DeviceId(random.bytes(16).try_into().unwrap()))
            .collect();
        let mut known = vec![BTreeSet::new(); device_count];
        for _ in 0..random.below(60) + 1 {
            let (writer, peer) = (random.below(device_count), random.below(device_count));
            if random.below(3) == 0 {
                let more = known[peer].clone();
                known[writer].extend(more);
            } else if history.changes.is_empty() || !known[writer].is_empty() {
                history.author(random, devices[writer], &known[writer]);
                known[writer].insert(history.changes.len() - 1);
            }
        }
        if history.changes.is_empty() {
            history.author(random, devices[0], &BTreeSet::new());
        }
        history
    }

    pub fn author(&mut self, random: &mut Random, actor: DeviceId, known: &BTreeSet<usize>) {
        let mut named: BTreeSet<usize> = self.heads(known);
        if named.len() > 1 && random.below(3) == 0 {
            let left_out = random.below(named.len());
            named = named
                .into_iter()
                .enumerate()
                .filter(|(i, _)| *i != left_out)
                .map(|(_, head)| head)
                .collect();
        }
        let mut past: BTreeSet<usize> = named
            .iter()
            .flat_map(|head| self.pasts[*head].clone())
            .collect();
        let own = known
            .iter()
            .rev()
            .find(|index| self.changes[**index].actor == actor)
            .copied();
        if let Some(own) = own.filter(|own| !past.contains(own)) {
            named.insert(own);
            past.extend(&self.pasts[own]);
        }
        let deps: BTreeSet<ChangeHash> = named
            .iter()
            .map(|index| hash(&self.changes[*index]))
            .collect();
        let act_bytes = 1 + random.below(400);
        self.changes.push(ChangeFields {
            actor,
            seq: 1 + past
                .iter()
                .filter(|index| self.changes[**index].actor == actor)
                .count() as u64,
            start_op: 1 + past
                .iter()
                .map(|index| self.changes[*index].start_op)
                .max()
                .unwrap_or(0),
            time: (random.next() >> 24) as i64,
            deps: deps.into_iter().collect(),
            act: random.act(act_bytes).into(),
        });
        past.insert(self.changes.len() - 1);
        self.pasts.push(past);
    }

    fn heads(&self, of: &BTreeSet<usize>) -> BTreeSet<usize> {
        let older: BTreeSet<usize> = of
            .iter()
            .flat_map(|index| {
                self.pasts[*index]
                    .iter()
                    .copied()
                    .filter(move |past| past != index)
            })
            .collect();
        of.difference(&older).copied().collect()
    }

    pub fn all(&self) -> BTreeSet<usize> {
        (0..self.changes.len()).collect()
    }

    pub fn library_heads(&self) -> BTreeSet<automerge::ChangeHash> {
        self.heads(&self.all())
            .iter()
            .map(|index| library_hash(&hash(&self.changes[*index])))
            .collect()
    }

    pub fn in_some_causal_order(&self, random: &mut Random) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        while order.len() < self.changes.len() {
            let ready = |index: &usize| {
                self.pasts[*index]
                    .iter()
                    .all(|past| past == index || order.contains(past))
            };
            let next: Vec<usize> = self
                .all()
                .into_iter()
                .filter(|index| !order.contains(index) && ready(index))
                .collect();
            order.push(random.pick(&next));
        }
        order
    }

    pub fn check(&self, document: &Automerge) {
        assert_eq!(
            document.get_heads().into_iter().collect::<BTreeSet<_>>(),
            self.library_heads()
        );
        let acts: BTreeMap<String, Vec<u8>> = self
            .changes
            .iter()
            .map(|change| (root_key(change), change.act.to_vec()))
            .collect();
        assert_eq!(
            document.keys(ROOT).collect::<Vec<_>>(),
            acts.keys().cloned().collect::<Vec<_>>()
        );
        for (key, act) in acts {
            let value = document.get(ROOT, &key).unwrap().map(|(value, _)| value);
            assert_eq!(value, Some(Value::bytes(act)));
            assert_eq!(document.get_all(ROOT, &key).unwrap().len(), 1);
        }
        let bytes = |indices: BTreeSet<usize>| -> BTreeSet<Vec<u8>> {
            indices
                .iter()
                .map(|index| encoded(&self.changes[*index]))
                .collect()
        };
        let library = |have: &[automerge::ChangeHash]| -> BTreeSet<Vec<u8>> {
            document
                .get_changes(have)
                .iter()
                .map(|change| change.raw_bytes().to_vec())
                .collect()
        };
        assert_eq!(library(&[]), bytes(self.all()));
        for (change, past) in self.changes.iter().zip(&self.pasts) {
            let have = library_hash(&hash(change));
            assert_eq!(library(&[have]), bytes(&self.all() - past));
        }
    }

    /// What the library would number next says what it thinks the record holds.
    pub fn check_next_numbers(&self, document: &Automerge) {
        let max_op = self
            .changes
            .iter()
            .map(|change| change.start_op)
            .max()
            .unwrap();
        for actor in self
            .changes
            .iter()
            .map(|change| change.actor)
            .collect::<BTreeSet<_>>()
        {
            let written = self
                .changes
                .iter()
                .filter(|change| change.actor == actor)
                .count() as u64;
            let mut next = document.clone().with_actor(ActorId::from(&actor.0[..]));
            let mut transaction = next.transaction();
            transaction.put(ROOT, "next", 1).unwrap();
            transaction.commit();
            let made = next.get_last_local_change().unwrap();
            assert_eq!(
                (made.start_op().get(), made.seq()),
                (max_op + 1, written + 1)
            );
        }
    }
}
