//! The two languages.

/// A language that every word has. Chinese is the first one: it is spoken where nothing else was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The first known language of a tag ("zh-CN"), a locale ("en_GB.UTF-8") or a list as browsers send it
    /// ("de, en;q=0.8"); `None` where nothing is known.
    #[must_use]
    pub fn from_tag(tags: &str) -> Option<Self> {
        tags.split(',').find_map(|tag| {
            let primary = tag.trim().split(['-', '_', '.', ';']).next().unwrap_or_default();
            Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.primary()))
        })
    }

    /// What `lang` attributes and queries say.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    fn primary(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_in_tags_locales_and_lists() {
        for (tags, language) in [
            ("zh-CN", Some(Language::Zh)),
            ("zh", Some(Language::Zh)),
            ("ZH_cn.UTF-8", Some(Language::Zh)),
            ("en", Some(Language::En)),
            ("en_GB.UTF-8", Some(Language::En)),
            ("de, en;q=0.8, zh;q=0.5", Some(Language::En)),
            ("zh;q=0.9", Some(Language::Zh)),
            ("C.UTF-8", None),
            ("english", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tags), language, "{tags}");
        }
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
    }
}
