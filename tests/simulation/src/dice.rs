//! Chance: every throw of a run comes from its seed.

use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

/// A stream of random numbers.
pub struct Dice(Mutex<ChaCha8Rng>);

impl Dice {
    /// The stream of a name under a seed. Streams of other names stay as they are when one is asked for more.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_be_bytes());
        hasher.update(name.as_bytes());
        Self(Mutex::new(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())))
    }

    /// Fills a buffer.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    /// 32 bytes.
    #[must_use]
    pub fn array(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// Any number.
    #[must_use]
    pub fn any(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    /// A number below `count`; 0 where `count` is 0.
    #[must_use]
    pub fn below(&self, count: u64) -> u64 {
        self.any().checked_rem(count).unwrap_or(0)
    }

    /// A place in a list of `count` items.
    #[must_use]
    pub fn place(&self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        usize::try_from(self.below(count)).unwrap_or(0)
    }

    /// One of them.
    #[must_use]
    pub fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.place(items.len()))
    }

    /// True so many times of a thousand.
    #[must_use]
    pub fn per_mille(&self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// A number from `from` to `to`, both within.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or(1);
        from.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }
}

impl gewu_device::env::Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill(self, bytes);
    }
}

impl gewu_hub::config::Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill(self, bytes);
    }
}
