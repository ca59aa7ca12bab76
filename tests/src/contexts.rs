//! Contexts for vectors that use some which the core does not bundle.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ob3_core::Verifier;
use sha2::{Digest, Sha256};

use crate::{Vectors, vectors};

/// Finds the text of a context by its URL.
pub type ContextLoader = Box<dyn Fn(&str) -> Option<String>>;

/// Answers with the contexts that the core bundles, by `ob3-core/contexts/SOURCES.md`, and with the files of `vectors` that
/// `more` names by their URL.
///
/// # Panics
/// When a context can not be read.
#[must_use]
#[expect(clippy::expect_used, reason = "a test can not go on without its contexts")]
pub fn context_loader(vectors: &Vectors, more: &[(&str, &str)]) -> ContextLoader {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ob3-core/contexts");
    let sources = fs::read_to_string(folder.join("SOURCES.md")).expect("the list of bundled contexts");
    let mut texts = BTreeMap::new();
    for row in sources.lines().filter(|line| line.starts_with("| https://")) {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let url = cells.next().expect("a URL");
        let file = cells.next().expect("a file").trim_matches('`');
        texts.insert(url.to_owned(), fs::read_to_string(folder.join(file)).expect("a bundled context"));
    }
    assert!(texts.len() >= 12, "SOURCES.md lists {} contexts", texts.len());
    for (url, file) in more {
        texts.insert((*url).to_owned(), vectors.text(file));
    }
    Box::new(move |url| texts.get(url).cloned())
}

/// Pins the context of the W3C's examples, which no badge uses, as a caller would; where the vectors are absent, nothing.
///
/// # Panics
/// When it can not be read.
#[expect(clippy::expect_used, reason = "a test can not go on without its contexts")]
pub fn add_example_context(verifier: &Verifier) {
    let Some(vectors) = vectors("contexts/ssi") else { return };
    let text = vectors.text("w3c-ns-credentials-examples-v2.jsonld");
    let hash = Sha256::digest(text.as_bytes()).into();
    verifier.contexts().add("https://www.w3.org/ns/credentials/examples/v2", &text, &hash).expect("a context");
}
