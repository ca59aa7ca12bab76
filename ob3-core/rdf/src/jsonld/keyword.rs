//! The keywords of JSON-LD 1.1 (§1.7).

/// A keyword that may stand as the name of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Base,
    Container,
    Context,
    Default,
    Direction,
    Embed,
    Explicit,
    Graph,
    Id,
    Import,
    Included,
    Index,
    Json,
    Language,
    List,
    Nest,
    None,
    OmitDefault,
    Prefix,
    Preserve,
    Propagate,
    Protected,
    RequireAll,
    Reverse,
    Set,
    Type,
    Value,
    Version,
    Vocab,
}

/// In the order of the enumeration.
const NAMES: [(&str, Keyword); 29] = [
    ("@base", Keyword::Base),
    ("@container", Keyword::Container),
    ("@context", Keyword::Context),
    ("@default", Keyword::Default),
    ("@direction", Keyword::Direction),
    ("@embed", Keyword::Embed),
    ("@explicit", Keyword::Explicit),
    ("@graph", Keyword::Graph),
    ("@id", Keyword::Id),
    ("@import", Keyword::Import),
    ("@included", Keyword::Included),
    ("@index", Keyword::Index),
    ("@json", Keyword::Json),
    ("@language", Keyword::Language),
    ("@list", Keyword::List),
    ("@nest", Keyword::Nest),
    ("@none", Keyword::None),
    ("@omitDefault", Keyword::OmitDefault),
    ("@prefix", Keyword::Prefix),
    ("@preserve", Keyword::Preserve),
    ("@propagate", Keyword::Propagate),
    ("@protected", Keyword::Protected),
    ("@requireAll", Keyword::RequireAll),
    ("@reverse", Keyword::Reverse),
    ("@set", Keyword::Set),
    ("@type", Keyword::Type),
    ("@value", Keyword::Value),
    ("@version", Keyword::Version),
    ("@vocab", Keyword::Vocab),
];

impl Keyword {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !text.starts_with('@') {
            return None;
        }
        NAMES.iter().find(|(name, _)| *name == text).map(|(_, keyword)| *keyword)
    }

    pub(crate) fn as_str(self) -> &'static str {
        NAMES.get(self as usize).map_or("", |(name, _)| name)
    }
}

/// Whether the text looks like a keyword, `@` and letters: such terms are reserved and ignored.
pub(crate) fn has_keyword_form(text: &str) -> bool {
    text.strip_prefix('@').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_by_its_name_and_its_place() {
        for (name, keyword) in NAMES {
            assert_eq!(keyword.as_str(), name);
            assert_eq!(Keyword::parse(name), Some(keyword));
        }
    }
}
