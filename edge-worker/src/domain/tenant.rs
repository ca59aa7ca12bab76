//! How contract B names organizations and credentials: a tenant is an organization, an assertion is a credential.

use super::ids::CredentialId;
use super::slug;

/// What a caller calls a tenant: the organization's slug, which is its text id and never changes, or its UUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantName(String);

impl TenantName {
    /// Reads either; `None` for what is neither. A UUID has the form of a slug, so an organization could bear another one's
    /// UUID as its slug: whoever looks a tenant up prefers the UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        slug::is_slug(&text).then_some(Self(text))
    }

    /// The name, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a caller calls an assertion: `<tenantId>:<UUID of the credential>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionName {
    /// The tenant.
    pub tenant: TenantName,
    /// The credential.
    pub credential: CredentialId,
}

impl AssertionName {
    /// Reads the name; `None` when a part is missing or malformed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (tenant, credential) = text.split_once(':')?;
        Some(Self { tenant: TenantName::parse(tenant)?, credential: CredentialId::parse(credential)? })
    }
}

/// The name of an organization's credential, or of its revocation, on the wire.
#[must_use]
pub fn assertion_id(slug: &str, id: impl std::fmt::Display) -> String {
    format!("{slug}:{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74";

    #[test]
    fn a_tenant_is_named_by_slug_or_uuid() {
        assert_eq!(TenantName::parse("demo-academy").as_ref().map(TenantName::as_str), Some("demo-academy"));
        assert_eq!(TenantName::parse(&ID.to_uppercase()).as_ref().map(TenantName::as_str), Some(ID));
        for text in ["", "tenant_example", "demo:academy", "a b", "../etc"] {
            assert_eq!(TenantName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_assertion_is_read_as_it_is_written() {
        let id = CredentialId::parse(ID).unwrap();
        let name = AssertionName::parse(&assertion_id("demo", id)).unwrap();
        assert_eq!((name.tenant.as_str(), name.credential), ("demo", id));
        for text in ["", ID, "demo", "demo:", &format!(":{ID}"), &format!("demo:{ID}:x"), &format!("demo:x:{ID}")] {
            assert_eq!(AssertionName::parse(text), None, "{text}");
        }
    }
}
