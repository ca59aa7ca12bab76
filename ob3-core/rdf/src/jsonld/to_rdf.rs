//! From the expanded tree to quads (JSON-LD 1.1 API §8), without a node map: a dataset is a set, so nodes of one name
//! need no merging.

use super::context::Text;
use super::error::{ErrorCode, JsonLdError};
use super::expand::{Datatype, Id, Item, Node, Scalar, ValueObject, is_language_tag};
use super::{ANY_CONTEXT, MAX_QUADS, Options, RdfDirection, iri, number};
use crate::jcs;
use crate::json::Value;
use crate::map::Map;
use crate::rdf::{Dataset, Suffix, Term};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
/// The vocabulary of the data model, both versions.
const CREDENTIALS: &str = "https://www.w3.org/2018/credentials#";
const I18N: &str = "https://www.w3.org/ns/i18n#";

/// From here on doubles do not hold every integer (2^53): in safe mode such a number is refused, since readers may see
/// another one than was signed.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

type Result<T> = std::result::Result<T, JsonLdError>;

pub(super) fn to_rdf(mut items: Vec<Item<'_>>, options: &Options<'_>) -> Result<Dataset> {
    let mut writer = Writer { dataset: Dataset::new(), labels: Map::default(), root: None, options };
    // §5.1.2: a root that is nothing but a graph stands for what the graph holds.
    let held = match items.as_mut_slice() {
        [Item::Node(node)] if node.is_bare_graph() => node.graph.take(),
        _ => None,
    };
    for item in held.as_ref().unwrap_or(&items) {
        if let Item::Node(node) = item {
            writer.node(node, Graph::Default)?;
        }
    }
    Ok(writer.dataset.into_set())
}

struct Writer<'a, 'o> {
    dataset: Dataset,
    /// Blank nodes that the document names.
    labels: Map<String, Term>,
    /// The document itself: the first node.
    root: Option<Term>,
    options: &'a Options<'o>,
}

/// Where quads go.
#[derive(Clone, Copy)]
enum Graph {
    Default,
    Named(Term),
    /// A graph whose name is not an IRI: what it holds is dropped.
    Nowhere,
}

impl Writer<'_, '_> {
    fn push(&mut self, subject: Term, predicate: Term, object: Term, graph: Graph) -> Result<()> {
        let graph = match graph {
            Graph::Default => None,
            Graph::Named(name) => Some(name),
            Graph::Nowhere => return Ok(()),
        };
        if self.dataset.len() >= MAX_QUADS {
            return Err(JsonLdError::new(ErrorCode::TooMuchWork, "quads"));
        }
        self.dataset.push(subject, predicate, object, graph);
        Ok(())
    }

    fn iri(&mut self, iri: &str) -> Term {
        self.dataset.iri(iri)
    }

    /// An IRI or blank node; `None` (in safe mode an error) for relative text.
    fn resource(&mut self, text: &Text<'_>) -> Result<Option<Term>> {
        if let Text::Absolute(iri) = text {
            return Ok(Some(self.iri(iri)));
        }
        if text.starts_with("_:") {
            // A label can be changed without changing the dataset, so it would be a claim that nothing covers.
            if self.options.is_pinned_only() {
                return Err(JsonLdError::new(ErrorCode::RelativeIri, text));
            }
            if let Some(known) = self.labels.get(&**text) {
                return Ok(Some(*known));
            }
            let blank = self.dataset.new_blank();
            self.labels.insert((**text).to_owned(), blank);
            return Ok(Some(blank));
        }
        if iri::is_absolute(text) {
            return Ok(Some(self.iri(text)));
        }
        self.refuse(ErrorCode::RelativeIri, text)?;
        Ok(None)
    }

    fn refuse(&self, code: ErrorCode, subject: &str) -> Result<()> {
        if self.options.is_safe() { Err(JsonLdError::new(code, subject)) } else { Ok(()) }
    }

    fn subject(&mut self, node: &Node<'_>) -> Result<Option<Term>> {
        match &node.id {
            Id::None => Ok(Some(self.dataset.new_blank())),
            Id::Text(text) => self.resource(text),
            Id::Null => {
                self.refuse(ErrorCode::RelativeIri, "@id")?;
                Ok(None)
            }
        }
    }

    /// Writes a node and all that hangs on it; its term, or `None` where it has no usable name. What hangs on such a
    /// node is written all the same: only the statements about it fall away.
    fn node(&mut self, node: &Node<'_>, graph: Graph) -> Result<Option<Term>> {
        let subject = self.subject(node)?;
        if self.root.is_none() {
            self.root = subject;
        } else if self.options.is_pinned_only() && subject == self.root && matches!(graph, Graph::Default) {
            check_further_place(node)?;
        }
        if !node.types.is_empty() {
            let predicate = self.iri(RDF_TYPE);
            for name in &node.types {
                let object = self.resource(name)?;
                if let (Some(subject), Some(object)) = (subject, object) {
                    self.push(subject, predicate, object, graph)?;
                }
            }
        }
        for (name, items) in node.properties.iter() {
            let predicate = self.predicate(name)?;
            for item in items {
                let object = self.object(item, graph)?;
                if let (Some(subject), Some(predicate), Some(object)) = (subject, predicate, object) {
                    self.push(subject, predicate, object, graph)?;
                }
            }
        }
        for (name, items) in node.reverse.iter().filter(|_| ANY_CONTEXT) {
            let predicate = self.predicate(name)?;
            for item in items {
                let object = self.object(item, graph)?;
                if let (Some(subject), Some(predicate), Some(object)) = (subject, predicate, object) {
                    self.push(object, predicate, subject, graph)?;
                }
            }
        }
        for item in node.included.iter().filter(|_| ANY_CONTEXT) {
            self.object(item, graph)?;
        }
        if let Some(items) = &node.graph {
            let inner = subject.map_or(Graph::Nowhere, Graph::Named);
            for item in items {
                if let Item::Node(node) = item {
                    self.node(node, inner)?;
                }
            }
        }
        Ok(subject)
    }

    fn predicate(&mut self, name: &Text<'_>) -> Result<Option<Term>> {
        if name.starts_with("_:") && !(ANY_CONTEXT && self.options.generalized_rdf) {
            self.refuse(ErrorCode::RelativeIri, name)?;
            return Ok(None);
        }
        self.resource(name)
    }

    /// Object to RDF conversion, §8.2.
    fn object(&mut self, item: &Item<'_>, graph: Graph) -> Result<Option<Term>> {
        match item {
            Item::Node(node) => self.node(node, graph),
            Item::Value(value) => self.literal(value, graph),
            Item::List(items) => self.list(items, graph).map(Some),
        }
    }

    /// List conversion, §8.3.
    fn list(&mut self, items: &[Item<'_>], graph: Graph) -> Result<Term> {
        let nil = self.iri(RDF_NIL);
        if items.is_empty() {
            return Ok(nil);
        }
        let (first, rest) = (self.iri(RDF_FIRST), self.iri(RDF_REST));
        let cells: Vec<Term> = items.iter().map(|_| self.dataset.new_blank()).collect();
        for (at, (cell, item)) in cells.iter().zip(items).enumerate() {
            if let Some(object) = self.object(item, graph)? {
                self.push(*cell, first, object, graph)?;
            }
            self.push(*cell, rest, cells.get(at + 1).copied().unwrap_or(nil), graph)?;
        }
        cells.first().copied().ok_or_else(|| JsonLdError::new(ErrorCode::TooMuchWork, "list"))
    }

    fn literal(&mut self, object: &ValueObject<'_>, graph: Graph) -> Result<Option<Term>> {
        let datatype = match &object.datatype {
            Some(Datatype::Json) => {
                let text = match &object.value {
                    Scalar::Json(value) => jcs::canonicalize(value),
                    Scalar::Text(text) => jcs::canonicalize(&Value::text(text)),
                };
                return Ok(Some(self.dataset.literal(&text, Suffix::Datatype(RDF_JSON))));
            }
            Some(Datatype::Iri(iri)) => {
                if !matches!(iri, Text::Absolute(_)) && !iri::is_absolute(iri) {
                    self.refuse(ErrorCode::RelativeIri, iri)?;
                    return Ok(None);
                }
                Some(&**iri)
            }
            None => None,
        };
        let literal = match &object.value {
            Scalar::Text(text) => return self.text(text, datatype, object, graph),
            Scalar::Json(Value::String(text)) => return self.text(text, datatype, object, graph),
            Scalar::Json(Value::Bool(value)) => {
                let text = if *value { "true" } else { "false" };
                self.dataset.literal(text, suffix(datatype.unwrap_or(XSD_BOOLEAN)))
            }
            Scalar::Json(Value::Number(value)) => self.number(value.to_f64(), datatype)?,
            Scalar::Json(_) => return Ok(None),
        };
        Ok(Some(literal))
    }

    fn number(&mut self, value: f64, datatype: Option<&str>) -> Result<Term> {
        let is_integer = value.fract() == 0.0 && value.abs() < 1e21;
        if !is_integer || datatype == Some(XSD_DOUBLE) {
            let text = number::canonical_double(value);
            return Ok(self.dataset.literal(&text, suffix(datatype.unwrap_or(XSD_DOUBLE))));
        }
        if value.abs() > MAX_SAFE_INTEGER {
            self.refuse(ErrorCode::DroppedValue, "integer beyond 2^53")?;
        }
        let text = number::integer(value);
        Ok(self.dataset.literal(&text, suffix(datatype.unwrap_or(XSD_INTEGER))))
    }

    fn text(
        &mut self,
        text: &str,
        datatype: Option<&str>,
        object: &ValueObject<'_>,
        graph: Graph,
    ) -> Result<Option<Term>> {
        let language = object.language.as_deref();
        if let Some(tag) = language
            && !is_language_tag(tag)
        {
            self.refuse(ErrorCode::DroppedValue, tag)?;
            return Ok(None);
        }
        if ANY_CONTEXT && let Some(direction) = object.direction {
            let tag = language.unwrap_or_default();
            match self.options.rdf_direction {
                Some(RdfDirection::I18nDatatype) => {
                    let datatype = format!("{I18N}{}_{}", tag.to_ascii_lowercase(), direction.as_str());
                    return Ok(Some(self.dataset.literal(text, Suffix::Datatype(&datatype))));
                }
                Some(RdfDirection::CompoundLiteral) => {
                    let node = self.dataset.new_blank();
                    let mut parts = vec![("value", text), ("direction", direction.as_str())];
                    if language.is_some() {
                        parts.push(("language", tag));
                    }
                    for (name, value) in parts {
                        let predicate = self.iri(&format!("{RDF}{name}"));
                        let value = self.dataset.literal(value, Suffix::String);
                        self.push(node, predicate, value, graph)?;
                    }
                    return Ok(Some(node));
                }
                None => self.refuse(ErrorCode::DroppedValue, "@direction")?,
            }
        }
        let suffix = match (datatype, language) {
            (Some(datatype), _) => suffix(datatype),
            (None, Some(tag)) => Suffix::Language(tag),
            (None, None) => Suffix::String,
        };
        Ok(Some(self.dataset.literal(text, suffix)))
    }
}

/// What bears on whether a credential holds stands in the credential itself. An endorsement of it names it as well, and an
/// expiry or a status that is moved there is the same to JSON-LD, so the signature would stay valid.
fn check_further_place(node: &Node<'_>) -> Result<()> {
    match node.properties.iter().chain(node.reverse.iter()).find(|(name, _)| name.starts_with(CREDENTIALS)) {
        Some((name, _)) => Err(JsonLdError::new(ErrorCode::DroppedValue, name)),
        None => Ok(()),
    }
}

fn suffix(datatype: &str) -> Suffix<'_> {
    if datatype == XSD_STRING { Suffix::String } else { Suffix::Datatype(datatype) }
}
