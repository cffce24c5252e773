//! The two shapes of a table: words with two texts, and what has three parts in two languages.

/// An enum with a text in each language per row.
macro_rules! words {
    ($(#[$doc:meta])* $table:ident { $($name:ident: $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $table {
            $(#[doc = concat!($en, " · ", $zh)] $name,)*
        }

        impl $table {
            /// Every word, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The key as it is written here.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// The text with its holes.
            #[must_use]
            pub fn text(self, language: $crate::Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, $crate::Language::Zh) => $zh, (Self::$name, $crate::Language::En) => $en,)*
                }
            }
        }
    };
}

/// An enum of stable codes, each with what happened, what is safe, and what to do next.
macro_rules! three_parts {
    ($(#[$table_doc:meta])* $table:ident { $($(#[$doc:meta])* $name:ident = $text:literal {
        zh: $zh_what:literal, $zh_safe:literal, $zh_next:literal;
        en: $en_what:literal, $en_safe:literal, $en_next:literal;
    })* }) => {
        $(#[$table_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $table { $($(#[$doc])* $name,)* }

        impl $table {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in JSON and problem documents.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The code of a word.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }

            /// What, safe, next, with their holes.
            pub(crate) fn parts(self, language: $crate::Language) -> [&'static str; 3] {
                match (self, language) {
                    $((Self::$name, $crate::Language::Zh) => [$zh_what, $zh_safe, $zh_next],
                    (Self::$name, $crate::Language::En) => [$en_what, $en_safe, $en_next],)*
                }
            }
        }

        impl serde::Serialize for $table {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

pub(crate) use {three_parts, words};
