//! JSON-LD 1.1 to RDF: expansion (JSON-LD 1.1 API §5) and deserialisation (§8), straight to a dataset of terms.
//!
//! Everything that the Recommendation lets a processor drop is an error in safe mode: a claim that does not reach the
//! dataset is not signed. With `pinned_only`, spellings that mean the same to a processor and something else to a
//! reader are errors as well.

mod context;
mod define;
mod error;
mod expand;
mod iri;
mod keyword;
pub mod number;
mod to_rdf;

use std::rc::Rc;

pub use define::{ContextStore, Loader};
pub use error::{ErrorCode, JsonLdError};
pub use expand::{is_directed_string, is_language_string};

use crate::json::Value;
use crate::rdf::Dataset;

/// Whether contexts other than the bundled ones may be used (feature `any-context`). The bundled ones say little of what
/// JSON-LD lets a context say, and the rest of it would be a third of this module's code: without the feature whatever they
/// do not use is an error.
const ANY_CONTEXT: bool = cfg!(feature = "any-context");

/// Most quads that one document may make. A Comprehensive Learner Record of 200 badges makes some 15,000.
pub const MAX_QUADS: usize = 20_000;

/// How text with a base direction is put into RDF (§8.1, `rdfDirection`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RdfDirection {
    /// `i18n-datatype`: language and direction are a part of the datatype's IRI.
    I18nDatatype,
    /// `compound-literal`: a blank node that has the value, the language and the direction.
    CompoundLiteral,
}

/// How a document is processed.
#[derive(Clone)]
pub struct Options<'a> {
    /// What would be dropped is an error.
    pub safe: bool,
    /// Members must be terms of the contexts; no keyword, no null, no empty array, no context of one's own.
    pub pinned_only: bool,
    /// Base IRI of the document.
    pub base: Option<&'a str>,
    /// URL that relative context references are resolved against.
    pub base_url: Option<Rc<str>>,
    /// A context to begin with.
    pub expand_context: Option<Value<'static>>,
    /// Processing mode `json-ld-1.0`.
    pub mode_1_0: bool,
    /// Without it text with a direction is dropped, which safe mode refuses.
    pub rdf_direction: Option<RdfDirection>,
    /// Blank nodes may be predicates.
    pub generalized_rdf: bool,
    /// Language tags keep their case; they are in lower case otherwise, which JSON-LD 1.1 leaves to the processor.
    pub languages_as_is: bool,
}

impl Options<'_> {
    /// How credentials are processed: safe, and with pinned contexts only.
    pub const fn credential() -> Self {
        Self {
            safe: true,
            pinned_only: true,
            base: None,
            base_url: None,
            expand_context: None,
            mode_1_0: false,
            rdf_direction: None,
            generalized_rdf: false,
            languages_as_is: false,
        }
    }

    const fn is_safe(&self) -> bool {
        !ANY_CONTEXT || self.safe
    }

    const fn is_pinned_only(&self) -> bool {
        !ANY_CONTEXT || self.pinned_only
    }
}

/// The dataset that a document says.
pub fn to_dataset(store: &ContextStore, document: &Value<'_>, options: &Options<'_>) -> Result<Dataset, JsonLdError> {
    #[cfg(feature = "any-credential")]
    if options.rdf_direction.is_none() && store.rdf_direction.is_some() {
        return to_dataset(store, document, &Options { rdf_direction: store.rdf_direction, ..options.clone() });
    }
    let mut context = store.start(options.base, options.mode_1_0);
    if ANY_CONTEXT && let Some(local) = &options.expand_context {
        let local = local.get("@context").unwrap_or(local);
        context = store.embedded(&context, local, options.base_url.as_ref())?;
    }
    let expander = expand::Expander { store, options };
    let mut items = Vec::new();
    expander.expand(&context, None, document, false, &mut items)?;
    to_rdf::to_rdf(items, options)
}
