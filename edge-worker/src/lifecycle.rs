//! The one path by which a credential is revoked, suspended and reinstated.

use crate::app::App;
use crate::domain::ids::{CredentialId, EventId};
use crate::domain::lifecycle::{Action, Reason};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::retry;
use crate::status;
use crate::store::{Actor, Credential, Move, Organization, StoreError, credential_data};
use crate::webhooks;

const NOT_FOUND: Error = Error::NotFound("credential");

/// Moves a credential, and says how it stands then.
///
/// 1. 404 without such a credential; 409 when there is no way from where it stands. When it stands there already, that is
///    the answer.
/// 2. Sign the list that tells of it, and store it under its hash. A request that dies after this leaves a document that
///    nothing names.
/// 3. Write event, state and list in one batch. When another request was first, nothing of it stays, and all is read anew.
pub(crate) async fn transition(
    app: &App,
    organization: &Organization,
    id: CredentialId,
    action: Action,
    reason: &Reason,
    actor: Actor,
) -> Result<Credential> {
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;

        // 1
        let context = app.store.move_context(organization.id, id, action.purpose()).await?.ok_or(NOT_FOUND)?;
        let from = context.credential.lifetime.state(app.now);
        if !action.moves(from)? {
            return Ok(context.credential);
        }

        // 2
        let list = match context.entry {
            Some(entry) => {
                let key = context.key.as_ref().ok_or_else(status::no_key)?;
                Some(status::changed(app, organization, key, action.purpose(), entry, action.sets_entry()).await?)
            }
            None => None,
        };

        // 3
        let credential = &context.credential;
        let data = credential_data(id, &credential.code, credential.badge, credential.recipient_email.as_deref());
        let movement = Move {
            event: EventId::from_random(random()?),
            organization: organization.id,
            credential: id,
            moves: context.credential.moves,
            action,
            from,
            reason,
            is_automatic: false,
            actor,
            at: app.now,
            list,
            told: webhooks::event(organization.id, action.event(), data)?,
        };
        match app.store.record_move(&movement).await {
            Ok(deliveries) => {
                webhooks::post(app, &deliveries).await;
                return app.store.credential(organization.id, id).await?.ok_or(NOT_FOUND);
            }
            Err(StoreError::Broken(rule)) if rule.is_lost_race() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Conflict("too many requests change this status list at the same time; please try again".into()))
}
