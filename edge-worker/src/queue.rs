//! Doing what was accepted: jobs of contract B.

use serde_json::json;

use crate::app::App;
use crate::domain::attempts::{self, ATTEMPTS};
use crate::domain::credential::IssueRequest;
use crate::domain::ids::QueueJobId;
use crate::domain::lifecycle::{Action, Reason, ReasonCode};
use crate::domain::origin::Origin;
use crate::domain::queue::{JobType, parse_identifiers};
use crate::domain::recipient::Recipient;
use crate::error::{Error, Result};
use crate::issuance;
use crate::jobs::Outcome;
use crate::lifecycle;
use crate::store::{Actor, LeasedQueueJob, Order, Organization};

/// How long a revocation waits for what it revokes to be issued.
const UNTIL_ISSUED_SECONDS: i64 = 15;

/// Does a job, as the queue asks for.
///
/// 1. Take it, so that no other attempt runs at the same time. One that has ended is done with.
/// 2. Issue, completing the job in the batch that writes the credential; or revoke, which a second time changes nothing. An
///    attempt that dies in between leaves the job to the clock, and the next one finds all or nothing of it.
/// 3. What is refused ends the job as failed, with the reason; a fault of the platform leaves it to the next attempt, up to
///    the last one. A revocation that comes before its credential waits for it.
pub(crate) async fn run(app: &App, id: QueueJobId) -> Result<Outcome> {
    let Some(LeasedQueueJob { order, organization }) = app.store.lease_queue_job(id, app.now).await? else {
        return Ok(Outcome::Done);
    };
    if order.attempts > ATTEMPTS {
        // Attempts that died without a word: there is no telling what the next one would do.
        app.store.fail_queue_job(id, "no attempt came to its end", app.now).await?;
        return Ok(Outcome::Done);
    }
    let origin = Origin::parse(&order.origin).ok_or_else(|| Error::Internal("a job has no origin".into()))?;
    let under = &app.under(origin);
    let actor = Actor::Key(order.api_key_id);
    let done = match order.kind {
        JobType::IssueBadge => match issue_request(&order) {
            Ok(request) => issuance::issue_by_job(under, &organization, &request, actor, id).await,
            Err(error) => Err(error),
        },
        JobType::RevokeBadge => revoke(under, &organization, &order, actor, id).await,
    };
    match done {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => settle(app, id, &order, &error).await,
    }
}

/// What came of an attempt that did not succeed.
async fn settle(app: &App, id: QueueJobId, order: &Order, error: &Error) -> Result<Outcome> {
    let message = error.message();
    let is_early = match error {
        Error::NotFound(_) => {
            order.kind == JobType::RevokeBadge && app.store.is_to_be_issued(order.credential_id).await?
        }
        _ => false,
    };
    let wait = match error {
        _ if is_early => Some(UNTIL_ISSUED_SECONDS),
        Error::Internal(cause) => {
            worker::console_error!("{}", json!({ "event": "queue job", "job": id, "cause": cause }));
            attempts::wait_seconds(order.attempts)
        }
        Error::Contended(_) => attempts::wait_seconds(order.attempts),
        // Whatever else refuses would refuse again.
        _ => None,
    };
    match wait {
        Some(seconds) => {
            // The clock comes later than the queue, in case the queue does not come.
            let next = app.now.plus_seconds(seconds + attempts::SWEEP_SECONDS);
            app.store.postpone_queue_job(id, &message, !is_early, next).await?;
            Ok(Outcome::Again { seconds })
        }
        None => {
            app.store.fail_queue_job(id, &message, app.now).await?;
            Ok(Outcome::Done)
        }
    }
}

fn issue_request(order: &Order) -> Result<IssueRequest> {
    let Order { badge_id, identity_type, identity, identifiers, .. } = order;
    let recipient = identity_type.as_deref().zip(identity.as_deref());
    let recipient = recipient.and_then(|(kind, identity)| Recipient::of(kind, identity));
    let identifiers = parse_identifiers(identifiers.as_deref().unwrap_or("[]"));
    match (badge_id, recipient, identifiers) {
        (Some(badge), Some(recipient), Ok(identifiers)) => Ok(IssueRequest::plain(*badge, recipient, identifiers)),
        _ => Err(Error::Internal("a job can not be read".into())),
    }
}

async fn revoke(app: &App, organization: &Organization, order: &Order, actor: Actor, id: QueueJobId) -> Result<()> {
    let reason = Reason { code: ReasonCode::IssuerRequested, text: order.reason.clone() };
    lifecycle::transition(app, organization, order.credential_id, Action::Revoke, &reason, actor).await?;
    Ok(app.store.complete_queue_job(id, app.now).await?)
}
