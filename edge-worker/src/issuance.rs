//! The one path by which credentials are issued.

use ob3_core::Profile;
use serde::Serialize;

use crate::app::App;
use crate::domain::claim;
use crate::domain::credential::{self, Code, IssueRequest, Status};
use crate::domain::digest;
use crate::domain::email::Email;
use crate::domain::ids::{CredentialId, EventId, QueueJobId, RecipientId};
use crate::domain::lifecycle::{Action, Reason, ReasonCode, Source};
use crate::domain::mail::Content;
use crate::domain::organization::{MayNotIssue, may_issue, may_issue_by_hand};
use crate::domain::quota::Exceeded;
use crate::domain::result;
use crate::domain::status_list::{self, Purpose};
use crate::domain::supersession::{RENEWAL_REASON, Refused, Supersession};
use crate::domain::time;
use crate::domain::webhook::EventType;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::fault::Rule;
use crate::idempotency::{Answer, Idempotency};
use crate::jobs::{self, Job};
use crate::mail::{self, About};
use crate::retry;
use crate::signer;
use crate::status;
use crate::store::{Actor, IssuedRecord, Move, Organization, StoreError, credential_data};
use crate::webhooks;

/// Bytes of the salt of a recipient's hashed address: as many as no table of hashes covers.
pub(crate) const SALT_BYTES: usize = 16;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IssuedBody<'a> {
    id: CredentialId,
    credential_id: &'a str,
    verification_url: String,
    status: Status,
    issuance_date: String,
    expiration_date: Option<String>,
    recipient_name: Option<&'a str>,
    recipient_email: Option<&'a str>,
    supersedes_credential_id: Option<CredentialId>,
}

/// Issues a badge.
///
/// 1. 403 unless plan and approval allow it; the answer of the first time if the request is repeated; 404 without such a
///    badge, 409 for an inactive one; 403 without a signing key.
/// 2. 409 when the recipient holds the badge without end; 403 when the month's quota is used up; 400 for dates or results
///    that do not fit the badge.
/// 3. Take a free entry of the status lists; build and sign; sign the list that tells of the revocation of what is renewed.
/// 4. Store the signed credential under its hash. A request that dies after this leaves a document that nothing names.
/// 5. Write all records in one batch, the mail to the recipient among them. When another request was first, nothing of it
///    stays, and all is read anew.
/// 6. Ask the queue to send the mail, and to tell webhooks. A request that dies before this leaves it to the clock.
pub(crate) async fn issue(
    app: &App,
    organization: &Organization,
    request: &IssueRequest,
    actor: Actor,
    idempotency: Option<&Idempotency>,
) -> Result<Answer> {
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;
        if let Some(answer) = attempt_to_issue(app, organization, request, actor, idempotency, None).await? {
            return Ok(answer);
        }
    }
    Err(contended())
}

/// Issues what a job of the queue says, under the id that the job's caller was told, as [`issue`]. The job is completed in the
/// batch that writes the credential, so that there is never one without the other.
pub(crate) async fn issue_by_job(
    app: &App,
    organization: &Organization,
    request: &IssueRequest,
    actor: Actor,
    job: QueueJobId,
) -> Result<()> {
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;
        if attempt_to_issue(app, organization, request, actor, None, Some(job)).await?.is_some() {
            return Ok(());
        }
    }
    Err(contended())
}

fn contended() -> Error {
    Error::Contended("too many requests issue at the same time; please try again".into())
}

/// Whether who asks may issue: the plan bears on keys only.
const fn admit(
    organization: &Organization,
    actor: Actor,
    has_signing_key: bool,
) -> std::result::Result<(), MayNotIssue> {
    match actor {
        Actor::Key(_) => may_issue(organization.plan, organization.status, has_signing_key),
        Actor::Member(_) => may_issue_by_hand(organization.status, has_signing_key),
    }
}

/// One attempt; `None` when another request was quicker and the next attempt may succeed.
async fn attempt_to_issue(
    app: &App,
    organization: &Organization,
    request: &IssueRequest,
    actor: Actor,
    idempotency: Option<&Idempotency>,
    job: Option<QueueJobId>,
) -> Result<Option<Answer>> {
    let now = app.now.truncated_to_seconds();
    let month = time::month(now);
    let allowed = organization.plan.recipients_a_month();

    // 1
    admit(organization, actor, true)?;
    let key = idempotency.map(|it| it.key.as_str());
    let candidates = status_list::candidates(&random()?);
    let context =
        app.store.issue_context(organization.id, request.badge, &request.recipient, &month, key, &candidates).await?;
    if let (Some(idempotency), Some(answered)) = (idempotency, context.answered) {
        return idempotency.replay(answered).map(Some);
    }
    admit(organization, actor, context.key.is_some())?;
    let sealed_key =
        context.key.ok_or_else(|| Error::Internal("an organization without a key may not issue".into()))?;
    let badge = context.badge.ok_or(Error::NotFound("badge"))?;
    if !badge.is_active {
        return Err(Error::Conflict("the badge is not active".into()));
    }

    // 2
    let supersession = Supersession::decide(context.newest.as_ref().map(|(newest, ..)| *newest), app.now)?;
    context.usage.admits_recipient(allowed)?;
    let validity = request.validity(badge.content.expires_in_days, now)?;
    let id = job.map_or_else(|| random().map(CredentialId::from_random), |job| Ok(job.into()))?;
    let url = credential::credential_url(&app.origin, id);
    let mut achievement = badge.content.to_achievement(&app.origin, &organization.slug, &badge.slug);
    let results = result::settle(&request.results, &mut achievement, &url)?;

    // 3 and 4
    let email = request.recipient.email().map(Email::as_str);
    let Some(block) = context.block else {
        status::open_block(app, organization, &sealed_key, context.next_block).await?;
        return Ok(None);
    };
    let Some(index) = block.free else { return Ok(None) };
    let superseded = supersession.superseded().zip(context.newest.as_ref().map(|(_, moves, _)| *moves));
    let reason = Reason { code: ReasonCode::IssuerRequested, text: Some(RENEWAL_REASON.into()) };
    let revocation = match (supersession.revoked(), context.newest) {
        (Some(credential), Some((newest, moves, code))) => {
            let data = credential_data(credential, &code, badge.id, email);
            let list = match context.newest_entry {
                Some(entry) => Some(status::changed(app, organization, &sealed_key, Purpose::Revocation, entry, true)?),
                None => None,
            };
            Some(Move {
                event: EventId::from_random(random()?),
                organization: organization.id,
                credential,
                moves,
                action: Action::Revoke,
                from: newest.lifetime.state(app.now),
                reason: &reason,
                source: Source::Automation,
                actor,
                at: app.now,
                now: app.now,
                list,
                told: webhooks::event(organization.id, EventType::Revoked, data)?,
            })
        }
        _ => None,
    };
    let salt = digest::hex(&random::<SALT_BYTES>()?);
    let issuer = issuer(organization, &sealed_key.did);
    let entries = status::entries(app, &block, index);
    let settings = &organization.settings;
    let identifier = settings.recipient_identifier;
    let unsigned =
        credential::unsigned(request, url, issuer, achievement, results, validity, now, &salt, identifier, entries);
    let document = signer::signed(&unsigned.to_json(), &app.config, organization.id, &sealed_key, now)?;
    let document_sha256 = app.store.put_document(&document).await?;

    // 5
    let code = Code::from_random(random()?);
    let body = IssuedBody {
        id,
        credential_id: code.as_str(),
        verification_url: credential::verification_url(&app.origin, code.as_str()),
        status: Status::Pending,
        issuance_date: time::wire(now),
        expiration_date: validity.until.map(time::wire),
        recipient_name: request.recipient_name.as_deref(),
        recipient_email: email,
        supersedes_credential_id: supersession.superseded(),
    };
    let answer = Answer::created(&body)?;
    let mail = match request.recipient.email().filter(|_| request.notify && settings.notifications) {
        Some(address) => {
            let content = Content::Issued {
                // Whom nobody has named is addressed as they are written to.
                recipient: request.recipient_name.clone().unwrap_or_else(|| address.to_string()),
                badge: badge.content.name.clone(),
                organization: organization.name.clone(),
                url: claim::claim_url(&app.origin, code.as_str()),
            };
            let about = About { organization: Some(organization.id), credential: Some(id) };
            let locale = request.locale.unwrap_or(settings.locale);
            mail::write(app, about, address, locale, &content)?
        }
        None => None,
    };
    let data = credential_data(id, code.as_str(), badge.id, email);
    let mut told = vec![webhooks::event(organization.id, EventType::Issued, data.clone())?];
    if supersession.superseded().is_some() {
        told.push(webhooks::event(organization.id, EventType::Renewed, data)?);
    }
    let record = IssuedRecord {
        id,
        code: code.as_str(),
        organization: organization.id,
        badge: badge.id,
        badge_version: badge.version,
        signing_key: sealed_key.id,
        new_recipient: RecipientId::from_random(random()?),
        recipient_name: request.recipient_name.as_deref().unwrap_or_default(),
        recipient: &request.recipient,
        document_sha256: &document_sha256,
        is_public: request.is_public.unwrap_or(settings.is_public_by_default),
        issued_at: now,
        valid_from: validity.from,
        valid_until: validity.until,
        status_entry: (block.id, index),
        supersedes: superseded,
        revocation,
        month: &month,
        allowed,
        answer: idempotency.map(|it| it.answer(answer.status, &answer.body)),
        job,
        mail: mail.as_ref(),
        told,
    };
    let error = match app.store.record_issued(&record).await {
        Ok(deliveries) => {
            // 6
            webhooks::post(app, &deliveries).await;
            let jobs: Vec<Job> = mail.iter().map(|mail| Job::Mail { id: mail.id }).collect();
            jobs::post(app.env(), &jobs).await;
            return Ok(Some(answer));
        }
        Err(error) => error,
    };
    // The same request may have run at the same time: whichever rule broke first, the answer is the first one's. And D1 may
    // have written all without saying so.
    if let Some(idempotency) = idempotency
        && let Some(answered) = app.store.answered(organization.id, &idempotency.key).await?
    {
        return idempotency.replay(answered).map(Some);
    }
    match error {
        StoreError::Broken(rule) if rule.is_lost_race() => Ok(None),
        // The job's other attempt was quicker, and has completed it.
        StoreError::Broken(Rule::CredentialId) if job.is_some() => Ok(Some(answer)),
        StoreError::Broken(Rule::CredentialChain) => Err(Refused::Overtaken.into()),
        StoreError::Broken(Rule::Quota) => Err(Exceeded { allowed }.into()),
        error => Err(error.into()),
    }
}

/// The organization as an issuer.
pub(crate) fn issuer(organization: &Organization, did: &str) -> Profile {
    Profile {
        id: did.into(),
        name: organization.name.clone(),
        url: organization.url.clone(),
        email: organization.email.clone(),
        description: organization.description.clone(),
        image: None,
    }
}
