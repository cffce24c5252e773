//! The one error: ten variants, grouped by what the person can do, each with its words.

use gewu_words::Explained;

use crate::convert::mirror_enum;

mirror_enum!(
    /// The language in which errors speak.
    Language both gewu_words::Language {
        /// Simplified Chinese.
        Zh,
        /// English.
        En,
    }
);

macro_rules! errors {
    ($($(#[$doc:meta])* $variant:ident;)*) => {
        /// A call failed; nothing was changed unless the variant says so. Of these, `Offline` and `Busy` have a chance
        /// later without anybody doing anything.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
        pub enum DeviceError {
            $(
                $(#[$doc])*
                #[error("{code}: {what}")]
                $variant {
                    /// The stable word of `docs/errors.md`.
                    code: String,
                    /// What happened, for people.
                    what: String,
                    /// What is safe, for people.
                    safe: String,
                    /// What to do next, for people.
                    next: String,
                },
            )*
        }

        impl From<(gewu_device::DeviceError, gewu_words::Language)> for DeviceError {
            fn from((error, language): (gewu_device::DeviceError, gewu_words::Language)) -> Self {
                let Explained { code, what, safe, next } = error.explained(language);
                let code = code.name().to_owned();
                match error {
                    $(gewu_device::DeviceError::$variant { .. } => Self::$variant { code, what, safe, next },)*
                }
            }
        }
    };
}

errors! {
    /// The hub was not reached, has no room, or what answered is not the hub.
    Offline;
    /// Free space, then repeat.
    StorageFull;
    /// Another key, or nobody is enrolled.
    UnlockNeeded;
    /// A newer program is needed.
    UpgradeNeeded;
    /// Another process holds the store, or the device is paused or closed.
    Busy;
    /// No right, not now, or changed since the screen showed it.
    Refused;
    /// Nothing of that name is here.
    NotFound;
    /// An argument makes no sense.
    Invalid;
    /// The store is damaged, or the folder cannot be used.
    Damaged;
    /// A fault of the program; the next call works.
    Defect;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_speaks_the_language_that_was_asked_for() {
        let error = gewu_device::DeviceError::NotFound { name: "0123456789".into() };
        let said = |language| DeviceError::from((error.clone(), language));
        let DeviceError::NotFound { code, what, safe, next } = said(gewu_words::Language::En) else { panic!() };
        assert_eq!(code, "not_found");
        assert!([&what, &safe, &next].into_iter().all(|words| !words.is_empty()), "{what} {safe} {next}");
        assert_ne!(said(gewu_words::Language::Zh), said(gewu_words::Language::En));
    }
}
