//! Expansion (JSON-LD 1.1 API §5.1.2), into a tree that has only what RDF can say.

use std::rc::Rc;

use super::context::{Container, Context, Direction, Expanded, Mapping, Scoped, Term, Text, TypeMapping};
use super::define::ContextStore;
use super::error::{ErrorCode, JsonLdError};
use super::keyword::Keyword;
use super::{ANY_CONTEXT, Options};
use crate::json::{Object, Value};
use crate::sort::sorted;

type Result<T> = std::result::Result<T, JsonLdError>;

/// An expanded item: a node object, a value object or a list object.
#[derive(Clone, Debug)]
pub(crate) enum Item<'a> {
    Node(Box<Node<'a>>),
    Value(ValueObject<'a>),
    List(Vec<Item<'a>>),
}

/// A node object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node<'a> {
    pub(crate) id: Id<'a>,
    pub(crate) types: Vec<Text<'a>>,
    pub(crate) properties: Properties<'a>,
    pub(crate) reverse: Properties<'a>,
    pub(crate) graph: Option<Vec<Item<'a>>>,
    pub(crate) included: Vec<Item<'a>>,
    has_index: bool,
}

/// Properties and what they are said to be: all items in one list, where those of one property follow those of the property
/// before. A name may come more than once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Properties<'a> {
    /// Each name, and how many of the items are its own.
    names: Vec<(Text<'a>, usize)>,
    items: Vec<Item<'a>>,
}

impl<'a> Properties<'a> {
    /// Each name with its items.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Text<'a>, &[Item<'a>])> {
        let mut rest = self.items.as_slice();
        self.names.iter().map(move |(name, count)| {
            let (items, after) = rest.split_at_checked(*count).unwrap_or_default();
            rest = after;
            (name, items)
        })
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Names the items from `start` on.
    fn name(&mut self, name: Text<'a>, start: usize) {
        self.names.push((name, self.items.len() - start));
    }

    fn append(&mut self, mut other: Self) {
        self.names.append(&mut other.names);
        self.items.append(&mut other.items);
    }
}

/// The `@id` of a node object.
#[derive(Clone, Debug, Default)]
pub(crate) enum Id<'a> {
    /// There is none: a blank node.
    #[default]
    None,
    /// It is there and means nothing, such as a reserved term.
    Null,
    /// An IRI, a blank node identifier, or relative text.
    Text(Text<'a>),
}

/// A value object.
#[derive(Clone, Debug)]
pub(crate) struct ValueObject<'a> {
    pub(crate) value: Scalar<'a>,
    pub(crate) datatype: Option<Datatype<'a>>,
    pub(crate) language: Option<Text<'a>>,
    pub(crate) direction: Option<Direction>,
}

/// The value of a value object.
#[derive(Clone, Debug)]
pub(crate) enum Scalar<'a> {
    Json(&'a Value<'a>),
    /// A string that is not in the document: an index that became a property.
    Text(Text<'a>),
}

/// The datatype of a value object.
#[derive(Clone, Debug)]
pub(crate) enum Datatype<'a> {
    Json,
    Iri(Text<'a>),
}

pub(crate) struct Expander<'a> {
    pub(crate) store: &'a ContextStore,
    pub(crate) options: &'a Options<'a>,
}

/// The keyword members of an object under expansion.
#[derive(Default)]
struct Found<'a> {
    node: Node<'a>,
    value: Option<&'a Value<'a>>,
    language: Option<Text<'a>>,
    direction: Option<Direction>,
    list: Option<Vec<Item<'a>>>,
    set: Option<Vec<Item<'a>>>,
    has_type: bool,
    has_index: bool,
    /// Whether one of the types is `@json`.
    has_json_type: bool,
    /// Whether the value is to be taken as JSON: the input type is `@json`.
    json: bool,
    /// Which keywords were seen, a bit each.
    seen: u32,
    nests: Vec<(&'a str, &'a Value<'a>)>,
}

/// The property that an element is the value of, and what it means where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Property<'p> {
    name: &'p str,
    term: Option<&'p Rc<Term>>,
}

impl<'p> Property<'p> {
    fn of(context: &'p Context, name: &'p str) -> Self {
        Self { name, term: context.term(name) }
    }

    /// The context that comes into force at it.
    fn scoped(&self) -> Option<&'p Rc<Scoped>> {
        self.term?.scoped.as_ref()
    }
}

impl<'a> Expander<'a> {
    /// Expands an element and appends what it comes to; `false` where it comes to nothing at all, which is not the same
    /// as an empty array.
    pub(crate) fn expand(
        &self,
        context: &Rc<Context>,
        property: Option<Property<'_>>,
        element: &'a Value<'a>,
        from_map: bool,
        out: &mut Vec<Item<'a>>,
    ) -> Result<bool> {
        match element {
            Value::Null => Ok(false),
            Value::Array(items) => {
                let is_list =
                    property.and_then(|property| property.term).is_some_and(|term| term.container.has(Container::LIST));
                for item in items {
                    if is_list && matches!(item, Value::Array(_)) {
                        let mut inner = Vec::new();
                        self.expand(context, property, item, from_map, &mut inner)?;
                        out.push(Item::List(inner));
                    } else {
                        self.expand(context, property, item, from_map, out)?;
                    }
                }
                Ok(true)
            }
            Value::Object(object) => self.object(context, property, object, from_map, out),
            scalar => self.scalar(context, property, scalar, out),
        }
    }

    /// Something that plain processing drops without a word: in safe mode an error.
    fn dropped(&self, property: Option<Property<'_>>, what: &str) -> Result<()> {
        if !self.options.is_safe() {
            return Ok(());
        }
        Err(JsonLdError::new(ErrorCode::DroppedValue, property.map_or(what, |property| property.name)))
    }

    fn scalar(
        &self,
        context: &Rc<Context>,
        property: Option<Property<'_>>,
        scalar: &'a Value<'a>,
        out: &mut Vec<Item<'a>>,
    ) -> Result<bool> {
        let Some(property) = property.filter(|property| !is_graph(property.name)) else {
            self.dropped(property, scalar.as_str().unwrap_or("scalar"))?;
            return Ok(false);
        };
        let text = scalar.as_str();
        out.push(match property.scoped() {
            Some(scoped) => {
                let context = self.store.scoped(context, scoped, true, false)?;
                value_item(&context, context.term(property.name), Scalar::Json(scalar), text)
            }
            None => value_item(context, property.term, Scalar::Json(scalar), text),
        });
        Ok(true)
    }

    fn object(
        &self,
        context: &Rc<Context>,
        property: Option<Property<'_>>,
        object: &'a Object<'a>,
        from_map: bool,
        out: &mut Vec<Item<'a>>,
    ) -> Result<bool> {
        let mut context = Rc::clone(context);
        // 7: leave the context of a type behind.
        if let Some(previous) = &context.previous
            && !from_map
            && !is_value_or_reference(&context, object)
        {
            context = Rc::clone(previous);
        }
        // 8: the property's own context, as it was defined where the property stood.
        if let Some(scoped) = property.and_then(|property| property.scoped()) {
            context = self.store.scoped(&context, scoped, true, true)?;
        }
        // 9
        if let Some(local) = object.get("@context") {
            if self.options.is_pinned_only() {
                self.check_embedded_context(property, object, local)?;
            }
            context = self.store.embedded(&context, local, self.options.base_url.as_ref())?;
        }
        // 10, 11
        let type_scoped = context;
        let context = self.type_scoped(&type_scoped, object)?;
        // 12, 13, 14
        let mut found = Found { json: self.input_type_is_json(&context, object), ..Found::default() };
        found.node.properties.names.reserve(object.len());
        found.node.properties.items.reserve(object.len());
        self.members(&context, &type_scoped, property.map(|property| property.name), object, &mut found)?;
        self.finish(property, object, found, out)
    }

    /// With pinned contexts only, a context below the root is a list of pinned URLs, and stands in a whole credential at a
    /// place of one: such a credential is verified by itself, under the contexts that it names.
    fn check_embedded_context(
        &self,
        property: Option<Property<'_>>,
        object: &Object<'_>,
        local: &Value<'_>,
    ) -> Result<()> {
        let Some(property) = property else { return Ok(()) };
        let pinned = |item: &Value<'_>| item.as_str().is_some_and(|url| self.store.is_pinned(url));
        let is_credential =
            |name: &Value<'_>| matches!(name.as_str(), Some("VerifiableCredential" | "EnvelopedVerifiableCredential"));
        if matches!(property.name, "endorsement" | "verifiableCredential")
            && object.get("type").is_some_and(|types| types.as_set().iter().any(is_credential))
            && local.as_set().iter().all(pinned)
        {
            return Ok(());
        }
        Err(JsonLdError::new(ErrorCode::InlineContext, property.name))
    }

    /// 11: the contexts of the types, in the order of the types' names.
    fn type_scoped(&self, at: &Rc<Context>, object: &'a Object<'a>) -> Result<Rc<Context>> {
        let members: Vec<_> = object.iter().filter(|(name, _)| at.is_alias(name, Keyword::Type)).collect();
        let mut context = Rc::clone(at);
        for (_, value) in sorted(members, &|a, b| a.0 > b.0) {
            let types = value.as_set().iter().filter_map(Value::as_str).map(|name| Property::of(at, name));
            let types: Vec<Property<'_>> = types.filter(|property| property.scoped().is_some()).collect();
            for property in sorted(types, &|a, b| a.name > b.name) {
                if let Some(scoped) = property.scoped() {
                    context = self.store.scoped(&context, scoped, false, false)?;
                }
            }
        }
        Ok(context)
    }

    /// 12: whether the first type member, in the order of names, ends with `@json`.
    fn input_type_is_json(&self, context: &Context, object: &Object<'_>) -> bool {
        let first =
            object.iter().filter(|(name, _)| context.is_alias(name, Keyword::Type)).min_by_key(|(name, _)| *name);
        let last = first.and_then(|(_, value)| value.as_set().last()).and_then(Value::as_str);
        last.is_some_and(|last| context.expand_iri(last, false, true) == Expanded::Keyword(Keyword::Json))
    }

    /// 13 and 14, for an object and for what is nested in it.
    fn members(
        &self,
        context: &Rc<Context>,
        type_scoped: &Rc<Context>,
        within: Option<&str>,
        object: &'a Object<'a>,
        found: &mut Found<'a>,
    ) -> Result<()> {
        let is_text = is_language_string(object)
            || (ANY_CONTEXT && self.options.rdf_direction.is_some() && is_directed_string(object));
        let is_checked = self.options.is_pinned_only() && !is_text;
        for (name, value) in object.iter() {
            if name == "@context" {
                continue;
            }
            let property = Property::of(context, name);
            if is_checked {
                check_member(context, property, value)?;
            }
            let expanded = match property.term.map(|term| &term.mapping) {
                Some(Mapping::Iri(iri)) => Expanded::Iri(iri.to_text()),
                Some(Mapping::Keyword(keyword)) => Expanded::Keyword(*keyword),
                _ => context.expand_iri(name, false, true),
            };
            match expanded {
                Expanded::Keyword(keyword) => {
                    self.keyword(context, type_scoped, within, keyword, name, value, found)?;
                }
                Expanded::Iri(iri) if iri.contains(':') => self.property(context, property, iri, value, found)?,
                _ => self.undefined(name)?,
            }
        }
        self.nested(context, type_scoped, found)
    }

    fn undefined(&self, name: &str) -> Result<()> {
        if self.options.is_safe() { Err(JsonLdError::new(ErrorCode::UndefinedTerm, name)) } else { Ok(()) }
    }

    /// 14: what stands under `@nest` belongs to the object itself.
    fn nested(&self, context: &Rc<Context>, type_scoped: &Rc<Context>, found: &mut Found<'a>) -> Result<()> {
        if !ANY_CONTEXT {
            return Ok(());
        }
        let nests = std::mem::take(&mut found.nests);
        for (name, value) in sorted(nests, &|a, b| a.0 > b.0) {
            let invalid = || JsonLdError::new(ErrorCode::InvalidNestValue, name);
            let scoped = Property::of(context, name).scoped();
            let scoped = scoped.map(|scoped| self.store.scoped(context, scoped, true, true)).transpose()?;
            let context = scoped.as_ref().unwrap_or(context);
            for item in value.as_set() {
                let object = item.as_object().ok_or_else(invalid)?;
                let is_value = |name| context.expand_iri(name, false, true) == Expanded::Keyword(Keyword::Value);
                if object.iter().any(|(name, _)| is_value(name)) {
                    return Err(invalid());
                }
                self.members(context, type_scoped, Some(name), object, found)?;
            }
        }
        Ok(())
    }

    /// 13.4
    #[expect(clippy::too_many_arguments, reason = "the parameters of the standard's expansion algorithm")]
    fn keyword(
        &self,
        context: &Rc<Context>,
        type_scoped: &Rc<Context>,
        within: Option<&str>,
        keyword: Keyword,
        name: &'a str,
        value: &'a Value<'a>,
        found: &mut Found<'a>,
    ) -> Result<()> {
        let property = within.map(|name| Property::of(context, name));
        if ANY_CONTEXT && within == Some("@reverse") {
            return Err(JsonLdError::new(ErrorCode::InvalidReversePropertyMap, name));
        }
        let bit = 1_u32 << keyword as u32;
        if found.seen & bit != 0 && !matches!(keyword, Keyword::Included | Keyword::Type | Keyword::Nest) {
            return Err(JsonLdError::new(ErrorCode::CollidingKeywords, name));
        }
        let invalid = |code| JsonLdError::new(code, name);
        match keyword {
            Keyword::Id => {
                let text = value.as_str().ok_or_else(|| invalid(ErrorCode::InvalidIdValue))?;
                found.node.id = match context.expand_iri(text, true, false) {
                    Expanded::Iri(iri) => Id::Text(iri),
                    Expanded::Null | Expanded::Keyword(_) => {
                        self.relative(text)?;
                        Id::Null
                    }
                };
            }
            Keyword::Type => self.types(type_scoped, value, found)?,
            Keyword::Graph if ANY_CONTEXT => {
                let mut items = Vec::new();
                self.expand(context, Some(Property { name: "@graph", term: None }), value, false, &mut items)?;
                found.node.graph = Some(items);
            }
            Keyword::Included if ANY_CONTEXT => {
                let mut items = Vec::new();
                self.expand(context, None, value, false, &mut items)?;
                if items.is_empty() || !items.iter().all(|item| matches!(item, Item::Node(_))) {
                    return Err(invalid(ErrorCode::InvalidIncludedValue));
                }
                found.node.included.append(&mut items);
            }
            Keyword::Value => {
                if !found.json && matches!(value, Value::Array(_) | Value::Object(_)) {
                    return Err(invalid(ErrorCode::InvalidValueObjectValue));
                }
                found.value = Some(value);
            }
            Keyword::Language => {
                let tag = value.as_str().ok_or_else(|| invalid(ErrorCode::InvalidLanguageTaggedString))?;
                found.language = Some(self.language(tag)?);
            }
            Keyword::Direction if ANY_CONTEXT => {
                let direction = value.as_str().and_then(Direction::parse);
                found.direction = Some(direction.ok_or_else(|| invalid(ErrorCode::InvalidBaseDirection))?);
            }
            Keyword::Index if ANY_CONTEXT => {
                value.as_str().ok_or_else(|| invalid(ErrorCode::InvalidIndexValue))?;
                found.has_index = true;
            }
            Keyword::List if ANY_CONTEXT => {
                let Some(property) = property.filter(|property| !is_graph(property.name)) else {
                    return self.dropped(property, name);
                };
                let mut items = Vec::new();
                // The items belong to the property: an array inside a list is a list again.
                for item in value.as_set() {
                    match item {
                        Value::Array(_) => {
                            let mut inner = Vec::new();
                            self.expand(context, Some(property), item, false, &mut inner)?;
                            items.push(Item::List(inner));
                        }
                        item => {
                            self.expand(context, Some(property), item, false, &mut items)?;
                        }
                    }
                }
                found.list = Some(items);
            }
            Keyword::Set if ANY_CONTEXT => {
                let mut items = Vec::new();
                self.expand(context, property, value, false, &mut items)?;
                found.set = Some(items);
            }
            Keyword::Reverse if ANY_CONTEXT => self.reverse_map(context, name, value, found)?,
            Keyword::Nest if ANY_CONTEXT => found.nests.push((name, value)),
            // Frames' keywords, and those that mean something in contexts only, say nothing here. No bundled context has a
            // name for the rest, and keywords themselves are refused where contexts are pinned.
            _ => self.undefined(name)?,
        }
        found.seen |= bit;
        Ok(())
    }

    /// 13.4.4
    fn types(&self, type_scoped: &Rc<Context>, value: &'a Value<'a>, found: &mut Found<'a>) -> Result<()> {
        found.node.types.reserve(value.as_set().len());
        for item in value.as_set() {
            let text = item.as_str().ok_or_else(|| JsonLdError::new(ErrorCode::InvalidTypeValue, "@type"))?;
            match type_scoped.expand_iri(text, true, true) {
                Expanded::Iri(iri) => found.node.types.push(iri),
                Expanded::Keyword(Keyword::Json) => found.has_json_type = true,
                Expanded::Keyword(_) | Expanded::Null => self.relative(text)?,
            }
        }
        found.has_type = true;
        Ok(())
    }

    fn language(&self, tag: &'a str) -> Result<Text<'a>> {
        if self.options.is_safe() && !is_language_tag(tag) {
            return Err(JsonLdError::new(ErrorCode::DroppedValue, tag));
        }
        Ok(if self.options.languages_as_is { Text::Borrowed(tag) } else { lower_case(tag) })
    }

    /// In safe mode an identifier that is not absolute is an error: the node would lose its name.
    fn relative(&self, text: &str) -> Result<()> {
        if self.options.is_safe() { Err(JsonLdError::new(ErrorCode::RelativeIri, text)) } else { Ok(()) }
    }

    /// 13.4.13
    fn reverse_map(
        &self,
        context: &Rc<Context>,
        name: &str,
        value: &'a Value<'a>,
        found: &mut Found<'a>,
    ) -> Result<()> {
        let object = value.as_object().ok_or_else(|| JsonLdError::new(ErrorCode::InvalidReverseValue, name))?;
        let mut inner = Found::default();
        self.members(context, context, Some("@reverse"), object, &mut inner)?;
        // Reversed twice is forward.
        check_reverse_values(name, &inner.node.properties.items)?;
        found.node.properties.append(inner.node.reverse);
        found.node.reverse.append(inner.node.properties);
        Ok(())
    }

    /// 13.5 to 13.14
    fn property(
        &self,
        context: &Rc<Context>,
        property: Property<'_>,
        iri: Text<'a>,
        value: &'a Value<'a>,
        found: &mut Found<'a>,
    ) -> Result<()> {
        let Property { name, term } = property;
        let container = term.map_or_else(Container::default, |term| term.container);
        let is_reverse = ANY_CONTEXT && term.is_some_and(|term| term.reverse);
        let properties = if is_reverse { &mut found.node.reverse } else { &mut found.node.properties };
        let items = &mut properties.items;
        let start = items.len();
        match (term, value) {
            (Some(term), _) if term.type_mapping == Some(TypeMapping::Json) => {
                let datatype = Some(Datatype::Json);
                items.push(Item::Value(ValueObject { datatype, ..ValueObject::of(Scalar::Json(value)) }));
            }
            (Some(term), Value::Object(map)) if container.has(Container::LANGUAGE) => {
                self.language_map(context, term, map, items)?;
            }
            (Some(term), Value::Object(map)) if container.has(Container::INDEX | Container::TYPE | Container::ID) => {
                self.index_map(context, term, name, map, items)?;
            }
            _ => {
                if !self.expand(context, Some(property), value, false, items)? {
                    return Ok(());
                }
            }
        }
        let is_list_object = !matches!(value, Value::Array(_)) && matches!(items.get(start..), Some([Item::List(_)]));
        if container.has(Container::LIST) && !is_list_object {
            let list = items.split_off(start);
            items.push(Item::List(list));
        }
        if container.has(Container::GRAPH) && !container.has(Container::ID | Container::INDEX) {
            let mut graphs = self.graphs(items.split_off(start))?;
            items.append(&mut graphs);
        }
        if is_reverse {
            check_reverse_values(name, items.get(start..).unwrap_or_default())?;
        }
        properties.name(iri, start);
        Ok(())
    }

    /// Each item as a graph of its own. A value or a list says nothing in a graph.
    fn graphs(&self, items: Vec<Item<'a>>) -> Result<Vec<Item<'a>>> {
        let mut graphs = Vec::with_capacity(items.len());
        for item in items {
            // A value, or a node of which nothing is said, leaves no quad in the graph.
            if !matches!(&item, Item::Node(node) if node.says_something()) {
                self.dropped(None, "@graph")?;
            }
            graphs.push(Item::Node(Box::new(Node { graph: Some(vec![item]), ..Node::default() })));
        }
        Ok(graphs)
    }

    /// 13.7
    fn language_map(
        &self,
        context: &Context,
        term: &Term,
        map: &'a Object<'a>,
        items: &mut Vec<Item<'a>>,
    ) -> Result<()> {
        let direction = term.direction.unwrap_or(context.direction);
        for (language, values) in map.iter() {
            let is_none = context.expand_iri(language, false, true) == Expanded::Keyword(Keyword::None);
            for value in values.as_set() {
                match value {
                    Value::Null => {}
                    Value::String(_) => items.push(Item::Value(ValueObject {
                        language: if is_none { None } else { Some(self.language(language)?) },
                        direction,
                        ..ValueObject::of(Scalar::Json(value))
                    })),
                    _ => return Err(JsonLdError::new(ErrorCode::InvalidLanguageMapValue, language)),
                }
            }
        }
        Ok(())
    }

    /// 13.8
    fn index_map(
        &self,
        context: &Rc<Context>,
        term: &Term,
        name: &str,
        map: &'a Object<'a>,
        items: &mut Vec<Item<'a>>,
    ) -> Result<()> {
        let container = term.container;
        for (index, values) in map.iter() {
            let mut map_context = Rc::clone(context);
            if container.has(Container::ID | Container::TYPE)
                && let Some(previous) = &context.previous
            {
                map_context = Rc::clone(previous);
            }
            if container.has(Container::TYPE)
                && let Some(scoped) = map_context.term(index).and_then(|term| term.scoped.as_ref())
            {
                map_context = self.store.scoped(&map_context, scoped, false, false)?;
            }
            let expanded_index = context.expand_iri(index, false, true);
            let is_none = expanded_index == Expanded::Keyword(Keyword::None);
            let mut expanded = Vec::new();
            // An array even where it is not one: what is null in it is dropped.
            for value in values.as_set() {
                self.expand(&map_context, Some(Property::of(&map_context, name)), value, true, &mut expanded)?;
            }
            for mut item in expanded {
                if container.has(Container::GRAPH) && !matches!(&item, Item::Node(node) if node.is_graph()) {
                    let mut graphs = self.graphs(vec![item])?;
                    let Some(graph) = graphs.pop() else { continue };
                    item = graph;
                }
                if !is_none {
                    self.indexed(context, term, index, &expanded_index, &mut item)?;
                }
                items.push(item);
            }
        }
        Ok(())
    }

    /// 13.8.3.7: what the key of a map says of an item.
    fn indexed(
        &self,
        context: &Rc<Context>,
        term: &Term,
        index: &'a str,
        expanded_index: &Expanded<'a>,
        item: &mut Item<'a>,
    ) -> Result<()> {
        if term.container.has(Container::INDEX) {
            let Some(index_key) = &term.index else { return Ok(()) };
            let Item::Node(node) = item else {
                return Err(JsonLdError::new(ErrorCode::InvalidValueObject, index));
            };
            let Expanded::Iri(property) = context.expand_iri(index_key, false, true) else { return Ok(()) };
            let property: Text<'a> = Text::Shared((&*property).into());
            let value = value_item(context, context.term(index_key), Scalar::Text(Text::Borrowed(index)), Some(index));
            let start = node.properties.items.len();
            node.properties.items.push(value);
            node.properties.name(property, start);
            return Ok(());
        }
        let Item::Node(node) = item else { return Ok(()) };
        if term.container.has(Container::ID) && matches!(node.id, Id::None) {
            if let Expanded::Iri(iri) = context.expand_iri(index, true, false) {
                node.id = Id::Text(iri);
            }
        } else if term.container.has(Container::TYPE)
            && let Expanded::Iri(iri) = expanded_index
        {
            node.types.insert(0, iri.clone());
        }
        Ok(())
    }

    /// 15 to 20
    fn finish(
        &self,
        property: Option<Property<'_>>,
        object: &'a Object<'a>,
        found: Found<'a>,
        out: &mut Vec<Item<'a>>,
    ) -> Result<bool> {
        let name = property.map(|property| property.name);
        let subject = || name.or_else(|| object.iter().next().map(|(name, _)| name)).unwrap_or("{}");
        let free_floating = name.is_none_or(is_graph);
        if let Some(value) = found.value {
            let Some(value) = self.value_object(value, subject(), found)? else { return Ok(false) };
            if free_floating {
                self.dropped(property, subject())?;
                return Ok(false);
            }
            out.push(Item::Value(value));
            return Ok(true);
        }
        if ANY_CONTEXT && (found.list.is_some() || found.set.is_some()) {
            if found.has_node_members() || found.language.is_some() || (found.list.is_some() && found.set.is_some()) {
                return Err(JsonLdError::new(ErrorCode::InvalidSetOrListObject, subject()));
            }
            if let Some(mut set) = found.set {
                out.append(&mut set);
            } else if free_floating {
                self.dropped(property, subject())?;
                return Ok(false);
            } else if let Some(list) = found.list {
                out.push(Item::List(list));
            }
            return Ok(true);
        }
        let has_members = found.has_node_members();
        if !has_members && !found.has_index && found.language.is_some() {
            self.dropped(property, subject())?;
            return Ok(false);
        }
        // 19: an object that is just a name, or nothing, and that no property refers to.
        let only_id = !matches!(found.node.id, Id::None) && !found.has_more_than_id();
        let empty = !has_members && !found.has_index;
        if free_floating && (only_id || empty) {
            self.dropped(property, subject())?;
            return Ok(false);
        }
        let mut node = found.node;
        node.has_index = found.has_index;
        out.push(Item::Node(Box::new(node)));
        Ok(true)
    }

    /// 15; `None` where the value is null.
    fn value_object(&self, value: &'a Value<'a>, subject: &str, found: Found<'a>) -> Result<Option<ValueObject<'a>>> {
        let invalid = |code| JsonLdError::new(code, subject);
        let node = &found.node;
        let has_others = !matches!(node.id, Id::None)
            || !node.properties.is_empty()
            || !node.reverse.is_empty()
            || node.graph.is_some()
            || !node.included.is_empty()
            || found.list.is_some()
            || found.set.is_some();
        if has_others || (found.has_type && (found.language.is_some() || found.direction.is_some())) {
            return Err(invalid(ErrorCode::InvalidValueObject));
        }
        let scalar = ValueObject {
            language: found.language,
            direction: found.direction,
            ..ValueObject::of(Scalar::Json(value))
        };
        if found.has_json_type && found.json {
            return Ok(Some(ValueObject { datatype: Some(Datatype::Json), ..scalar }));
        }
        if matches!(value, Value::Null) {
            self.dropped(None, subject)?;
            return Ok(None);
        }
        if scalar.language.is_some() && value.as_str().is_none() {
            return Err(invalid(ErrorCode::InvalidLanguageTaggedValue));
        }
        let mut types = found.node.types;
        let datatype = match (found.has_type, types.pop(), types.is_empty()) {
            (false, ..) => None,
            (true, Some(iri), true) if !iri.starts_with("_:") && super::iri::is_absolute(&iri) => {
                Some(Datatype::Iri(iri))
            }
            (true, Some(iri), true) if !iri.contains(' ') && !iri.starts_with("_:") => {
                self.relative(&iri)?;
                Some(Datatype::Iri(iri))
            }
            _ => return Err(invalid(ErrorCode::InvalidTypedValue)),
        };
        Ok(Some(ValueObject { datatype, ..scalar }))
    }
}

impl Found<'_> {
    fn has_more_than_id(&self) -> bool {
        self.has_type
            || !self.node.properties.is_empty()
            || !self.node.reverse.is_empty()
            || self.node.graph.is_some()
            || !self.node.included.is_empty()
            || self.has_index
    }

    fn has_node_members(&self) -> bool {
        !matches!(self.node.id, Id::None)
            || self.has_type
            || !self.node.properties.is_empty()
            || !self.node.reverse.is_empty()
            || self.node.graph.is_some()
            || !self.node.included.is_empty()
    }
}

impl Node<'_> {
    /// Whether there is more to the node than its name.
    fn says_something(&self) -> bool {
        !self.types.is_empty()
            || !self.properties.is_empty()
            || !self.reverse.is_empty()
            || !self.included.is_empty()
            || self.graph.is_some()
    }

    /// A graph object: a graph, and besides it at most a name and an index.
    pub(crate) fn is_graph(&self) -> bool {
        self.graph.is_some()
            && self.types.is_empty()
            && self.properties.is_empty()
            && self.reverse.is_empty()
            && self.included.is_empty()
    }

    /// A graph and nothing else: at the root it stands for what it holds.
    pub(crate) fn is_bare_graph(&self) -> bool {
        self.is_graph() && matches!(self.id, Id::None) && !self.has_index
    }
}

impl<'a> ValueObject<'a> {
    const fn of(value: Scalar<'a>) -> Self {
        Self { value, datatype: None, language: None, direction: None }
    }
}

/// Value expansion, §5.3.2, with the term definition of the property.
fn value_item<'a>(context: &Context, term: Option<&Rc<Term>>, value: Scalar<'a>, text: Option<&'a str>) -> Item<'a> {
    let type_mapping = term.and_then(|term| term.type_mapping.as_ref());
    if let (Some(mapping @ (TypeMapping::Id | TypeMapping::Vocab)), Some(text)) = (type_mapping, text) {
        let id = match context.expand_iri(text, true, *mapping == TypeMapping::Vocab) {
            Expanded::Iri(iri) => Id::Text(iri),
            Expanded::Null | Expanded::Keyword(_) => Id::Null,
        };
        return Item::Node(Box::new(Node { id, ..Node::default() }));
    }
    let mut object = ValueObject::of(value);
    match type_mapping {
        Some(TypeMapping::Iri(iri)) => object.datatype = Some(Datatype::Iri(iri.to_text())),
        Some(TypeMapping::Json) => object.datatype = Some(Datatype::Json),
        _ if ANY_CONTEXT && text.is_some() => {
            let language = term.and_then(|term| term.language.as_ref()).unwrap_or(&context.language);
            object.language = language.as_ref().map(|tag| Text::Shared(Rc::clone(tag)));
            object.direction = term.and_then(|term| term.direction).unwrap_or(context.direction);
        }
        _ => {}
    }
    Item::Value(object)
}

/// VCDM 2.0 §11.1: a text and its language, and nothing else.
pub fn is_language_string(object: &Object<'_>) -> bool {
    let is_text = |name| object.get(name).is_some_and(|value| value.as_str().is_some());
    object.len() == 2 && is_text("@value") && is_text("@language")
}

/// As [`is_language_string`], with a base direction, which reaches the dataset only where there is a way to say it.
pub fn is_directed_string(object: &Object<'_>) -> bool {
    let is_text = |name| object.get(name).is_some_and(|value| value.as_str().is_some());
    let is_member = |name| matches!(name, "@value" | "@language" | "@direction");
    is_text("@value") && object.iter().all(|(name, _)| is_member(name) && is_text(name))
}

/// What pinned contexts alone can not rule out: spellings that mean the same to JSON-LD and other things to readers.
fn check_member(context: &Context, property: Property<'_>, value: &Value<'_>) -> Result<()> {
    let Property { name, term } = property;
    let Some(term) = term else {
        // A context that the caller has pinned may give every plain name a meaning.
        if ANY_CONTEXT && context.vocab.is_some() && !name.contains([':', '@']) {
            return Ok(());
        }
        let code = if name.starts_with('@') { ErrorCode::KeywordNotAllowed } else { ErrorCode::UndefinedTerm };
        return Err(JsonLdError::new(code, name));
    };
    if term.type_mapping == Some(TypeMapping::Json) {
        return Ok(());
    }
    let says_nothing = match value {
        Value::Null => true,
        Value::Array(items) => {
            items.is_empty() || items.iter().any(|item| matches!(item, Value::Null | Value::Array(_)))
        }
        _ => false,
    };
    if says_nothing { Err(JsonLdError::new(ErrorCode::DroppedValue, name)) } else { Ok(()) }
}

fn check_reverse_values(name: &str, items: &[Item<'_>]) -> Result<()> {
    if items.iter().all(|item| matches!(item, Item::Node(_))) {
        return Ok(());
    }
    Err(JsonLdError::new(ErrorCode::InvalidReversePropertyValue, name))
}

/// 7: a value object, or a mere reference, does not leave the context of a type.
fn is_value_or_reference(context: &Context, object: &Object<'_>) -> bool {
    object.iter().any(|(name, _)| context.is_alias(name, Keyword::Value))
        || (object.len() == 1 && object.iter().any(|(name, _)| context.is_alias(name, Keyword::Id)))
}

fn is_graph(property: &str) -> bool {
    property == "@graph"
}

/// Well-formed by RFC 5646 §2.2.9 as far as JSON-LD asks: subtags of one to eight letters or digits.
pub(crate) fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let is_subtag = |subtag: &str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric());
    subtags.next().is_some_and(|first| is_subtag(first) && first.bytes().all(|b| b.is_ascii_alphabetic()))
        && subtags.all(is_subtag)
}

fn lower_case(tag: &str) -> Text<'_> {
    if tag.bytes().any(|b| b.is_ascii_uppercase()) {
        return tag.to_ascii_lowercase().into();
    }
    Text::Borrowed(tag)
}
