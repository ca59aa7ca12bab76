//! Domains of an organization, proved by DNS.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::List;
use crate::access;
use crate::app::App;
use crate::body::{self, Query, Segments};
use crate::domain::domain_name::{self, DomainName, MAX_DOMAINS};
use crate::domain::ids::DomainId;
use crate::domain::{digest, time};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{self, Answer, Idempotency};
use crate::outbound;
use crate::respond;
use crate::store::{Domain, Organization, StoreError};

const NOT_FOUND: Error = Error::NotFound("domain");
const TOKEN_BYTES: usize = 16;

/// `GET /api/organizations/{organization}/domains?limit&offset` → a list of `{id, domain, record: {name, type, value}, createdAt,
/// checkedAt, verifiedAt}`. 401 without a session, 404 for a stranger.
#[worker::send]
pub(crate) async fn list(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response> {
    let (_, membership) = access::member(&app, &headers, &organization).await?;
    let page = query.only_page()?;
    let domains = app.store.domains(membership.organization.id).await?;
    Ok(respond::json(StatusCode::OK, &List::of_all(domains.iter().map(item).collect(), page)))
}

/// `POST /api/organizations/{organization}/domains {domain}` → 201, with the record that proves it.
///
/// 1. As [`list`]; 403 for a member who does not manage the organization; 400 for what is no public domain; the answer of the
///    first time if it is repeated.
/// 2. 409 when the domain is there already, or there are too many.
#[worker::send]
pub(crate) async fn add(
    Extension(app): Extension<App>,
    Segments(organization): Segments<String>,
    request: Request,
) -> Result<Response> {
    let organization = managed(&app, request.headers(), &organization).await?;
    let key = idempotency::key(request.headers())?;
    let (mut fields, bytes) = body::json(request).await?;
    let idempotency = Idempotency::new(key, "POST domains", &bytes);
    let domain = fields.read("domain", "the name of a public domain", DomainName::parse)?;
    let domain = fields.required("domain", domain)?;
    fields.finish()?;
    if let Some(answer) = idempotency::earlier(&app, organization.id, idempotency.as_ref()).await? {
        return Ok(answer.into_response());
    }
    let domain = Domain {
        id: DomainId::from_random(random()?),
        domain: domain.as_str().into(),
        token: digest::hex(&random::<TOKEN_BYTES>()?),
        created_at: app.now,
        checked_at: None,
        verified_at: None,
    };
    let answer = Answer::created(&item(&domain))?;
    let kept = idempotency.as_ref().map(|it| it.answer(answer.status, &answer.body));
    match app.store.add_domain(organization.id, &domain, kept.as_ref()).await {
        Ok(true) => Ok(answer.into_response()),
        Ok(false) => Err(Error::Conflict(format!("an organization has at most {MAX_DOMAINS} domains"))),
        Err(error) => match idempotency::earlier(&app, organization.id, idempotency.as_ref()).await? {
            Some(answer) => Ok(answer.into_response()),
            None => Err(match error {
                StoreError::Broken(Rule::OrganizationDomain) => {
                    Error::Conflict("the organization has this domain already".into())
                }
                error => error.into(),
            }),
        },
    }
}

/// `POST /api/organizations/{organization}/domains/{domain}/verify` → 200, the domain with `verifiedAt`.
///
/// 1. As [`add`]; 404 without such a domain.
/// 2. Ask the resolver for the record. 503 when it gives no answer: then all stays as it was.
/// 3. 409 when the record is not there; a domain that was proved before is proved no more then.
#[worker::send]
pub(crate) async fn verify(
    Extension(app): Extension<App>,
    Segments((organization, domain)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    // 1
    let organization = managed(&app, &headers, &organization).await?;
    let id = body::path_id("domainId", &domain, DomainId::parse)?;
    let domain = app.store.domain(organization.id, id).await?.ok_or(NOT_FOUND)?;
    // 2
    let unavailable = || Error::Unavailable("DNS gave no answer; please try again later");
    let (name, text) = (domain_name::record_name(&domain.domain), domain_name::record_text(&domain.token));
    let answer = outbound::txt_records(&app.config.dns_resolver, &name).await.ok_or_else(unavailable)?;
    let is_proved = domain_name::holds_record(&answer, &text).map_err(|_| unavailable())?;
    // 3
    if !app.store.settle_domain(organization.id, &domain, is_proved, app.now).await? {
        return Err(NOT_FOUND);
    }
    if !is_proved {
        return Err(Error::Conflict(format!("there is no TXT record `{name}` with the text `{text}`")));
    }
    let domain = app.store.domain(organization.id, id).await?.ok_or(NOT_FOUND)?;
    Ok(respond::json(StatusCode::OK, &item(&domain)))
}

/// `DELETE /api/organizations/{organization}/domains/{domain}` → 204. As [`verify`].
#[worker::send]
pub(crate) async fn delete(
    Extension(app): Extension<App>,
    Segments((organization, domain)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let organization = managed(&app, &headers, &organization).await?;
    let id = body::path_id("domainId", &domain, DomainId::parse)?;
    if !app.store.delete_domain(organization.id, id).await? {
        return Err(NOT_FOUND);
    }
    Ok(respond::nothing())
}

async fn managed(app: &App, headers: &HeaderMap, organization: &str) -> Result<Organization> {
    let (_, membership) = access::member(app, headers, organization).await?;
    if !membership.role.manages_organization() {
        return Err(Error::Forbidden("only owners and admins manage domains".into()));
    }
    Ok(membership.organization)
}

fn item(domain: &Domain) -> Value {
    json!({
        "id": domain.id,
        "domain": domain.domain,
        "record": {
            "name": domain_name::record_name(&domain.domain),
            "type": "TXT",
            "value": domain_name::record_text(&domain.token),
        },
        "createdAt": time::wire(domain.created_at),
        "checkedAt": domain.checked_at.map(time::wire),
        "verifiedAt": domain.verified_at.map(time::wire),
    })
}
