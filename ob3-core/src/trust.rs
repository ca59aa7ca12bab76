//! Registries of issuers that the caller trusts: who is listed where. It informs, and makes no verdict: that a credential is
//! genuine does not hang on whether anybody has heard of its issuer.

use crate::examine::clip;
use crate::policy::{each, identifier};
use crate::report::{CheckResult, Code, Finding};
use ob3_rdf::json::Value;

/// A registry of issuers, as the caller has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// What it is called, to be repeated in the report; empty for a list without a name.
    pub name: String,
    /// Where it is published.
    pub url: Option<String>,
    /// Whom it lists.
    pub issuers: Vec<ListedIssuer>,
}

/// One issuer in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedIssuer {
    /// The identifier that its credentials name, exactly: a DID or a URL.
    pub id: String,
    /// The name under which the registry knows it.
    pub name: Option<String>,
}

impl Registry {
    /// Reads `{name, url?, issuers: [id or {id, name?}]}`. Instead of `issuers`, `registry` may map identifiers to entries,
    /// as the files of the Digital Credentials Consortium have it; members that are not needed are passed over.
    pub(crate) fn read(value: &Value<'_>) -> Option<Self> {
        let text = |name| value.get(name).and_then(identifier);
        let mut registry = Self { name: text("name")?, url: text("url"), issuers: Vec::new() };
        match (value.get("issuers"), value.get("registry")) {
            (Some(issuers), None) => registry.add_all(issuers)?,
            (None, Some(Value::Object(entries))) => {
                entries.iter().for_each(|(id, entry)| registry.add(id.to_owned(), entry));
            }
            _ => return None,
        }
        Some(registry)
    }

    /// A list of identifiers that the caller gave no name.
    pub(crate) fn nameless(issuers: &Value<'_>) -> Option<Self> {
        let mut registry = Self { name: String::new(), url: None, issuers: Vec::new() };
        registry.add_all(issuers)?;
        Some(registry)
    }

    fn add_all(&mut self, issuers: &Value<'_>) -> Option<()> {
        each(issuers, &mut |entry| identifier(entry.get("id").unwrap_or(entry)).map(|id| self.add(id, entry)))
    }

    fn add(&mut self, id: String, entry: &Value<'_>) {
        self.issuers.push(ListedIssuer { id, name: entry.get("name").and_then(identifier) });
    }

    fn find(&self, issuer: &str) -> Option<&ListedIssuer> {
        self.issuers.iter().find(|listed| listed.id == issuer)
    }
}

/// Where an issuer is listed. `authenticated` is what is known of whether it is the issuer: anybody can name a trusted one.
pub(crate) fn check(trust: &[Registry], issuer: &str, authenticated: CheckResult) -> Finding {
    if trust.is_empty() {
        return Finding::not_applicable(Code::NoTrustRegistries);
    }
    if authenticated != CheckResult::Valid {
        return Finding::unknown(Code::NotReached);
    }
    let mut finding = Finding::unknown(Code::IssuerNotListed);
    let (mut registries, mut listed_as) = (String::new(), None);
    for registry in trust {
        let Some(listed) = registry.find(issuer) else { continue };
        finding = Finding::valid(Code::IssuerListed);
        listed_as = listed_as.or(listed.name.as_deref());
        if !registries.is_empty() && !registry.name.is_empty() {
            registries.push_str(", ");
        }
        registries.push_str(&registry.name);
    }
    if !registries.is_empty() {
        finding = finding.with("registry", clip(&registries));
    }
    match listed_as {
        Some(name) => finding.with("listedAs", clip(name)),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn trust() -> std::sync::Arc<[Registry]> {
        let text = r#"{"trustedIssuers":["did:v"],"trust":[
            {"name":"Members","issuers":[{"id":"did:x","name":"X College"}]},
            {"name":"Sandbox","registry":{"did:x":{"name":"X (test)"},"did:y":{}}}]}"#;
        Policy::from_json(text).unwrap().trust
    }

    fn data(finding: &Finding) -> Vec<&str> {
        finding.data.iter().map(|datum| datum.value.as_str()).collect()
    }

    #[test]
    fn an_authenticated_issuer_is_found_in_every_registry_and_under_the_first_one_s_name() {
        let finding = check(&trust(), "did:x", CheckResult::Valid);
        assert_eq!((finding.result, finding.code), (CheckResult::Valid, Code::IssuerListed));
        assert_eq!(data(&finding), ["Members, Sandbox", "X College"]);
        assert_eq!(data(&check(&trust(), "did:y", CheckResult::Valid)), ["Sandbox"]);
        let trusted = check(&trust(), "did:v", CheckResult::Valid);
        assert_eq!((trusted.code, trusted.data.len()), (Code::IssuerListed, 0));
    }

    #[test]
    fn an_issuer_that_is_not_listed_is_unknown_and_never_refused() {
        for other in ["did:z", "did:x:y", "did:X", ""] {
            let finding = check(&trust(), other, CheckResult::Valid);
            assert_eq!((finding.result, finding.code), (CheckResult::Unknown, Code::IssuerNotListed), "{other}");
        }
    }

    #[test]
    fn who_only_claims_to_be_a_listed_issuer_is_not_looked_up() {
        for result in [CheckResult::Unknown, CheckResult::Invalid] {
            assert_eq!(check(&trust(), "did:x", result).code, Code::NotReached);
        }
        assert_eq!(check(&[], "did:x", CheckResult::Valid).code, Code::NoTrustRegistries);
    }
}
