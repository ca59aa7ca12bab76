//! Signs status lists when a status changes, and gives out their entries.

use ob3_core::{BitstringStatusListEntry, DateTime};

use crate::app::App;
use crate::clock;
use crate::domain::ids::{StatusBlockId, StatusListId};
use crate::domain::status_list::{self, Purpose, StatusIndex};
use crate::entropy::random;
use crate::error::{Error, Result};
use crate::signer;
use crate::store::{Entry, NewList, OpenBlock, Organization, PublishedList, SealedKey, SignedList, StoreError};

/// The list of an entry with that entry set or cleared, signed. It is published by the batch that moves the credential.
pub(crate) fn changed(
    app: &App,
    organization: &Organization,
    key: &SealedKey,
    purpose: Purpose,
    entry: Entry,
    is_set: bool,
) -> Result<SignedList> {
    let now = clock::now().truncated_to_seconds();
    let mut set = entry.set;
    set.retain(|index| *index != entry.status_index);
    if is_set {
        set.push(entry.status_index);
    }
    let document = signed(app, organization, key, (entry.list_id, purpose), set, now)?;
    Ok(SignedList { id: entry.list_id, replaces: entry.version, document, signing_key: key.id, signed_at: now })
}

/// A published list as it is, signed anew with another key.
pub(crate) fn signed_anew(
    app: &App,
    organization: &Organization,
    key: &SealedKey,
    list: PublishedList,
) -> Result<SignedList> {
    let now = clock::now().truncated_to_seconds();
    let document = signed(app, organization, key, (list.id, list.purpose), list.set, now)?;
    Ok(SignedList { id: list.id, replaces: list.version, document, signing_key: key.id, signed_at: now })
}

/// Opens the organization's next block of entries, with a list for each purpose in which nothing is set. When another
/// request has just done the same, that is as good; whoever asked tries again.
pub(crate) async fn open_block(app: &App, organization: &Organization, key: &SealedKey, number: i64) -> Result<()> {
    let now = clock::now().truncated_to_seconds();
    let mut lists = Vec::with_capacity(Purpose::ALL.len());
    for purpose in Purpose::ALL {
        let id = StatusListId::from_random(random()?);
        let document = signed(app, organization, key, (id, purpose), Vec::new(), now)?;
        lists.push(NewList { id, purpose, document });
    }
    let id = StatusBlockId::from_random(random()?);
    match app.store.create_status_block(id, organization.id, number, &lists, key.id, now).await {
        Err(StoreError::Broken(rule)) if rule.is_lost_race() => Ok(()),
        result => Ok(result?),
    }
}

/// What a credential with this entry says of where its status is published.
pub(crate) fn entries(app: &App, block: &OpenBlock, index: StatusIndex) -> Vec<BitstringStatusListEntry> {
    [(Purpose::Revocation, block.revocation), (Purpose::Suspension, block.suspension)]
        .map(|(purpose, list)| status_list::entry(&app.origin, purpose, list, index))
        .into()
}

fn signed(
    app: &App,
    organization: &Organization,
    key: &SealedKey,
    (list, purpose): (StatusListId, Purpose),
    set: Vec<StatusIndex>,
    now: DateTime,
) -> Result<String> {
    let unsigned = status_list::unsigned(&app.origin, list, &key.did, purpose, set, now);
    signer::signed(&unsigned.to_json(), &app.config, organization.id, key, now)
}

/// What there is without a signing key: nothing to sign with.
pub(crate) fn no_key() -> Error {
    Error::Internal("an organization that has issued has no signing key".into())
}
