//! The steps of a verification one by one, for conformance suites. Not part of the interface: feature `test-vectors`.

use std::cell::Cell;
use std::collections::HashMap;

use crate::proof::rdfc;
use ob3_rdf::canonicalize::{Hash, MAX_WORK, canonical_labels, serialize, sha256, sha384};
use ob3_rdf::hex;
use ob3_rdf::json::{self, Value};
use ob3_rdf::jsonld::{self, ContextStore, Options, RdfDirection};
use ob3_rdf::rdf::{Dataset, Suffix, Term};

/// A zlib stream: what a compressed `iTXt` chunk holds.
#[must_use]
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
}

/// A gzip member, compressed: what a status list is packed in.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    crate::status::gzip(bytes)
}

/// Finds a context by its URL.
pub type Loader = Box<dyn Fn(&str) -> Option<String>>;

/// Options of the toRdf suite.
pub struct ToRdfOptions {
    /// Base IRI of the document, also the URL that its relative contexts are resolved against.
    pub base: String,
    /// JSON text of the `expandContext`.
    pub expand_context: Option<String>,
    /// Processing mode `json-ld-1.0`.
    pub processing_mode_1_0: bool,
    /// `i18n-datatype` or `compound-literal`.
    pub rdf_direction: Option<&'static str>,
    /// Blank nodes may be predicates.
    pub produce_generalized_rdf: bool,
    /// What would be dropped is an error.
    pub safe: bool,
    /// Finds contexts that are not bundled.
    pub loader: Loader,
}

impl ToRdfOptions {
    /// Those of safe mode, with the bundled contexts alone.
    #[must_use]
    pub fn safe() -> Self {
        Self {
            base: String::new(),
            expand_context: None,
            processing_mode_1_0: false,
            rdf_direction: None,
            produce_generalized_rdf: false,
            safe: true,
            loader: Box::new(|_| None),
        }
    }
}

/// What a JSON Schema says of a JSON text: the finding of a badge that names it.
///
/// # Errors
/// The text is not strict JSON.
#[cfg(feature = "schemas")]
pub fn json_schema(schema: &str, text: &str) -> Result<crate::report::Finding, String> {
    let value = json::parse(text).map_err(|error| error.to_string())?;
    Ok(crate::json_schema::validate(
        schema.as_bytes(),
        "https://schema.example/",
        &value,
        &Cell::new(crate::json_schema::MAX_WORK),
    ))
}

/// The N-Quads of a JSON-LD document; the labels of its blank nodes mean nothing.
///
/// # Errors
/// The standard's error code, for instance `invalid term definition`.
pub fn to_nquads(document: &str, options: ToRdfOptions) -> Result<String, String> {
    let document = json::parse(document).map_err(|_| "loading document failed".to_owned())?;
    let store = ContextStore::new(Some(options.loader));
    let base = (!options.base.is_empty()).then_some(options.base.as_str());
    let expand_context = match options.expand_context.as_deref().map(json::parse) {
        Some(parsed) => Some(parsed.map_err(|_| "loading document failed".to_owned())?.to_static()),
        None => None,
    };
    let how = Options {
        safe: options.safe,
        pinned_only: false,
        base,
        base_url: base.map(Into::into),
        expand_context,
        mode_1_0: options.processing_mode_1_0,
        rdf_direction: match options.rdf_direction {
            Some("i18n-datatype") => Some(RdfDirection::I18nDatatype),
            Some("compound-literal") => Some(RdfDirection::CompoundLiteral),
            _ => None,
        },
        generalized_rdf: options.produce_generalized_rdf,
        languages_as_is: false,
    };
    let dataset = jsonld::to_dataset(&store, &document, &how).map_err(|error| error.code.as_str().to_owned())?;
    let labels: Vec<u32> = (0..).take(dataset.blank_count()).collect();
    Ok(text(serialize(&dataset, &labels)))
}

/// The canonical N-Quads of an N-Quads document, and for every label in it the canonical one (both without `_:`).
///
/// # Errors
/// The text is not N-Quads, or asks for too much work.
pub fn canonicalize(nquads: &str, with_sha384: bool) -> Result<(String, Vec<(String, String)>), String> {
    let mut dataset = Dataset::new();
    let mut labels = HashMap::new();
    for line in nquads.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        read_quad(&mut dataset, &mut labels, line).ok_or_else(|| format!("not a quad: {line}"))?;
    }
    let dataset = dataset.into_set();
    let hash: Hash = if with_sha384 { sha384 } else { sha256 };
    let numbers = canonical_labels(&dataset, hash, &Cell::new(MAX_WORK)).map_err(|_| "too much work".to_owned())?;
    let issued = labels.into_iter().filter_map(|(label, term)| {
        let number = numbers.get(term.as_blank()?)?;
        Some((label, format!("c14n{number}")))
    });
    Ok((text(serialize(&dataset, &numbers)), issued.collect()))
}

fn text(quads: Vec<u8>) -> String {
    String::from_utf8(quads).unwrap_or_default()
}

fn read_quad(dataset: &mut Dataset, labels: &mut HashMap<String, Term>, line: &str) -> Option<()> {
    let mut rest = line;
    let subject = read_term(dataset, labels, &mut rest)?;
    let predicate = read_term(dataset, labels, &mut rest)?;
    let object = read_term(dataset, labels, &mut rest)?;
    let graph = if rest.trim_start().starts_with('.') { None } else { Some(read_term(dataset, labels, &mut rest)?) };
    rest.trim_start().starts_with('.').then(|| dataset.push(subject, predicate, object, graph))
}

fn read_term(dataset: &mut Dataset, labels: &mut HashMap<String, Term>, rest: &mut &str) -> Option<Term> {
    *rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix("_:") {
        let end = after.find(|c: char| c.is_whitespace()).unwrap_or(after.len());
        let (label, after) = after.split_at(end);
        // A full stop may end the statement without a space before it.
        let trimmed = label.trim_end_matches('.');
        *rest = if trimmed.len() == label.len() { after } else { rest.get(2 + trimmed.len()..)? };
        if let Some(known) = labels.get(trimmed) {
            return Some(*known);
        }
        let blank = dataset.new_blank();
        labels.insert(trimmed.to_owned(), blank);
        return Some(blank);
    }
    if let Some(after) = rest.strip_prefix('<') {
        let (iri, after) = after.split_once('>')?;
        *rest = after;
        return Some(dataset.iri(&unescape(iri)?));
    }
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = body.find(|c: char| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    let lexical = unescape(body.get(..end)?)?;
    let after = body.get(end + 1..)?;
    if let Some(after) = after.strip_prefix("^^<") {
        let (datatype, after) = after.split_once('>')?;
        *rest = after;
        let datatype = unescape(datatype)?;
        let is_string = datatype == "http://www.w3.org/2001/XMLSchema#string";
        let suffix = if is_string { Suffix::String } else { Suffix::Datatype(&datatype) };
        return Some(dataset.literal(&lexical, suffix));
    }
    if let Some(after) = after.strip_prefix('@') {
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(after.len());
        *rest = after.get(end..)?;
        return Some(dataset.literal(&lexical, Suffix::Language(after.get(..end)?)));
    }
    *rest = after;
    Some(dataset.literal(&lexical, Suffix::String))
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = |chars: &mut std::str::Chars<'_>, count: usize| {
            let text: String = chars.take(count).collect();
            char::from_u32(u32::from_str_radix(&text, 16).ok()?)
        };
        out.push(match chars.next()? {
            't' => '\t',
            'b' => '\u{8}',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'u' => digits(&mut chars, 4)?,
            'U' => digits(&mut chars, 8)?,
            other => other,
        });
    }
    Some(out)
}

/// The stages of an `eddsa-rdfc-2022` verification, as the W3C vectors give them.
pub struct Stages {
    /// The canonical document, without its proof.
    pub canonical_document: String,
    /// The canonical proof configuration.
    pub canonical_proof_config: String,
    /// SHA-256 of the canonical document, hexadecimal.
    pub document_hash_hex: String,
    /// SHA-256 of the canonical proof configuration, hexadecimal.
    pub proof_hash_hex: String,
    /// What is signed: the hash of the configuration, then that of the document.
    pub hash_data_hex: String,
}

/// The stages of the verification of a derived `ecdsa-sd-2023` proof, as the W3C vectors give them.
#[cfg(feature = "selective-disclosure")]
pub struct SelectiveStages {
    /// The issuer's signature, hexadecimal.
    pub base_signature_hex: String,
    /// The key for this credential, Multikey bytes, hexadecimal.
    pub public_key_hex: String,
    /// The signatures of single statements, hexadecimal.
    pub signatures_hex: Vec<String>,
    /// The label of each canonical blank node.
    pub labels: Vec<String>,
    /// The places of the mandatory statements.
    pub mandatory_indexes: Vec<usize>,
    /// All statements.
    pub quads: Vec<String>,
    /// SHA-256 of the canonical proof configuration, hexadecimal.
    pub proof_hash_hex: String,
    /// SHA-256 of the mandatory statements, hexadecimal.
    pub mandatory_hash_hex: String,
    /// The statements with signatures of their own.
    pub non_mandatory: Vec<String>,
}

/// The stages of a document with one derived `ecdsa-sd-2023` proof, contexts found by `loader`.
///
/// # Errors
/// What is wrong with the document or its proof.
#[cfg(feature = "selective-disclosure")]
pub fn ecdsa_sd_2023_stages(secured_document: &str, loader: Loader) -> Result<SelectiveStages, String> {
    use crate::proof::selective::{DerivedProof, VerifyData};

    let mut document = json::parse(secured_document).map_err(|error| error.to_string())?;
    let Value::Object(object) = &mut document else { return Err("not an object".to_owned()) };
    let Some(Value::Object(proof)) = object.remove("proof") else { return Err("no single proof".to_owned()) };
    let store = ContextStore::new(Some(loader));
    let how = Options { pinned_only: false, ..Options::credential() };
    let expanded = rdfc::Document::new(&store, &document, &how).map_err(|error| error.to_string())?;
    let value = proof.get("proofValue").and_then(Value::as_str).ok_or("no proof value")?;
    let derived = DerivedProof::parse(value).map_err(|finding| finding.code.as_str().to_owned())?;
    let data = VerifyData::new(&store, &expanded, &proof, &derived, &how).map_err(|error| format!("{error:?}"))?;
    let labels: Vec<String> = (0..derived.labels.len()).filter_map(|number| derived.label(number)).collect();
    let quads = expanded.relabelled(&|number| derived.label(number)).map_err(|_| "too much work")?;
    Ok(SelectiveStages {
        base_signature_hex: hex::encode(&derived.base_signature),
        public_key_hex: hex::encode(&derived.public_key),
        signatures_hex: derived.signatures.iter().map(|signature| hex::encode(signature)).collect(),
        labels,
        mandatory_indexes: derived.mandatory,
        quads: text(quads.ok_or("a label is missing")?).split_inclusive('\n').map(str::to_owned).collect(),
        proof_hash_hex: hex::encode(&data.proof_hash),
        mandatory_hash_hex: hex::encode(&data.mandatory_hash),
        non_mandatory: data.disclosed.into_iter().map(text).collect(),
    })
}

/// The stages of a document that is secured with one `eddsa-rdfc-2022` proof, contexts found by `loader`.
///
/// # Errors
/// What is wrong with the document.
pub fn eddsa_rdfc_2022_stages(secured_document: &str, loader: Loader) -> Result<Stages, String> {
    let mut document = json::parse(secured_document).map_err(|error| error.to_string())?;
    let Value::Object(object) = &mut document else { return Err("not an object".to_owned()) };
    let Some(Value::Object(proof)) = object.remove("proof") else { return Err("no single proof".to_owned()) };
    let context = object.get("@context").ok_or("no context")?.clone();
    let store = ContextStore::new(Some(loader));
    let how = Options { pinned_only: false, ..Options::credential() };
    let stage = |value: &Value<'_>| {
        let expanded = rdfc::Document::new(&store, value, &how).map_err(|error| error.to_string())?;
        let limit = |_| "too much work".to_owned();
        Ok::<_, String>((
            text(expanded.canonical().map_err(limit)?),
            hex::encode(&expanded.hash(false).map_err(limit)?),
        ))
    };
    let (canonical_document, document_hash_hex) = stage(&document)?;
    let (canonical_proof_config, proof_hash_hex) = stage(&rdfc::proof_configuration(&proof, &context))?;
    let hash_data_hex = format!("{proof_hash_hex}{document_hash_hex}");
    Ok(Stages { canonical_document, canonical_proof_config, document_hash_hex, proof_hash_hex, hash_data_hex })
}
