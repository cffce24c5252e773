//! Ids and hashes as records of one field, so that none is taken for another.

use gewu_model::ids as model;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
            pub struct $name {
                /// Lower-case hexadecimal.
                pub hex: String,
            }

            impl From<model::$name> for $name {
                fn from(id: model::$name) -> Self {
                    Self { hex: id.to_string() }
                }
            }
        )*
    };
}

id! {
    /// A street office.
    StreetId;
    /// An area or party.
    FeedId;
    /// A phone.
    DeviceId;
    /// A person.
    PersonId;
    /// A case.
    RecordId;
    /// An act.
    EntryHash;
}
