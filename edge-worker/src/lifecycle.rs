//! The one path by which a credential is moved between states.

use ob3_core::DateTime;

use crate::app::App;
use crate::domain::ids::{CredentialId, EventId};
use crate::domain::lifecycle::{Action, Aim, Forbidden, Reason, Source, State};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::retry;
use crate::status;
use crate::store::{Actor, Credential, Move, Organization, StoreError, credential_data};
use crate::webhooks;

const NOT_FOUND: Error = Error::NotFound("credential");

/// A credential that stands where it was asked to.
pub(crate) struct Moved {
    /// The credential as it stands now.
    pub credential: Credential,
    /// Where it stood.
    pub from: State,
    /// What tells of the move; `None` when it stood there already.
    pub event: Option<EventId>,
}

/// Moves a credential at this moment, and says how it stands then; the rest is [`move_to`].
pub(crate) async fn transition(
    app: &App,
    organization: &Organization,
    id: CredentialId,
    action: Action,
    reason: &Reason,
    actor: Actor,
) -> Result<Credential> {
    let aim = Aim::Action(action);
    Ok(move_to(app, organization, id, aim, reason, actor, app.now).await?.credential)
}

/// Moves a credential to a state in which it is `at` a time that has come.
///
/// 1. 404 without such a credential; 409 when there is no way from where it stands. When it stands there already, that is
///    the answer. What has expired by itself and was not written down yet, is now: a move begins where the last one ended.
/// 2. Sign the list that tells of it.
/// 3. Write event, state and list in one batch. When another request was first, nothing of it stays, and all is read anew.
pub(crate) async fn move_to(
    app: &App,
    organization: &Organization,
    id: CredentialId,
    aim: Aim,
    reason: &Reason,
    actor: Actor,
    at: DateTime,
) -> Result<Moved> {
    for attempt in 0..retry::ATTEMPTS {
        retry::pause(attempt).await?;

        // 1
        let context = app.store.move_context(organization.id, id, aim.to_state().purpose()).await?.ok_or(NOT_FOUND)?;
        let credential = context.credential;
        let from = credential.lifetime.state(app.now);
        let Some(action) = aim.action(from)? else { return Ok(Moved { credential, from, event: None }) };
        if action == Action::Reactivate && credential.superseded_by.is_some() {
            return Err(Forbidden { from, to: action.to_state(), is_superseded: true }.into());
        }
        if from == State::Expired && credential.lifetime.expired_at.is_none() {
            let deliveries = app.store.expire_one(id, app.now).await?;
            webhooks::post(app, &deliveries).await;
            continue;
        }

        // 2
        let changing = context.entry.filter(|entry| entry.is_set() != action.sets_entry());
        let list = match changing {
            Some(entry) => {
                let key = context.key.as_ref().ok_or_else(status::no_key)?;
                Some(status::changed(app, organization, key, action.purpose(), entry, action.sets_entry())?)
            }
            None => None,
        };

        // 3
        let data = credential_data(id, &credential.code, credential.badge, credential.recipient_email.as_deref());
        let event = EventId::from_random(random()?);
        let movement = Move {
            event,
            organization: organization.id,
            credential: id,
            moves: credential.moves,
            action,
            from,
            reason,
            source: Source::Manual,
            actor,
            at,
            now: app.now,
            list,
            told: webhooks::event(organization.id, action.event(), data)?,
        };
        match app.store.record_move(&movement).await {
            Ok(deliveries) => {
                webhooks::post(app, &deliveries).await;
                let credential = app.store.credential(organization.id, id).await?.ok_or(NOT_FOUND)?;
                return Ok(Moved { credential, from, event: Some(event) });
            }
            Err(StoreError::Broken(rule)) if rule.is_lost_race() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended("too many requests change this status list at the same time; please try again".into()))
}
