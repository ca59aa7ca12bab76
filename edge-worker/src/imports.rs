//! Taking in a badge that somebody brings from elsewhere: it is verified before a byte of it is kept.

use ob3_core::{Policy, Report, extract};

use crate::app::App;
use crate::domain::credential::{CredentialName, credential_url};
use crate::domain::email::Email;
use crate::domain::ids::{CredentialId, ImportId, UserId};
use crate::domain::import::{Form, Refused, Summary};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::examination;
use crate::store::{Kept, NewImport};

/// What became of a badge.
pub(crate) enum Taken {
    /// It was kept, or there is a newer one.
    Kept(Kept),
    /// It was issued here to this very person, who has it anyway.
    IssuedHere(CredentialId),
}

/// Verifies a file, and keeps it for a person where it is a badge that its issuer signed.
pub(crate) async fn take(app: &App, user: UserId, address: &Email, file: &[u8]) -> Result<(Taken, Report)> {
    let form = Form::of(file);
    let report = examination::verify(app, file, &Policy::default()).await?;
    let summary = Summary::of(&report)?;
    if let Some(id) = issued_here(app, &summary.id, address).await? {
        return Ok((Taken::IssuedHere(id), report));
    }
    let unreadable = |_| Error::Unreadable("no credential can be read in it".into());
    let text = if form.is_baked() {
        extract(file).map_err(unreadable)?
    } else {
        String::from_utf8(file.to_vec()).map_err(|_| Error::Unreadable("it is no text".into()))?
    };
    let id = ImportId::from_random(random()?);
    let new_file = ImportId::from_random(random()?);
    let new = NewImport { id, file: new_file, user, form, bytes: file, text: &text, summary: &summary };
    let kept = app.store.keep_import(&new, app.now).await?;
    if kept == Kept::Full {
        return Err(Error::Forbidden("there is no more room: take away what is not needed".into()));
    }
    Ok((Taken::Kept(kept), report))
}

/// Whether a credential was issued here to this address.
async fn issued_here(app: &App, id: &str, address: &Email) -> Result<Option<CredentialId>> {
    let Some(name) = id.rsplit('/').next().and_then(CredentialId::parse) else { return Ok(None) };
    if credential_url(&app.origin, name) != id {
        return Ok(None);
    }
    let found = app.store.any_credential(&CredentialName::Id(name)).await?;
    Ok(found.filter(|own| own.credential.is_of(address)).map(|_| name))
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Unverifiable(match refused {
            Refused::NotAuthentic(code) => code,
            Refused::NotABadge => "not_a_badge",
            Refused::NoIdentity => "no_identity",
        })
    }
}
