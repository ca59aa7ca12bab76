//! How contract B names organizations and credentials: a tenant is an organization, an assertion is a credential.

use super::credential::CredentialName;
use super::ids::{CredentialId, OrganizationId};
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

    /// Whether it names the organization of this slug and UUID.
    #[must_use]
    pub fn names(&self, slug: &str, id: OrganizationId) -> bool {
        self.0 == slug || self.0 == id.to_string()
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

/// What a public address calls a credential: its UUID or its code, or the UUID behind its tenant, which must be the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicName {
    /// The tenant, where one is named.
    pub tenant: Option<TenantName>,
    /// The credential.
    pub credential: CredentialName,
}

impl PublicName {
    /// Reads any of them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = AssertionName::parse(text) {
            return Some(Self { tenant: Some(name.tenant), credential: CredentialName::Id(name.credential) });
        }
        CredentialName::parse(text).map(|credential| Self { tenant: None, credential })
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

    #[test]
    fn a_public_name_may_say_whose_the_credential_is() {
        let read = |text: &str| PublicName::parse(text).map(|name| name.tenant.is_some());
        for (text, result) in [
            (ID, Some(false)),
            ("CRD-23456789", Some(false)),
            (&assertion_id("demo", ID), Some(true)),
            ("demo:CRD-23456789", None),
            (":", None),
        ] {
            assert_eq!(read(text), result, "{text}");
        }
        let id = OrganizationId::from_random([1; 16]);
        for (name, result) in [("demo", true), (&id.to_string(), true), ("demos", false)] {
            assert_eq!(TenantName::parse(name).unwrap().names("demo", id), result, "{name}");
        }
    }
}
