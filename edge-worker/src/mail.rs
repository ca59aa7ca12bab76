//! Writing mails into the outbox, and carrying them out of it.

use ob3_core::DateTime;
use serde_json::json;
use worker::wasm_bindgen::JsValue;
use worker::{Env, Headers, Method, Request, RequestInit, SendEmailBuilder};

use crate::app::App;
use crate::clock;
use crate::config::{Carrier, Config, Mail};
use crate::domain::attempts;
use crate::domain::email::Email;
use crate::domain::ids::{CredentialId, MailId, OrganizationId};
use crate::domain::locale::Locale;
use crate::domain::mail::{Content, Letter};
use crate::domain::vault::Unreadable;
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::jobs::Outcome;
use crate::outbound;
use crate::retry;
use crate::store::{NewMail, Store};

/// Whose mail it is, and what it tells of.
#[derive(Clone, Copy, Default)]
pub(crate) struct About {
    /// The organization that writes.
    pub organization: Option<OrganizationId>,
    /// The credential.
    pub credential: Option<CredentialId>,
}

/// A mail for the outbox, its content sealed; `None` where the deployment sends none.
pub(crate) fn write(
    app: &App,
    about: About,
    recipient: &Email,
    locale: Locale,
    content: &Content,
) -> Result<Option<NewMail>> {
    if app.config.mail.is_none() {
        return Ok(None);
    }
    let id = MailId::from_random(random()?);
    let text = serde_json::to_string(content).map_err(|error| Error::Internal(error.to_string()))?;
    let sealed_content = app.config.vault.seal_text(&text, random()?, &owner(id)).map_err(sealing)?;
    let About { organization, credential } = about;
    let template = content.template();
    Ok(Some(NewMail { id, organization, credential, recipient: recipient.clone(), template, locale, sealed_content }))
}

/// Sends one mail of the outbox, as the queue asks for.
///
/// 1. Take it, so that no other attempt sends it at the same time. One that has ended is done with.
/// 2. Hand it to whoever carries it, under its id, by which a service can tell a second attempt from a second mail.
/// 3. Keep what came of it. An attempt that dies before this leaves the mail to the clock.
pub(crate) async fn deliver(env: &Env, config: &Config, store: &Store, id: MailId) -> Result<Outcome> {
    let now = clock::now();
    let Some(leased) = store.lease_mail(id, now).await? else { return Ok(Outcome::Done) };
    if leased.attempts > attempts::ATTEMPTS {
        // Attempts that died without a word: there is no telling what the next one would do.
        store.end_mail(id, Some("no attempt came to its end"), now).await?;
        return Ok(Outcome::Done);
    }
    let sent = match (&config.mail, letter(config, id, &leased.sealed_content, &leased.locale)) {
        (_, Err(error)) => Err(error),
        (None, _) => Err("this deployment sends no mail".to_owned()),
        (Some(settings), Ok(letter)) => carry(env, settings, id, &leased.recipient, &letter).await,
    };
    settle(store, id, leased.attempts, sent, now).await
}

async fn settle(
    store: &Store,
    id: MailId,
    attempt: i64,
    sent: std::result::Result<(), String>,
    now: DateTime,
) -> Result<Outcome> {
    let Err(error) = sent else {
        retry::insist(|| store.end_mail(id, None, now)).await?;
        return Ok(Outcome::Done);
    };
    let error = attempts::account(&error);
    worker::console_warn!("{}", json!({ "event": "mail", "mail": id, "attempt": attempt, "cause": error }));
    match attempts::wait_seconds(attempt) {
        Some(seconds) => {
            // The clock comes later than the queue, in case the queue does not come.
            store.postpone_mail(id, &error, now.plus_seconds(seconds + attempts::SWEEP_SECONDS)).await?;
            Ok(Outcome::Again { seconds })
        }
        None => {
            store.end_mail(id, Some(&error), now).await?;
            Ok(Outcome::Done)
        }
    }
}

fn letter(config: &Config, id: MailId, sealed: &str, locale: &str) -> std::result::Result<Letter, String> {
    let text = config.vault.open_text(sealed, &owner(id)).map_err(|_| "the mail does not open".to_owned())?;
    let content: Content = serde_json::from_str(&text).map_err(|_| "the mail can not be read".to_owned())?;
    Ok(content.letter(Locale::stored(locale)))
}

async fn carry(
    env: &Env,
    settings: &Mail,
    id: MailId,
    recipient: &Email,
    letter: &Letter,
) -> std::result::Result<(), String> {
    match &settings.carrier {
        Carrier::Binding => {
            let message = SendEmailBuilder::builder(settings.from.as_str(), recipient.as_str(), &letter.subject)
                .text(&letter.text)
                .html(&letter.html)
                .build();
            let binding = env.send_email("MAIL").map_err(|error| error.to_string())?;
            binding.send_with_builder(&message).await.map(|_| ()).map_err(|error| String::from(error.to_string()))
        }
        Carrier::Http { url, token } => {
            let body = json!({
                "from": settings.from,
                "to": [recipient],
                "subject": letter.subject,
                "text": letter.text,
                "html": letter.html,
            });
            post(url, token, id, &body.to_string()).await
        }
    }
}

async fn post(url: &str, token: &str, id: MailId, body: &str) -> std::result::Result<(), String> {
    let failed = |error: worker::Error| error.to_string();
    let headers = Headers::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("authorization", &format!("Bearer {token}")),
        ("idempotency-key", &id.to_string()),
    ] {
        headers.set(name, value).map_err(failed)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(JsValue::from_str(body)));
    let request = Request::new_with_init(url, &init).map_err(failed)?;
    let status = outbound::status(request, "the mail service did not answer in time").await?;
    if (200..300).contains(&status) { Ok(()) } else { Err(format!("the mail service answered {status}")) }
}

fn owner(id: MailId) -> String {
    format!("mail:{id}")
}

fn sealing(_: Unreadable) -> Error {
    Error::Internal("a mail could not be sealed".into())
}
