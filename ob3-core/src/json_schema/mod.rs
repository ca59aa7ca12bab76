//! JSON Schema documents that a credential names (1EdTech `1EdTechJsonSchemaValidator2019`, OB 3.0 §8.2 step 1): which they
//! are, and whether the credential conforms to them.

#[cfg(feature = "schemas")]
mod pattern;
#[cfg(feature = "schemas")]
mod validate;

#[cfg(feature = "schemas")]
pub(crate) use validate::{MAX_WORK, check as validate};

use std::cell::OnceCell;

use crate::examine::clip;
use crate::nested::has_type;
use crate::report::{Code, Finding};
use crate::settle::Documents;
use crate::status::is_trustworthy;
use ob3_rdf::json::{Object, Value};

/// Most schemas that one credential may name: its standard's own and a few of its community's.
const MAX_SCHEMAS: usize = 8;

/// What the standards' own schemas are called, and the types whose shape they describe. The bundled rules stand for them:
/// the published texts of the same name differ in what they take (arrays only, or single values as well).
const OWN_SCHEMAS: [(&str, [&str; 2]); 4] = [
    ("ob_v3p0_achievementcredential_schema.json", ["AchievementCredential", "OpenBadgeCredential"]),
    ("ob_v3p0_anyachievementcredential_schema.json", ["AchievementCredential", "OpenBadgeCredential"]),
    ("ob_v3p0_endorsementcredential_schema.json", ["EndorsementCredential", "EndorsementCredential"]),
    ("clr_v2p0_clrcredential_schema.json", ["ClrCredential", "ClrCredential"]),
];

/// The schemas that a credential names beside its standard's own, and the credential to hold against them.
pub(crate) struct Schemas {
    urls: Vec<String>,
    #[cfg_attr(not(feature = "schemas"), expect(dead_code, reason = "only the feature reads it"))]
    credential: Value<'static>,
    findings: OnceCell<Vec<Finding>>,
}

impl Schemas {
    /// The schemas of a credential, which has its proofs in `proof` where they are embedded.
    pub(crate) fn of(credential: &Object<'_>, proof: Option<&Value<'_>>) -> Option<Self> {
        let named = credential.get("credentialSchema").map(Value::as_set).unwrap_or_default().iter();
        let named = named.filter(|schema| has_type(schema.get("type"), "1EdTechJsonSchemaValidator2019"));
        let urls = named.filter_map(|schema| schema.get("id")?.as_str()).filter(|url| !is_own(url, credential));
        let urls: Vec<String> = urls.map(str::to_owned).collect();
        if urls.is_empty() {
            return None;
        }
        let mut whole = credential.clone();
        if let Some(proof) = proof {
            whole.set("proof", proof.clone());
        }
        Some(Self { urls, credential: Value::Object(whole).to_static(), findings: OnceCell::new() })
    }

    /// What each schema says; `None` while a document is needed. What can not be had, or asks for what is not checked here,
    /// leaves it open.
    pub(crate) fn check(&self, documents: &Documents) -> Option<Vec<Finding>> {
        if let Some(findings) = self.findings.get() {
            return Some(findings.clone());
        }
        let asked = self.urls.iter().take(MAX_SCHEMAS);
        let had: Vec<_> = asked
            .clone()
            .filter_map(|url| match cfg!(feature = "schemas") && is_trustworthy(url) {
                true => documents.read(url),
                false => Some(None),
            })
            .collect();
        if had.len() < asked.len() {
            return None;
        }
        let findings = self.findings.get_or_init(|| {
            let judged =
                asked.zip(had).map(|(url, document)| self.judge(document, url, documents).with("schema", clip(url)));
            let too_many = Finding::unknown(Code::JsonSchemaUnsupported).with("limit", &MAX_SCHEMAS.to_string());
            judged.chain((self.urls.len() > MAX_SCHEMAS).then_some(too_many)).collect()
        });
        Some(findings.clone())
    }

    #[cfg(feature = "schemas")]
    fn judge(&self, document: Option<&[u8]>, url: &str, documents: &Documents) -> Finding {
        match document {
            Some(document) => validate(document, url, &self.credential, &documents.schema_work),
            None => Finding::unknown(Code::JsonSchemaUnavailable),
        }
    }

    #[cfg(not(feature = "schemas"))]
    fn judge(&self, _: Option<&[u8]>, _: &str, _: &Documents) -> Finding {
        Finding::unknown(Code::JsonSchemaUnsupported)
    }
}

/// Whether a schema is that of the standard, for credentials of this type.
fn is_own(url: &str, credential: &Object<'_>) -> bool {
    let Some((folder, name)) = url.rsplit_once('/') else { return false };
    let is_published = folder.starts_with("https://purl.imsglobal.org/spec/ob/v3p0/schema/json")
        || folder.starts_with("https://purl.imsglobal.org/spec/clr/v2p0/schema/json");
    let types = credential.get("type");
    is_published && OWN_SCHEMAS.iter().any(|(own, of)| *own == name && of.iter().any(|wanted| has_type(types, wanted)))
}
