//! Where the key of the store comes from: the phone's keystore, behind a foreign trait.

use std::sync::Arc;

use gewu_device as core;

/// The keystore gave no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum VaultError {
    /// The phone is locked: unlock it and open again.
    #[error("the keystore is locked")]
    Locked,
    /// There is no key any more.
    #[error("the key is lost")]
    Lost,
    /// Anything else.
    #[error("the keystore failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for VaultError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

impl From<VaultError> for core::VaultError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked => Self::Locked,
            VaultError::Lost => Self::Lost,
            VaultError::Failed => Self::Failed,
        }
    }
}

/// Gives the key of the encrypted store: 32 bytes, made once and kept by the phone's keystore. Asked once per `open`, on
/// the caller's thread. Whatever it throws becomes `UnlockNeeded`: `locked`, `key_lost`, else `vault_failed`.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// The key.
    fn key(&self) -> Result<Vec<u8>, VaultError>;
}

/// The key as the core takes it.
pub(crate) fn key_of(vault: &Arc<dyn KeyVault>) -> Result<[u8; 32], core::DeviceError> {
    let key = vault.key().map_err(core::VaultError::from)?;
    Ok(<[u8; 32]>::try_from(key).map_err(|_| core::VaultError::Failed)?)
}
