//! Observers: "these pages changed"; the latest wins.

use std::sync::{Arc, Mutex, PoisonError};

use crate::convert::mirror_record;

mirror_record!(
    /// What may look different now.
    Changed from gewu_device::Changed {
        /// Cases, lists and rates.
        cases: bool = it.cases;
        /// What is unsent, last contact, what is under way.
        status: bool = it.status;
        /// Grows with every change; a page read at a revision holds at least everything up to it.
        revision: u64 = it.revision;
    } as it
);

/// Somebody who wants to know. Called on a thread of the core, never twice at once, at most ten times a second; must
/// return soon and may not call `Device.close`. What it throws is dropped.
#[uniffi::export(with_foreign)]
pub trait Observer: Send + Sync {
    /// Pages changed.
    fn changed(&self, changed: Changed);
}

/// An observer as the core calls it.
pub(crate) struct Told(pub Arc<dyn Observer>);

impl gewu_device::Observer for Told {
    fn changed(&self, changed: gewu_device::Changed) {
        self.0.changed(changed.into());
    }
}

/// An observation. Ends with `cancel`, or when the object is freed.
#[derive(uniffi::Object)]
pub struct Watch {
    watch: Mutex<Option<gewu_device::Watch>>,
}

impl From<gewu_device::Watch> for Watch {
    fn from(watch: gewu_device::Watch) -> Self {
        Self { watch: Mutex::new(Some(watch)) }
    }
}

#[uniffi::export]
impl Watch {
    /// Ends the observation; a call that is under way still finishes.
    pub fn cancel(&self) {
        drop(self.watch.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
