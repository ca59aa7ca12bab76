//! Context processing and term definitions (JSON-LD 1.1 API §4.1.2 and §4.2.2).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::ANY_CONTEXT;
use super::context::{Container, Context, Direction, Expanded, Mapping, Scoped, Term, Text, TypeMapping};
use super::error::{ErrorCode, JsonLdError};
use super::iri;
use super::keyword::{Keyword, has_keyword_form};
use crate::canonicalize::{MAX_WORK, Work};
use crate::json::{self, Object, Value};
use crate::map::Map;

/// Most remote contexts that may be under way at once.
const MAX_REMOTE_CONTEXTS: usize = 16;

/// Most term definitions that one document may ask for beyond those of pinned contexts.
const MAX_TERM_DEFINITIONS: u32 = 4096;

/// Longest chain of terms that are defined by each other: each takes a frame of the stack.
const MAX_TERM_CHAIN: u32 = 64;

/// Most processed contexts that are kept. A credential of OB 3.0 uses about ten; past the limit all are let go, so that
/// input can make the store slow but not large.
const MAX_PROCESSED: usize = 256;

type Result<T> = std::result::Result<T, JsonLdError>;

/// A context document.
pub(crate) struct Document {
    url: Rc<str>,
    context: Value<'static>,
    pinned: bool,
}

/// Finds the text of contexts that are not bundled.
pub type Loader = Box<dyn Fn(&str) -> Option<String>>;

/// Context documents, and what processing them gave: made once, used for every credential.
pub struct ContextStore {
    loader: Option<Loader>,
    documents: RefCell<Map<String, Rc<Document>>>,
    processed: RefCell<Map<ProcessedKey, Processed>>,
    initial: Rc<Context>,
    definitions: Cell<u32>,
    work: Work,
    mode_1_0: Cell<bool>,
    /// How text with a base direction is put into RDF, where a document does not say.
    #[cfg(feature = "any-credential")]
    pub(super) rdf_direction: Option<super::RdfDirection>,
}

/// An active context and a local one, by address, and how they were put together.
type ProcessedKey = (usize, usize, u8);

/// A processed context beside the two whose addresses are its key, so that the addresses stay taken.
struct Processed {
    result: Rc<Context>,
    _active: Rc<Context>,
    _local: Local,
}

enum Local {
    Document { _kept: Rc<Document> },
    Scoped { _kept: Rc<Scoped> },
}

/// How a context is processed.
#[derive(Clone, Copy)]
struct Flags {
    override_protected: bool,
    propagate: bool,
    validate_scoped: bool,
    pinned: bool,
}

impl ContextStore {
    /// A store of the bundled contexts, and of those that `loader` finds.
    pub fn new(loader: Option<Loader>) -> Self {
        Self {
            loader,
            documents: RefCell::default(),
            processed: RefCell::default(),
            initial: Rc::new(Context::initial(None, true)),
            definitions: Cell::new(0),
            work: Cell::new(MAX_WORK),
            mode_1_0: Cell::new(false),
            #[cfg(feature = "any-credential")]
            rdf_direction: None,
        }
    }

    /// A store for credentials of any type: text may have a base direction, which is signed as a part of its datatype. Without
    /// that it would be dropped, and so it is refused.
    #[cfg(feature = "any-credential")]
    pub fn with_direction() -> Self {
        Self { rdf_direction: Some(super::RdfDirection::I18nDatatype), ..Self::new(None) }
    }

    /// The context that a document begins with. Forgets what the document before has spent.
    pub(crate) fn start(&self, base: Option<&str>, mode_1_0: bool) -> Rc<Context> {
        self.definitions.set(0);
        self.mode_1_0.set(mode_1_0);
        match base {
            None => Rc::clone(&self.initial),
            Some(base) => Rc::new(Context::initial(Some(base.into()), false)),
        }
    }

    /// The steps of canonicalisation that are left to the verification or signature under way.
    pub const fn work(&self) -> &Work {
        &self.work
    }

    /// Whether a URL names a pinned context: one that is bundled, or that the caller has added.
    pub fn is_pinned(&self, url: &str) -> bool {
        crate::contexts::text(url).is_some() || self.documents.borrow().get(url).is_some_and(|document| document.pinned)
    }

    fn mode_1_0(&self) -> bool {
        ANY_CONTEXT && self.mode_1_0.get()
    }

    /// Adds a context of the caller's under its URL. Bundled ones can not be replaced.
    #[cfg(feature = "any-context")]
    pub fn add(&self, url: &str, text: &str) -> Result<()> {
        let invalid = || JsonLdError::new(ErrorCode::InvalidRemoteContext, url);
        if self.is_pinned(url) || !iri::is_absolute(url) {
            return Err(invalid());
        }
        let Ok(Value::Object(mut object)) = json::parse(text) else { return Err(invalid()) };
        let context = object.remove("@context").ok_or_else(invalid)?.to_static();
        // Processed once with all its scoped contexts, so that what is wrong with it is told now.
        self.definitions.set(0);
        self.embedded(&self.initial, &context, None)?;
        let document = Document { url: url.into(), context, pinned: true };
        self.documents.borrow_mut().insert(url.to_owned(), Rc::new(document));
        Ok(())
    }

    /// The active context after a local one that stands in the document itself.
    pub(crate) fn embedded(
        &self,
        active: &Rc<Context>,
        local: &Value<'_>,
        base_url: Option<&Rc<str>>,
    ) -> Result<Rc<Context>> {
        let flags = Flags { override_protected: false, propagate: true, validate_scoped: true, pinned: false };
        self.process(active, local, base_url, &mut Vec::new(), flags)
    }

    /// The active context after the one that comes with a term.
    pub(crate) fn scoped(
        &self,
        active: &Rc<Context>,
        scoped: &Rc<Scoped>,
        propagate: bool,
        override_protected: bool,
    ) -> Result<Rc<Context>> {
        let flags = Flags { override_protected, propagate, validate_scoped: false, pinned: scoped.pinned };
        let make = || self.process(active, &scoped.context, scoped.base_url.as_ref(), &mut Vec::new(), flags);
        if ANY_CONTEXT && !(active.pinned && scoped.pinned) {
            return make();
        }
        let how = u8::from(propagate) | u8::from(override_protected) << 1;
        let key = (Rc::as_ptr(active) as usize, Rc::as_ptr(scoped) as usize, how);
        self.kept(key, active, || Local::Scoped { _kept: Rc::clone(scoped) }, make)
    }

    fn kept(
        &self,
        key: ProcessedKey,
        active: &Rc<Context>,
        local: impl FnOnce() -> Local,
        make: impl FnOnce() -> Result<Rc<Context>>,
    ) -> Result<Rc<Context>> {
        if let Some(known) = self.processed.borrow().get(&key) {
            return Ok(Rc::clone(&known.result));
        }
        let result = make()?;
        let mut processed = self.processed.borrow_mut();
        if processed.len() >= MAX_PROCESSED {
            processed.clear();
        }
        let entry = Processed { result: Rc::clone(&result), _active: Rc::clone(active), _local: local() };
        processed.insert(key, entry);
        Ok(result)
    }

    fn load(&self, url: &str) -> Result<Rc<Document>> {
        if let Some(document) = self.documents.borrow().get(url) {
            return Ok(Rc::clone(document));
        }
        let failed = || JsonLdError::new(ErrorCode::LoadingRemoteContextFailed, url);
        let invalid = || JsonLdError::new(ErrorCode::InvalidRemoteContext, url);
        let (value, pinned) = match crate::contexts::text(url) {
            Some(text) => (json::parse(text).map_err(|_| failed())?, true),
            None if !ANY_CONTEXT => return Err(failed()),
            None => {
                let text = self.loader.as_ref().and_then(|load| load(url)).ok_or_else(failed)?;
                (json::parse(&text).map_err(|_| failed())?.to_static(), false)
            }
        };
        let Value::Object(mut object) = value else { return Err(invalid()) };
        let context = object.remove("@context").ok_or_else(invalid)?;
        let document = Rc::new(Document { url: url.into(), context, pinned });
        if pinned {
            self.documents.borrow_mut().insert(url.to_owned(), Rc::clone(&document));
        }
        Ok(document)
    }

    /// Context processing, §4.1.2; the numbers of the steps are the standard's.
    fn process(
        &self,
        active: &Rc<Context>,
        local: &Value<'_>,
        base_url: Option<&Rc<str>>,
        remote: &mut Vec<Rc<str>>,
        mut flags: Flags,
    ) -> Result<Rc<Context>> {
        // 1 to 3
        let mut result = Rc::clone(active);
        if ANY_CONTEXT && let Some(propagate) = local.get("@propagate") {
            let Value::Bool(propagate) = propagate else {
                return Err(JsonLdError::new(ErrorCode::InvalidPropagateValue, "@propagate"));
            };
            flags.propagate = *propagate;
        }
        if !flags.propagate && result.previous.is_none() {
            let mut with_previous = Context::clone(&result);
            with_previous.previous = Some(Rc::clone(active));
            result = Rc::new(with_previous);
        }
        // 4, 5
        for item in local.as_set() {
            result = match item {
                Value::Null => Rc::new(Self::nullified(&result, flags)?),
                Value::String(reference) => match self.remote(&result, reference, base_url, remote, flags)? {
                    Some(context) => context,
                    None => result,
                },
                Value::Object(_) if !ANY_CONTEXT && !flags.pinned => {
                    return Err(JsonLdError::new(ErrorCode::InlineContext, "@context"));
                }
                Value::Object(definition) => Rc::new(self.define(&result, definition, base_url, remote, flags)?),
                _ => return Err(JsonLdError::new(ErrorCode::InvalidLocalContext, "@context")),
            };
        }
        Ok(result)
    }

    /// 5.1
    fn nullified(active: &Context, flags: Flags) -> Result<Context> {
        if !flags.override_protected && active.has_protected_terms() {
            return Err(JsonLdError::new(ErrorCode::InvalidContextNullification, "@context"));
        }
        let mut fresh = Context::initial(active.original_base.clone(), active.pinned && flags.pinned);
        if !flags.propagate {
            fresh.previous = active.previous.clone();
        }
        Ok(fresh)
    }

    /// 5.2; `None` where the context is under way already and need not be gone into again.
    fn remote(
        &self,
        active: &Rc<Context>,
        reference: &str,
        base_url: Option<&Rc<str>>,
        remote: &mut Vec<Rc<str>>,
        flags: Flags,
    ) -> Result<Option<Rc<Context>>> {
        let base_url = base_url.filter(|_| ANY_CONTEXT);
        let url = base_url.map_or_else(|| reference.to_owned(), |base| iri::resolve(base, reference));
        if !iri::is_absolute(&url) {
            return Err(JsonLdError::new(ErrorCode::LoadingDocumentFailed, &url));
        }
        if !flags.validate_scoped && remote.iter().any(|under_way| **under_way == *url) {
            return Ok(None);
        }
        if remote.len() >= MAX_REMOTE_CONTEXTS {
            return Err(JsonLdError::new(ErrorCode::ContextOverflow, &url));
        }
        let document = self.load(&url)?;
        let mut make = || {
            remote.push(Rc::clone(&document.url));
            let flags = Flags {
                override_protected: false,
                propagate: true,
                validate_scoped: flags.validate_scoped,
                pinned: document.pinned,
            };
            let result = self.process(active, &document.context, Some(&document.url), remote, flags);
            remote.pop();
            result
        };
        if ANY_CONTEXT && !(active.pinned && document.pinned) {
            return make().map(Some);
        }
        let key = (Rc::as_ptr(active) as usize, Rc::as_ptr(&document) as usize, 4);
        self.kept(key, active, || Local::Document { _kept: Rc::clone(&document) }, make).map(Some)
    }

    /// 5.3 to 5.13: a context definition, a map.
    fn define(
        &self,
        active: &Rc<Context>,
        definition: &Object<'_>,
        base_url: Option<&Rc<str>>,
        remote: &mut Vec<Rc<str>>,
        flags: Flags,
    ) -> Result<Context> {
        let merged;
        let mut definition = definition;
        self.check_version(definition)?;
        if ANY_CONTEXT && let Some(import) = definition.get("@import") {
            merged = self.import(import, definition, base_url)?;
            definition = &merged;
        }
        let mut result = Context::clone(active);
        result.pinned = active.pinned && flags.pinned;
        if ANY_CONTEXT {
            self.define_defaults(&mut result, definition, remote.is_empty())?;
        }
        let protected = match definition.get("@protected") {
            None => false,
            Some(Value::Bool(protected)) => *protected,
            Some(_) => return Err(JsonLdError::new(ErrorCode::InvalidProtectedValue, "@protected")),
        };
        let defined = Map::default();
        let mut definer =
            Definer { store: self, result, local: definition, defined, protected, base_url, remote, flags, chain: 0 };
        for (name, _) in definition.iter() {
            let is_entry = match name {
                "@protected" | "@version" => true,
                "@base" | "@direction" | "@import" | "@language" | "@propagate" | "@vocab" => ANY_CONTEXT,
                _ => false,
            };
            if !is_entry {
                definer.term(name)?;
            }
        }
        Ok(definer.result)
    }

    /// 5.7 to 5.10
    fn define_defaults(&self, result: &mut Context, definition: &Object<'_>, may_set_base: bool) -> Result<()> {
        if may_set_base && let Some(base) = definition.get("@base") {
            set_base(result, base)?;
        }
        if let Some(vocab) = definition.get("@vocab") {
            set_vocab(result, vocab, self.mode_1_0())?;
        }
        if let Some(language) = definition.get("@language") {
            result.language = match language {
                Value::Null => None,
                Value::String(tag) => Some(tag.to_ascii_lowercase().into()),
                _ => return Err(JsonLdError::new(ErrorCode::InvalidDefaultLanguage, "@language")),
            };
        }
        if let Some(direction) = definition.get("@direction") {
            result.direction = parse_direction(direction)?;
        }
        if self.mode_1_0()
            && let Some(member) = ["@direction", "@propagate"].into_iter().find(|name| definition.contains(name))
        {
            return Err(JsonLdError::new(ErrorCode::InvalidContextEntry, member));
        }
        Ok(())
    }

    /// 5.5
    fn check_version(&self, definition: &Object<'_>) -> Result<()> {
        match definition.get("@version") {
            None => Ok(()),
            Some(Value::Number(number)) if number.to_f64().to_bits() == 1.1_f64.to_bits() => {
                if self.mode_1_0() {
                    return Err(JsonLdError::new(ErrorCode::ProcessingModeConflict, "@version"));
                }
                Ok(())
            }
            Some(_) => Err(JsonLdError::new(ErrorCode::InvalidVersionValue, "@version")),
        }
    }

    /// 5.6
    fn import(
        &self,
        import: &Value<'_>,
        definition: &Object<'_>,
        base_url: Option<&Rc<str>>,
    ) -> Result<Object<'static>> {
        if self.mode_1_0() {
            return Err(JsonLdError::new(ErrorCode::InvalidContextEntry, "@import"));
        }
        let reference = import.as_str().ok_or_else(|| JsonLdError::new(ErrorCode::InvalidImportValue, "@import"))?;
        let url = base_url.map_or_else(|| reference.to_owned(), |base| iri::resolve(base, reference));
        let document = self.load(&url)?;
        let Value::Object(imported) = &document.context else {
            return Err(JsonLdError::new(ErrorCode::InvalidRemoteContext, &url));
        };
        if imported.contains("@import") {
            return Err(JsonLdError::new(ErrorCode::InvalidContextEntry, &url));
        }
        Ok(imported.overlaid_with(definition))
    }
}

/// 5.7
fn set_base(context: &mut Context, base: &Value<'_>) -> Result<()> {
    let invalid = || JsonLdError::new(ErrorCode::InvalidBaseIri, base.as_str().unwrap_or("@base"));
    context.base = match base {
        Value::Null => None,
        Value::String(base) if iri::scheme_end(base).is_some() => Some((&**base).into()),
        Value::String(reference) => {
            let current = context.base.as_ref().ok_or_else(invalid)?;
            Some(iri::resolve(current, reference).into())
        }
        _ => return Err(invalid()),
    };
    Ok(())
}

/// 5.8
fn set_vocab(context: &mut Context, vocab: &Value<'_>, mode_1_0: bool) -> Result<()> {
    let invalid = || JsonLdError::new(ErrorCode::InvalidVocabMapping, vocab.as_str().unwrap_or("@vocab"));
    context.vocab = match vocab {
        Value::Null => None,
        Value::String(vocab) => {
            if mode_1_0 && !vocab.starts_with("_:") && iri::scheme_end(vocab).is_none() {
                return Err(invalid());
            }
            match context.expand_iri(vocab, true, true) {
                Expanded::Iri(iri) => Some((&*iri).into()),
                _ => return Err(invalid()),
            }
        }
        _ => return Err(invalid()),
    };
    Ok(())
}

fn parse_direction(value: &Value<'_>) -> Result<Option<Direction>> {
    let parsed = match value {
        Value::Null => return Ok(None),
        other => other.as_str().and_then(Direction::parse),
    };
    parsed.map(Some).ok_or_else(|| JsonLdError::new(ErrorCode::InvalidBaseDirection, "@direction"))
}

/// One context definition under way.
struct Definer<'s> {
    store: &'s ContextStore,
    result: Context,
    local: &'s Object<'s>,
    /// Terms that are defined (`true`) or being defined.
    defined: Map<String, bool>,
    protected: bool,
    base_url: Option<&'s Rc<str>>,
    remote: &'s mut Vec<Rc<str>>,
    flags: Flags,
    chain: u32,
}

/// What a term definition may say, and what it may say besides in contexts other than the bundled ones.
const TERM_MEMBERS: [&str; 5] = ["@container", "@context", "@id", "@protected", "@type"];
const MORE_TERM_MEMBERS: [&str; 6] = ["@direction", "@index", "@language", "@nest", "@prefix", "@reverse"];

impl Definer<'_> {
    /// Create Term Definition, §4.2.2.
    fn term(&mut self, name: &str) -> Result<()> {
        // 1, 2
        match self.defined.get(name) {
            Some(true) => return Ok(()),
            Some(false) => return Err(JsonLdError::new(ErrorCode::CyclicIriMapping, name)),
            None => {}
        }
        if name.is_empty() {
            return Err(JsonLdError::new(ErrorCode::InvalidTermDefinition, name));
        }
        self.spend(name)?;
        self.defined.insert(name.to_owned(), false);
        let Some(value) = self.local.get(name) else { return Ok(()) };
        // 4, 5
        if name == "@type" {
            self.check_type_redefinition(value)?;
        } else if Keyword::parse(name).is_some() {
            return Err(JsonLdError::new(ErrorCode::KeywordRedefinition, name));
        } else if has_keyword_form(name) {
            return Ok(());
        }
        // 6 to 9
        let previous = self.result.remove(name);
        let empty = Object::default();
        let (members, simple) = match value {
            Value::Null | Value::String(_) => (&empty, matches!(value, Value::String(_))),
            Value::Object(members) => (members, false),
            _ => return Err(JsonLdError::new(ErrorCode::InvalidTermDefinition, name)),
        };
        let id = match value {
            Value::Object(_) => members.get("@id"),
            bare => Some(bare),
        };
        self.chain += 1;
        let term = self.build(name, members, id, simple);
        self.chain -= 1;
        let Some(mut term) = term? else { return Ok(()) };
        // 27
        if !self.flags.override_protected
            && let Some(previous) = previous.filter(|previous| previous.protected)
        {
            term.protected = true;
            if term != *previous {
                return Err(JsonLdError::new(ErrorCode::ProtectedTermRedefinition, name));
            }
        }
        // 28
        self.result.insert(name, term);
        self.defined.insert(name.to_owned(), true);
        Ok(())
    }

    fn spend(&self, name: &str) -> Result<()> {
        let limit = || JsonLdError::new(ErrorCode::TooMuchWork, name);
        if self.chain > MAX_TERM_CHAIN {
            return Err(limit());
        }
        if ANY_CONTEXT && !self.flags.pinned {
            self.store.definitions.set(self.store.definitions.get() + 1);
            if self.store.definitions.get() > MAX_TERM_DEFINITIONS {
                return Err(limit());
            }
        }
        Ok(())
    }

    /// 4: `@type` may be said to be a set, and protected, and nothing else.
    fn check_type_redefinition(&self, value: &Value<'_>) -> Result<()> {
        let allowed = !self.store.mode_1_0()
            && value.as_object().is_some_and(|members| {
                !members.is_empty()
                    && members.iter().all(|(name, value)| match name {
                        "@container" => value.as_str() == Some("@set"),
                        "@protected" => true,
                        _ => false,
                    })
            });
        if allowed { Ok(()) } else { Err(JsonLdError::new(ErrorCode::KeywordRedefinition, "@type")) }
    }

    /// 10 to 26; `None` where the definition is to be ignored.
    fn build(
        &mut self,
        name: &str,
        members: &Object<'_>,
        id: Option<&Value<'_>>,
        simple: bool,
    ) -> Result<Option<Term>> {
        let mode_1_0 = self.store.mode_1_0();
        let invalid = |code| JsonLdError::new(code, name);
        let mut term = Term {
            mapping: Mapping::Null,
            prefix: false,
            protected: self.protected,
            reverse: false,
            container: Container::default(),
            type_mapping: None,
            language: None,
            direction: None,
            index: None,
            nest: None,
            scoped: None,
        };
        // 11
        if let Some(protected) = members.get("@protected") {
            let Value::Bool(protected) = protected else { return Err(invalid(ErrorCode::InvalidProtectedValue)) };
            if mode_1_0 {
                return Err(invalid(ErrorCode::InvalidTermDefinition));
            }
            term.protected = *protected;
        }
        // 12
        if let Some(type_mapping) = members.get("@type") {
            term.type_mapping = Some(self.type_mapping(name, type_mapping)?);
        }
        // 13
        if ANY_CONTEXT && let Some(reverse) = members.get("@reverse") {
            return self.reverse(name, members, reverse, term);
        }
        // 14 to 18
        match id {
            Some(Value::Null) => {}
            Some(id) if id.as_str() != Some(name) => {
                let Some(mapping) = self.explicit_mapping(name, id)? else { return Ok(None) };
                term.prefix = simple
                    && !name.contains([':', '/'])
                    && match &mapping {
                        Mapping::Iri(iri) => {
                            iri.starts_with("_:") || iri.ends_with([':', '/', '?', '#', '[', ']', '@'])
                        }
                        _ => false,
                    };
                term.mapping = mapping;
            }
            _ => term.mapping = self.implicit_mapping(name)?,
        }
        // 19
        if let Some(container) = members.get("@container") {
            term.container =
                parse_container(container, mode_1_0).ok_or_else(|| invalid(ErrorCode::InvalidContainerMapping))?;
            if term.container.has(Container::TYPE) {
                match term.type_mapping.get_or_insert(TypeMapping::Id) {
                    TypeMapping::Id | TypeMapping::Vocab => {}
                    _ => return Err(invalid(ErrorCode::InvalidTypeMapping)),
                }
            }
        }
        // 20
        if ANY_CONTEXT && let Some(index) = members.get("@index") {
            let index = index.as_str().filter(|_| !mode_1_0 && term.container.has(Container::INDEX));
            let index = index.ok_or_else(|| invalid(ErrorCode::InvalidTermDefinition))?;
            match self.expand(index, true)? {
                Expanded::Iri(iri) if iri::scheme_end(&iri).is_some() => term.index = Some(index.into()),
                _ => return Err(invalid(ErrorCode::InvalidTermDefinition)),
            }
        }
        // 21
        if let Some(context) = members.get("@context") {
            if mode_1_0 {
                return Err(invalid(ErrorCode::InvalidTermDefinition));
            }
            term.scoped = Some(self.scoped_context(name, context)?);
        }
        // 22, 23
        if ANY_CONTEXT && !members.contains("@type") {
            if let Some(language) = members.get("@language") {
                term.language = Some(match language {
                    Value::Null => None,
                    Value::String(tag) => Some(tag.to_ascii_lowercase().into()),
                    _ => return Err(invalid(ErrorCode::InvalidLanguageMapping)),
                });
            }
            if let Some(direction) = members.get("@direction") {
                term.direction = Some(parse_direction(direction)?);
            }
        }
        // 24
        if ANY_CONTEXT && let Some(nest) = members.get("@nest") {
            let nest = nest.as_str().filter(|nest| *nest == "@nest" || Keyword::parse(nest).is_none());
            term.nest = Some(nest.filter(|_| !mode_1_0).ok_or_else(|| invalid(ErrorCode::InvalidNestValue))?.into());
        }
        // 25
        if ANY_CONTEXT && let Some(prefix) = members.get("@prefix") {
            if mode_1_0 || name.contains([':', '/']) {
                return Err(invalid(ErrorCode::InvalidTermDefinition));
            }
            let Value::Bool(prefix) = prefix else { return Err(invalid(ErrorCode::InvalidPrefixValue)) };
            if *prefix && matches!(term.mapping, Mapping::Keyword(_)) {
                return Err(invalid(ErrorCode::InvalidTermDefinition));
            }
            term.prefix = *prefix;
        }
        // 26
        let is_known = |member| TERM_MEMBERS.contains(&member) || (ANY_CONTEXT && MORE_TERM_MEMBERS.contains(&member));
        if !members.iter().all(|(member, _)| is_known(member)) {
            return Err(invalid(ErrorCode::InvalidTermDefinition));
        }
        Ok(Some(term))
    }

    /// 12
    fn type_mapping(&mut self, name: &str, value: &Value<'_>) -> Result<TypeMapping> {
        let invalid = || JsonLdError::new(ErrorCode::InvalidTypeMapping, name);
        let text = value.as_str().ok_or_else(invalid)?;
        let mode_1_0 = self.store.mode_1_0();
        match self.expand(text, true)? {
            Expanded::Keyword(Keyword::Id) => Ok(TypeMapping::Id),
            Expanded::Keyword(Keyword::Vocab) => Ok(TypeMapping::Vocab),
            Expanded::Keyword(Keyword::Json) if !mode_1_0 => Ok(TypeMapping::Json),
            Expanded::Keyword(Keyword::None) if ANY_CONTEXT && !mode_1_0 => Ok(TypeMapping::None),
            Expanded::Iri(iri) if iri::scheme_end(&iri).is_some() => Ok(TypeMapping::Iri((&*iri).into())),
            _ => Err(invalid()),
        }
    }

    /// 13
    fn reverse(
        &mut self,
        name: &str,
        members: &Object<'_>,
        reverse: &Value<'_>,
        mut term: Term,
    ) -> Result<Option<Term>> {
        if members.contains("@id") || members.contains("@nest") {
            return Err(JsonLdError::new(ErrorCode::InvalidReverseProperty, name));
        }
        let invalid = || JsonLdError::new(ErrorCode::InvalidIriMapping, name);
        let reverse = reverse.as_str().ok_or_else(invalid)?;
        if has_keyword_form(reverse) {
            return Ok(None);
        }
        match self.expand(reverse, true)? {
            Expanded::Iri(iri) if is_iri_or_blank(&iri) => term.mapping = Mapping::Iri((&*iri).into()),
            _ => return Err(invalid()),
        }
        term.container = match members.get("@container") {
            None | Some(Value::Null) => Container::default(),
            Some(Value::String(kind)) if kind == "@set" => Container(Container::SET),
            Some(Value::String(kind)) if kind == "@index" => Container(Container::INDEX),
            Some(_) => return Err(JsonLdError::new(ErrorCode::InvalidReverseProperty, name)),
        };
        term.reverse = true;
        Ok(Some(term))
    }

    /// 14.2: a mapping that is written out; `None` where it has the form of a keyword and is to be ignored.
    fn explicit_mapping(&mut self, name: &str, id: &Value<'_>) -> Result<Option<Mapping>> {
        let invalid = || JsonLdError::new(ErrorCode::InvalidIriMapping, name);
        let id = id.as_str().ok_or_else(invalid)?;
        if Keyword::parse(id).is_none() && has_keyword_form(id) {
            return Ok(None);
        }
        let mapping = match self.expand(id, true)? {
            Expanded::Keyword(Keyword::Context) => {
                return Err(JsonLdError::new(ErrorCode::InvalidKeywordAlias, name));
            }
            Expanded::Keyword(keyword) => Mapping::Keyword(keyword),
            Expanded::Iri(iri) if is_iri_or_blank(&iri) => Mapping::Iri((&*iri).into()),
            _ => return Err(invalid()),
        };
        // 14.2.4: a term that looks like an IRI must not mean another one.
        let inner_colon = name.get(1..).and_then(|rest| rest.find(':')).is_some_and(|at| at + 2 < name.len());
        if inner_colon || name.contains('/') {
            self.defined.insert(name.to_owned(), true);
            let same = match (self.expand(name, true)?, &mapping) {
                (Expanded::Iri(expanded), Mapping::Iri(iri)) => *expanded == **iri,
                _ => false,
            };
            if !same {
                return Err(invalid());
            }
        }
        Ok(Some(mapping))
    }

    /// 15 to 18: a mapping that follows from the term itself.
    fn implicit_mapping(&mut self, name: &str) -> Result<Mapping> {
        let invalid = || JsonLdError::new(ErrorCode::InvalidIriMapping, name);
        if let Some(at) = name.find(':').filter(|at| *at > 0) {
            let (prefix, suffix) = (name.get(..at).unwrap_or_default(), name.get(at + 1..).unwrap_or_default());
            if prefix != "_" && !suffix.starts_with("//") && self.local.contains(prefix) {
                self.term(prefix)?;
            }
            if let Some(Mapping::Iri(iri)) = self.result.term(prefix).map(|term| &term.mapping) {
                return Ok(Mapping::Iri((&*iri::join(iri, suffix)).into()));
            }
            return Ok(Mapping::Iri(name.into()));
        }
        if name.contains('/') {
            return match self.result.expand_iri(name, false, true) {
                Expanded::Iri(iri) if iri::scheme_end(&iri).is_some() => Ok(Mapping::Iri((&*iri).into())),
                _ => Err(invalid()),
            };
        }
        if name == "@type" {
            return Ok(Mapping::Keyword(Keyword::Type));
        }
        let vocab = self.result.vocab.as_ref().filter(|_| ANY_CONTEXT).ok_or_else(invalid)?;
        Ok(Mapping::Iri((&*iri::join(vocab, name)).into()))
    }

    /// 21
    fn scoped_context(&mut self, name: &str, context: &Value<'_>) -> Result<Rc<Scoped>> {
        // What stands in a pinned document was validated when it was pinned.
        if ANY_CONTEXT && !self.flags.pinned {
            let flags = Flags { override_protected: true, propagate: true, validate_scoped: false, pinned: false };
            let active = Rc::new(self.result.clone());
            self.store.process(&active, context, self.base_url, self.remote, flags).map_err(|error| {
                match error.code {
                    ErrorCode::TooMuchWork => error,
                    _ => JsonLdError::new(ErrorCode::InvalidScopedContext, name),
                }
            })?;
        }
        let scoped =
            Scoped { context: context.to_static(), base_url: self.base_url.cloned(), pinned: self.flags.pinned };
        Ok(Rc::new(scoped))
    }

    /// IRI expansion (§5.2) relative to the vocabulary, with the local context: terms are defined before they are used.
    fn expand<'v>(&mut self, value: &'v str, vocab: bool) -> Result<Expanded<'v>> {
        if Keyword::parse(value).is_some() || has_keyword_form(value) {
            return Ok(self.result.expand_iri(value, false, vocab));
        }
        if self.local.contains(value) && self.defined.get(value) != Some(&true) {
            self.term(value)?;
        }
        if self.result.term(value).is_none()
            && let Some((prefix, suffix)) = value.split_once(':')
            && !prefix.is_empty()
            && prefix != "_"
            && !suffix.starts_with("//")
            && self.local.contains(prefix)
            && self.defined.get(prefix) != Some(&true)
        {
            self.term(prefix)?;
        }
        Ok(self.result.expand_iri(value, false, vocab))
    }
}

fn is_iri_or_blank(text: &Text<'_>) -> bool {
    text.starts_with("_:") || iri::scheme_end(text).is_some()
}

/// 19.1, 19.2
fn parse_container(value: &Value<'_>, mode_1_0: bool) -> Option<Container> {
    if mode_1_0 && matches!(value, Value::Array(_)) {
        return None;
    }
    let mut kinds = 0;
    for item in value.as_set() {
        kinds |= match item.as_str()? {
            "@graph" => Container::GRAPH,
            "@id" if ANY_CONTEXT => Container::ID,
            "@index" if ANY_CONTEXT => Container::INDEX,
            "@language" if ANY_CONTEXT => Container::LANGUAGE,
            "@list" => Container::LIST,
            "@set" => Container::SET,
            "@type" if ANY_CONTEXT => Container::TYPE,
            _ => return None,
        };
    }
    if mode_1_0 && kinds & (Container::GRAPH | Container::ID | Container::TYPE) != 0 {
        return None;
    }
    let without_set = kinds & !Container::SET;
    let graph_map = without_set & Container::GRAPH != 0
        && matches!(without_set & !Container::GRAPH, Container::ID | Container::INDEX);
    let allowed = match without_set {
        0 => kinds != 0,
        Container::LIST => kinds == Container::LIST,
        single => single.is_power_of_two() || graph_map,
    };
    allowed.then_some(Container(kinds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every keyword in a context, and every kind of container.
    fn keywords(value: &Value<'_>, found: &mut Vec<String>) {
        for item in value.as_set() {
            for (name, value) in item.as_object().iter().flat_map(|object| object.iter()) {
                if name.starts_with('@') {
                    found.push(name.to_owned());
                }
                if name == "@container" {
                    found.extend(value.as_set().iter().filter_map(Value::as_str).map(str::to_owned));
                }
                keywords(value, found);
            }
        }
    }

    #[test]
    fn the_bundled_contexts_say_nothing_that_takes_the_feature_any_context() {
        let understood = ["@version", "@graph", "@list", "@set"];
        for (url, text) in crate::contexts::TEXTS {
            let mut found = Vec::new();
            keywords(&json::parse(text).unwrap(), &mut found);
            found.retain(|keyword| !TERM_MEMBERS.contains(&&**keyword) && !understood.contains(&&**keyword));
            assert!(found.is_empty(), "{url}: {found:?}");
        }
    }
}
