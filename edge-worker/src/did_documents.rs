//! The DID documents of this deployment, out of its records.

use serde_json::Value;

use crate::app::App;
use crate::domain::did::{self, IssuerKeys};
use crate::error::Result;

/// Whose document it is.
#[derive(Clone, Copy)]
pub(crate) enum Name<'a> {
    /// `did:web:HOST`: the deployment has no key of its own, and stands for the operator's organization, by
    /// [`crate::config::Config::root_organization`].
    Root,
    /// `did:web:HOST:SLUG`, contract B's name of an organization.
    Tenant(&'a str),
    /// `did:web:HOST:issuers:SLUG`, an organization's own DID, or its `did:key`.
    Issuer(&'a str),
}

impl<'a> Name<'a> {
    /// The document that stands at a path of this deployment.
    pub(crate) fn of_path(path: &'a str) -> Option<Self> {
        let name = path.strip_prefix('/')?.strip_suffix("/did.json")?;
        match name.split_once('/') {
            None if name == ".well-known" => Some(Self::Root),
            None => Some(Self::Tenant(name)),
            Some(("issuers", slug)) => Some(Self::Issuer(slug)),
            Some(_) => None,
        }
    }
}

/// The document of a name; `None` where nobody has it, or before they have a signing key.
pub(crate) async fn document(app: &App, name: Name<'_>) -> Result<Option<Value>> {
    let Some((did, keys)) = keys(app, name).await? else { return Ok(None) };
    Ok(Some(match name {
        Name::Root => did::alias_document(&app.origin, None, &did, &keys),
        Name::Tenant(slug) => did::alias_document(&app.origin, Some(slug), &did, &keys),
        Name::Issuer(_) => did::document(&did, &keys),
    }))
}

/// The organization's own DID behind a name, and its public keys.
pub(crate) async fn keys(app: &App, name: Name<'_>) -> Result<Option<(String, IssuerKeys)>> {
    let slug = match name {
        Name::Tenant(slug) | Name::Issuer(slug) => Some(slug.to_owned()),
        Name::Root if app.config.root_organization.is_some() => app.config.root_organization.clone(),
        Name::Root => app.store.operator_organization().await?,
    };
    let Some(slug) = slug else { return Ok(None) };
    let found = app.store.issuer(&slug).await?;
    Ok(found.and_then(|(organization, keys)| Some((organization.did?, keys))))
}
