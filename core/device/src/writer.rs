//! The one writer thread, and readers beside it.
//!
//! A panic in a job rolls its transaction back and becomes `Defect`; the thread and the next call go on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use gewu_store::{OpenOptions, Reader, Store};

use crate::beside::Beside;
use crate::error::DeviceError;

type Job = Box<dyn FnOnce(&mut Option<Store>) + Send>;

/// Handles of one store file.
pub(crate) struct Writer {
    beside: Beside,
    options: OpenOptions,
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Mutex<Vec<Reader>>,
    paused: Arc<RwLock<bool>>,
}

fn relaxed<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn incident(panic: &(dyn Any + Send)) -> DeviceError {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    // Panic messages of ours hold values, never what a person typed; the log gets the whole, the person a short name.
    tracing::error!(panic = text, "a job of the store ended in a defect");
    let name: String = text.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    DeviceError::Defect { incident: name }
}

impl Writer {
    /// Keeps an open store on its own thread.
    pub(crate) fn start(store: Store, beside: Beside, options: OpenOptions) -> Result<Self, DeviceError> {
        let (jobs, inbox) = channel::<Job>();
        let thread = std::thread::Builder::new().name("gewu-writer".into()).spawn(move || {
            let mut store = Some(store);
            for job in inbox {
                job(&mut store);
            }
            if let Some(store) = store {
                let _ = store.close(); // Everything is durable; a failed checkpoint is done at the next start.
            }
        });
        let thread = thread.map_err(|error| DeviceError::Defect { incident: error.kind().to_string() })?;
        Ok(Self {
            beside,
            options,
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            readers: Mutex::default(),
            paused: Arc::default(),
        })
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Option<Store>) -> Result<T, DeviceError> + Send + 'static,
    ) -> Result<T, DeviceError> {
        let (reply, answer) = channel();
        let job: Job = Box::new(move |store| {
            let done = catch_unwind(AssertUnwindSafe(|| work(store)));
            let _ = reply.send(done.unwrap_or_else(|panic| Err(incident(&*panic)))); // Nobody waits any more: fine.
        });
        let closed = || DeviceError::Busy;
        relaxed(&self.jobs).as_ref().ok_or_else(closed)?.send(job).map_err(|_| closed())?;
        self.noted(answer.recv().map_err(|_| closed())?)
    }

    /// A damaged page that was met is looked for by the next start.
    fn noted<T>(&self, done: Result<T, DeviceError>) -> Result<T, DeviceError> {
        if let Err(DeviceError::Damaged { code: gewu_words::ErrorCode::Damaged, .. }) = &done {
            self.beside.note_damage();
        }
        done
    }

    /// Runs a job on the writer thread and waits for it.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, DeviceError> + Send + 'static,
    ) -> Result<T, DeviceError> {
        self.run(|store| work(store.as_mut().ok_or(DeviceError::Busy)?))
    }

    /// Reads beside the writer, on the caller's thread.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Reader) -> Result<T, DeviceError>) -> Result<T, DeviceError> {
        let paused = self.paused.read().unwrap_or_else(PoisonError::into_inner);
        if *paused {
            return Err(DeviceError::Busy);
        }
        let idle = relaxed(&self.readers).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.run(|store| Ok(store.as_ref().ok_or(DeviceError::Busy)?.reader()?))?,
        };
        let done = catch_unwind(AssertUnwindSafe(|| work(&reader)));
        match done {
            Ok(done) => {
                relaxed(&self.readers).push(reader);
                self.noted(done)
            }
            Err(panic) => Err(incident(&*panic)),
        }
    }

    /// Drops every lock on the file, until [`Writer::resume`].
    pub(crate) fn pause(&self) -> Result<(), DeviceError> {
        *self.paused.write().unwrap_or_else(PoisonError::into_inner) = true;
        relaxed(&self.readers).clear();
        self.run(|store| match store.take() {
            Some(store) => Ok(store.close()?),
            None => Ok(()),
        })
    }

    /// Opens the file again.
    pub(crate) fn resume(&self) -> Result<(), DeviceError> {
        let (file, options) = (self.beside.store(), self.options.clone());
        self.run(move |store| {
            if store.is_none() {
                *store = Some(Store::open(&file, &options)?);
            }
            Ok(())
        })?;
        *self.paused.write().unwrap_or_else(PoisonError::into_inner) = false;
        Ok(())
    }

    /// Finishes what is queued and closes the file. Calls afterwards end in `Busy`.
    pub(crate) fn close(&self) {
        // Waits for reads under way: one that ended later would lay its reader among the idle ones, and the file would stay
        // open and readable.
        *self.paused.write().unwrap_or_else(PoisonError::into_inner) = true;
        relaxed(&self.jobs).take();
        relaxed(&self.readers).clear();
        if let Some(thread) = relaxed(&self.thread).take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join(); // Jobs catch their panics.
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]
mod tests {
    use super::*;

    /// Found by a Swift test that closed a phone while it reported: now and then a page could be read afterwards.
    #[test]
    fn a_read_that_ends_while_the_file_closes_does_not_keep_it_open() {
        let dir = tempfile::tempdir().unwrap();
        let options = OpenOptions { key: [7; 32], vfs: None, day_offset_s: 28_800 };
        let beside = Beside::of(dir.path(), &crate::env::Env::default());
        let store = Store::open(&beside.store(), &options).unwrap();
        let writer = Writer::start(store, beside, options).unwrap();
        std::thread::scope(|scope| {
            let (begun, started) = channel();
            let writer = &writer;
            let read = scope.spawn(move || {
                writer.read(|_| {
                    begun.send(()).unwrap();
                    // Until closing waits for this read, or has not waited and is over.
                    while writer.paused.try_read().is_ok() && relaxed(&writer.thread).is_some() {
                        std::thread::yield_now();
                    }
                    Ok(())
                })
            });
            started.recv().unwrap();
            writer.close();
            read.join().unwrap().unwrap();
        });
        assert!(matches!(writer.read(|_| Ok(())), Err(DeviceError::Busy)));
        assert!(relaxed(&writer.readers).is_empty());
    }
}
