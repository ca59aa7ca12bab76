//! All SQL and all keys of KV. Nothing else in the worker knows how records are stored.

mod accounts;
mod answers;
mod assertions;
mod badges;
mod bulk;
mod credentials;
mod documents;
mod domains;
mod expiry;
mod imports;
mod issuing;
mod keys;
mod lifecycle;
mod mail;
mod members;
mod oauth;
mod organizations;
mod own;
mod queue;
mod rates;
mod recipients;
mod rsa_keys;
mod sealed;
mod sessions;
mod signing_keys;
mod sql;
mod vc_status;
mod wallets;
mod webhooks;

use worker::kv::KvStore;
use worker::{D1Database, Env};

pub(crate) use answers::{Answered, NewAnswer};
pub(crate) use assertions::{Assertion, AssertionFilter, History, LifecycleEvent};
pub(crate) use badges::{Badge, BadgeFilter};
pub(crate) use bulk::{BulkJob, Counts, JobRow, RowEnd, WaitingRow};
pub(crate) use credentials::{Credential, CredentialFilter, PublicCredential, Wanted};
pub(crate) use domains::Domain;
pub(crate) use imports::{Import, Kept, NewImport};
pub(crate) use issuing::{IssuedRecord, OpenBlock, SealedKey};
pub(crate) use keys::ApiKeyRecord;
pub(crate) use lifecycle::{Actor, Entry, Move, NewList, NumberedList, SignedList, StatusDocument};
pub(crate) use mail::NewMail;
pub(crate) use members::{Invitation, Member};
pub(crate) use oauth::{Client, Grant, Holder, NewTokens};
pub(crate) use organizations::{Membership, Organization};
pub(crate) use own::OwnCredential;
pub(crate) use queue::{LeasedQueueJob, NewQueueJob, Order, QueueJob};
pub(crate) use rates::{Counted, FoundKey, KeyCheck};
pub(crate) use rsa_keys::RsaKey;
pub(crate) use sealed::{PLACES, SealedCounts, SealedRow};
pub(crate) use sessions::{NewSession, Person};
pub(crate) use signing_keys::{PublicKey, PublishedList, SigningKeyRecord};
pub(crate) use sql::StoreError;
pub(crate) use wallets::{NewOffer, Redeemed};
pub(crate) use webhooks::{Delivery, LeasedDelivery, NewEvent, Webhook, credential_data};

/// Records in D1, documents in KV.
pub(crate) struct Store {
    db: D1Database,
    documents: KvStore,
}

impl Store {
    /// The store behind the bindings `DB` and `DOCUMENTS`.
    ///
    /// # Errors
    /// When one of them is missing.
    pub(crate) fn new(env: &Env) -> Result<Self, StoreError> {
        Ok(Self { db: env.d1("DB")?, documents: env.kv("DOCUMENTS")? })
    }
}

/// Items of a list and how many there are in all.
pub(crate) struct Listed<T> {
    /// The items of one page.
    pub items: Vec<T>,
    /// Items of all pages.
    pub total: i64,
}
