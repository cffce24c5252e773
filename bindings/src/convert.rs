//! How types of the model are mirrored: the same names, made from the model's, never with a meaning of their own.

/// An enum with the variants of one of the model, convertible from it, or both ways.
macro_rules! mirror_enum {
    ($(#[$doc:meta])* $name:ident from $model:path { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl From<$model> for $name {
            fn from(value: $model) -> Self {
                use $model as Model;
                match value { $(Model::$variant => Self::$variant,)* }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident both $model:path { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $crate::convert::mirror_enum!($(#[$doc])* $name from $model { $($(#[$vdoc])* $variant,)* });

        impl From<$name> for $model {
            fn from(value: $name) -> Self {
                use $model as Model;
                match value { $($name::$variant => Model::$variant,)* }
            }
        }
    };
}
pub(crate) use mirror_enum;

/// A record made from one of the model, field by field with `Into`.
macro_rules! mirror_record {
    ($(#[$doc:meta])* $name:ident from $model:ty { $($(#[$fdoc:meta])* $field:ident: $type:ty = $value:expr;)* } as $it:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type,)* }

        impl From<$model> for $name {
            fn from($it: $model) -> Self {
                Self { $($field: $value,)* }
            }
        }
    };
}
pub(crate) use mirror_record;

/// What lies within an option, made into another type.
pub(crate) fn some<A, B: From<A>>(value: Option<A>) -> Option<B> {
    value.map(B::from)
}

/// Each of a list, made into another type.
pub(crate) fn each<A, B: From<A>>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(B::from).collect()
}
