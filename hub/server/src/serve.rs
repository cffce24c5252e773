//! A hub that listens: HTTPS, and on loopback plain HTTP beside it, so that a browser opens the page without a warning.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::api::{Shared, router};
use crate::config::World;
use crate::folder::{self, FolderError};
use crate::hub::Hub;
use crate::tls;

/// A hub could not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The folder does not open.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Somebody else listens there.
    #[error("the address {address} is taken by another program")]
    PortInUse {
        /// Which.
        address: SocketAddr,
    },
    /// The system refused.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        reason: String,
    },
}

/// A hub that is bound to its addresses and not yet answering.
pub struct Bound {
    /// The hub, for whoever runs it in the same process.
    pub hub: Arc<Hub>,
    /// Where phones reach it.
    pub address: SocketAddr,
    /// Where a browser on this machine reaches it without a certificate; only beside a loopback address.
    pub plain: Option<SocketAddr>,
    /// SHA-256 of the TLS key.
    pub fingerprint: [u8; 32],
    listener: TcpListener,
    plain_listener: Option<TcpListener>,
    tls: Arc<rustls::ServerConfig>,
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::PortInUse { address },
        _ => ServeError::Listen { address, reason: error.to_string() },
    })
}

/// Opens a folder and binds its addresses. `plain_port`: of the plain listener on loopback, 0 for a free one.
///
/// # Errors
/// [`ServeError`].
pub async fn bound(dir: &Path, address: SocketAddr, plain_port: Option<u16>, world: World) -> Result<Bound, ServeError> {
    let (store, own) = folder::open(dir)?;
    let fingerprint = tls::fingerprint(&own.tls.0).map_err(FolderError::from)?;
    let tls = tls::server_config(&own.tls.0, &own.tls.1).map_err(FolderError::from)?;
    let hub = Arc::new(Hub::new(Arc::new(store), own, world)?);
    let failed = |error: std::io::Error| ServeError::Listen { address, reason: error.to_string() };
    let listener = bind(address).await?;
    let plain_listener = match plain_port.filter(|_| address.ip().is_loopback()) {
        Some(port) => Some(bind(SocketAddr::new(address.ip(), port)).await?),
        None => None,
    };
    let plain = plain_listener.as_ref().map(TcpListener::local_addr).transpose().map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { hub, address, plain, fingerprint, listener, plain_listener, tls })
}

impl Bound {
    /// Answers until `stop` resolves, then finishes what is under way.
    ///
    /// # Errors
    /// What the listeners say.
    pub async fn run(self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let app = router(Shared { hub: self.hub, stopping: stopped.clone() });
        let until = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let secure = tls::serve(self.listener, Some(self.tls), app.clone(), until(stopped.clone()));
        let plain = async {
            match self.plain_listener {
                Some(listener) => tls::serve(listener, None, app, until(stopped)).await,
                None => Ok(()),
            }
        };
        let announce = async {
            stop.await;
            // Nobody listening any more means that both listeners have ended by themselves.
            let _ = stopping.send(true);
            Ok(())
        };
        tokio::try_join!(secure, plain, announce).map(drop)
    }
}
