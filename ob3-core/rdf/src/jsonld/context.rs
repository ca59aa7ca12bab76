//! Active contexts: what a term means where it stands (JSON-LD 1.1 API §4.1 and §5.2).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Deref;
use std::rc::Rc;

use super::keyword::{Keyword, has_keyword_form};
use super::{ANY_CONTEXT, iri};
use crate::json::Value;
use crate::mix::mix;

/// Text that is part of the document, or is shared with a context.
#[derive(Clone, Debug)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
    /// Shared with a context, and known to be an absolute IRI.
    Absolute(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) | Self::Absolute(text) => text,
        }
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// Base direction of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ltr,
    Rtl,
}

impl Direction {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "ltr" => Some(Self::Ltr),
            "rtl" => Some(Self::Rtl),
            _ => None,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// An IRI that a context gives, or a blank node identifier. Whether it is absolute is found out once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Iri {
    text: Rc<str>,
    is_absolute: bool,
}

impl Iri {
    pub(crate) fn to_text<'a>(&self) -> Text<'a> {
        let text = Rc::clone(&self.text);
        if self.is_absolute { Text::Absolute(text) } else { Text::Shared(text) }
    }
}

impl Deref for Iri {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Iri {
    fn from(text: &str) -> Self {
        Self { text: text.into(), is_absolute: iri::is_absolute(text) }
    }
}

/// What a term stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mapping {
    /// Explicitly nothing.
    Null,
    Keyword(Keyword),
    /// An IRI or a blank node identifier.
    Iri(Iri),
}

/// The `@type` of a term definition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeMapping {
    Id,
    Vocab,
    Json,
    None,
    Iri(Iri),
}

/// The `@container` of a term definition: a set of container kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Container(pub(super) u8);

impl Container {
    pub(crate) const GRAPH: u8 = 1;
    pub(crate) const ID: u8 = 2;
    pub(crate) const INDEX: u8 = 4;
    pub(crate) const LANGUAGE: u8 = 8;
    pub(crate) const LIST: u8 = 16;
    pub(crate) const SET: u8 = 32;
    pub(crate) const TYPE: u8 = 64;
    /// Those that a context may name.
    pub(super) const SUPPORTED: u8 = if ANY_CONTEXT { u8::MAX } else { Self::GRAPH | Self::LIST | Self::SET };

    /// Whether any of these kinds is in the set.
    pub(crate) const fn has(self, kinds: u8) -> bool {
        self.0 & kinds & Self::SUPPORTED != 0
    }
}

/// A context that comes into force at a term.
#[derive(Debug)]
pub(crate) struct Scoped {
    pub(super) context: Value<'static>,
    pub(super) base_url: Option<Rc<str>>,
    /// Whether it stands in a pinned document, so that what it gives may be kept.
    pub(super) pinned: bool,
}

impl PartialEq for Scoped {
    fn eq(&self, other: &Self) -> bool {
        self.context == other.context
    }
}

/// A term definition (§4.2).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) mapping: Mapping,
    pub(super) prefix: bool,
    pub(super) protected: bool,
    pub(crate) reverse: bool,
    pub(crate) container: Container,
    pub(crate) type_mapping: Option<TypeMapping>,
    pub(crate) language: Option<Option<Rc<str>>>,
    pub(crate) direction: Option<Option<Direction>>,
    pub(crate) index: Option<Rc<str>>,
    pub(super) nest: Option<Rc<str>>,
    pub(crate) scoped: Option<Rc<Scoped>>,
}

type Terms = HashMap<Rc<str>, Rc<Term>, BuildHasherDefault<TermHasher>>;

/// An active context.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    terms: Terms,
    /// The terms that stand for `@type`, `@id` and `@value`, which every object asks for.
    pub(super) aliases: Vec<(Rc<str>, Keyword)>,
    pub(crate) base: Option<Rc<str>>,
    pub(super) original_base: Option<Rc<str>>,
    pub(super) vocab: Option<Rc<str>>,
    pub(crate) language: Option<Rc<str>>,
    pub(crate) direction: Option<Direction>,
    pub(crate) previous: Option<Rc<Context>>,
    /// Whether it was made from pinned documents only.
    pub(super) pinned: bool,
}

/// The result of IRI expansion.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expanded<'a> {
    Null,
    Keyword(Keyword),
    /// An absolute IRI, a blank node identifier, or text that stayed relative.
    Iri(Text<'a>),
}

impl Context {
    pub(super) fn initial(base: Option<Rc<str>>, pinned: bool) -> Self {
        Self { original_base: base.clone(), base, pinned, ..Self::default() }
    }

    pub(crate) fn term(&self, name: &str) -> Option<&Rc<Term>> {
        self.terms.get(name)
    }

    pub(super) fn insert(&mut self, name: &str, term: Term) {
        if let Mapping::Keyword(keyword @ (Keyword::Type | Keyword::Id | Keyword::Value)) = term.mapping {
            self.aliases.push((name.into(), keyword));
        }
        self.terms.insert(name.into(), Rc::new(term));
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Rc<Term>> {
        self.aliases.retain(|(alias, _)| **alias != *name);
        self.terms.remove(name)
    }

    pub(super) fn has_protected_terms(&self) -> bool {
        self.terms.values().any(|term| term.protected)
    }

    /// Whether a member name stands for `@type`, `@id` or `@value`.
    pub(crate) fn is_alias(&self, name: &str, keyword: Keyword) -> bool {
        self.aliases.iter().any(|(alias, of)| *of == keyword && **alias == *name) || name == keyword.as_str()
    }

    /// IRI expansion (§5.2) without a local context.
    pub(crate) fn expand_iri<'a>(&self, value: &'a str, document_relative: bool, vocab: bool) -> Expanded<'a> {
        if value.starts_with('@') {
            if let Some(keyword) = Keyword::parse(value) {
                return Expanded::Keyword(keyword);
            }
            if has_keyword_form(value) {
                return Expanded::Null;
            }
        }
        if let Some(term) = self.term(value) {
            match &term.mapping {
                Mapping::Keyword(keyword) => return Expanded::Keyword(*keyword),
                Mapping::Iri(iri) if vocab => return Expanded::Iri(iri.to_text()),
                Mapping::Null if vocab => return Expanded::Null,
                _ => {}
            }
        }
        if let Some((prefix, suffix)) = value.split_once(':').filter(|(prefix, _)| !prefix.is_empty()) {
            if prefix == "_" || suffix.starts_with("//") {
                return Expanded::Iri(Text::Borrowed(value));
            }
            if let Some(term) = self.term(prefix)
                && term.prefix
                && let Mapping::Iri(iri) = &term.mapping
            {
                return Expanded::Iri(iri::join(iri, suffix).into());
            }
            if iri::scheme_end(value).is_some() {
                return Expanded::Iri(Text::Borrowed(value));
            }
        }
        if ANY_CONTEXT
            && vocab
            && let Some(vocab) = &self.vocab
        {
            return Expanded::Iri(iri::join(vocab, value).into());
        }
        if ANY_CONTEXT
            && document_relative
            && let Some(base) = &self.base
        {
            return Expanded::Iri(iri::resolve(base, value).into());
        }
        Expanded::Iri(Text::Borrowed(value))
    }
}

/// Hashes the names of terms. The tables hold what contexts define; names that are merely looked up cost one probe.
#[derive(Default)]
pub(crate) struct TermHasher(u64);

impl Hasher for TermHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, bytes);
    }

    fn finish(&self) -> u64 {
        // hashbrown takes the bucket from the low bits and a tag from the high ones.
        self.0 ^ (self.0 >> 32)
    }
}
