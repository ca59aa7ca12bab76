//! Languages in which the worker writes to people.

/// A language that there are words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Japanese.
    Ja,
    /// Dutch.
    Nl,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 6] = [Self::En, Self::De, Self::Es, Self::Fr, Self::Ja, Self::Nl];

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::Ja => "ja",
            Self::Nl => "nl",
        }
    }

    /// Reads a tag; whatever follows the language, as in `de-AT`, is passed over.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let (language, rest) = tag.split_once('-').unwrap_or((tag, ""));
        let is_tag = rest.len() <= 30 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        Self::ALL.into_iter().find(|locale| is_tag && locale.as_str().eq_ignore_ascii_case(language))
    }

    /// The language that an `Accept-Language` header (RFC 9110 §12.5.4) names first, as browsers order it; English when it names
    /// none that there are words for.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Self {
        let tags = accept_language.split(',').filter_map(|range| range.split(';').next());
        tags.filter_map(|tag| Self::parse(tag.trim())).next().unwrap_or(Self::En)
    }

    /// What a stored tag means; English when it is of no language that is known today.
    #[must_use]
    pub fn stored(tag: &str) -> Self {
        Self::parse(tag).unwrap_or(Self::En)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_with_words_is_preferred() {
        for (header, locale) in [
            ("de-AT,de;q=0.9,en;q=0.8", Locale::De),
            ("pt-BR, ja;q=0.5", Locale::Ja),
            ("pt", Locale::En),
            ("*", Locale::En),
            ("", Locale::En),
        ] {
            assert_eq!(Locale::preferred(header), locale, "{header}");
        }
    }

    #[test]
    fn a_region_is_passed_over() {
        for (tag, locale) in [("de", Some(Locale::De)), ("DE-at", Some(Locale::De)), ("ja-Jpan-JP", Some(Locale::Ja))] {
            assert_eq!(Locale::parse(tag), locale, "{tag}");
        }
        for tag in ["", "xx", "deutsch", "de_DE", "de-<b>", "-de"] {
            assert_eq!(Locale::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn every_tag_is_read_as_it_is_written() {
        for locale in Locale::ALL {
            assert_eq!(Locale::parse(locale.as_str()), Some(locale));
        }
    }
}
