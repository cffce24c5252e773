//! A link that dies again and again: a proxy that cuts each connection after so many bytes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

/// The proxy; ends when it is dropped.
pub struct Cutter {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Bytes moved, both ways.
    bytes: AtomicU64,
    /// Connections that were cut.
    cuts: AtomicU64,
    stopping: AtomicBool,
}

impl Cutter {
    /// Listens on a free port of loopback and passes on to `to`; each connection dies after `bytes_max`, both ways
    /// counted. `u64::MAX`: none does.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(to: &str, bytes_max: u64) -> Self {
        let to: SocketAddr = to.parse().expect("an address");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared::default());
        let kept = Arc::clone(&shared);
        let acceptor = std::thread::spawn(move || {
            for near in listener.incoming() {
                if kept.stopping.load(Ordering::SeqCst) {
                    return;
                }
                // A hub that is away is a connection that closes at once.
                if let (Ok(near), Ok(far)) = (near, TcpStream::connect(to)) {
                    pass_on(near, far, bytes_max, &kept);
                }
            }
        });
        Self { address, shared, acceptor: Some(acceptor) }
    }

    /// `host:port` for invitations.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Bytes that went through, both ways.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::SeqCst)
    }

    /// Connections that were cut.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn pass_on(near: TcpStream, far: TcpStream, bytes_max: u64, shared: &Arc<Shared>) {
    let spent = Arc::new(AtomicU64::new(0));
    let half = |from: &TcpStream, to: &TcpStream| Some((from.try_clone().ok()?, to.try_clone().ok()?));
    for (mut from, mut to) in [half(&near, &far), half(&far, &near)].into_iter().flatten() {
        let (spent, shared) = (Arc::clone(&spent), Arc::clone(shared));
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let bytes = u64::try_from(count).unwrap_or(u64::MAX);
                if spent.fetch_add(bytes, Ordering::SeqCst).saturating_add(bytes) > bytes_max {
                    shared.cuts.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                shared.bytes.fetch_add(bytes, Ordering::SeqCst);
                if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            // The other half ends by it; one that is closed already needs no closing.
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
