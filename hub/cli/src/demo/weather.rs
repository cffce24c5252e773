//! The weather between phones and hub: replies that are cut after the hub has committed, and no coverage at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gewu_device::network::{CutReason, HubAddress, Network, NetworkError, OfflineReason, PinnedHttps, Reply, Request};

/// A road with holes. The requests themselves are real: what is cut is the way back.
pub struct Weather {
    road: Arc<PinnedHttps>,
    covered: AtomicBool,
    /// The next so many pushes lose their reply.
    cuts: AtomicU64,
}

impl Weather {
    /// Good weather.
    pub fn new() -> Self {
        Self { road: Arc::new(PinnedHttps::new()), covered: AtomicBool::new(true), cuts: AtomicU64::new(0) }
    }

    /// Sets coverage.
    pub fn cover(&self, covered: bool) {
        self.covered.store(covered, Ordering::Relaxed);
    }

    /// Makes the next `count` pushes lose their reply.
    pub fn cut(&self, count: u64) {
        self.cuts.fetch_add(count, Ordering::Relaxed);
    }
}

impl Network for Weather {
    fn send(&self, hub: &HubAddress, request: &Request<'_>) -> Result<Reply, NetworkError> {
        let attempted = hub.authorities.first().cloned().unwrap_or_default();
        if !self.covered.load(Ordering::Relaxed) {
            let reason = OfflineReason::NotConnected { kind: std::io::ErrorKind::NetworkUnreachable };
            return Err(NetworkError::Offline { attempted, reason });
        }
        let reply = self.road.send(hub, request)?;
        let take = |left: u64| left.checked_sub(1);
        let cut = request.path == "/v1/push"
            && self.cuts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok();
        if cut {
            let reason = CutReason::Broke { kind: std::io::ErrorKind::ConnectionReset };
            return Err(NetworkError::Cut { attempted, reason });
        }
        Ok(reply)
    }
}
