//! What issuing reads, and the one batch that it writes.

use ob3_core::DateTime;
use serde::Deserialize;

use super::Store;
use super::answers::{Answered, NewAnswer, select_answer};
use super::badges::{self, Badge, BadgeRow};
use super::lifecycle::{Entry, Move, SELECT_KEY, select_entry};
use super::mail::NewMail;
use super::sql::{DATABASE_NOW, StoreError, flag, json_of, maybe_time, read_json, statement, time};
use super::webhooks::NewEvent;
use crate::domain::credential::Lifetime;
use crate::domain::ids::{
    BadgeId, CredentialId, DeliveryId, OrganizationId, QueueJobId, RecipientId, SigningKeyId, StatusBlockId,
    StatusListId,
};
use crate::domain::quota::Usage;
use crate::domain::recipient::Recipient;
use crate::domain::status_list::{Purpose, StatusIndex};
use crate::domain::supersession::Newest;

/// The organization's active signing key, its private half sealed.
#[derive(Deserialize)]
pub(crate) struct SealedKey {
    /// Its id.
    pub id: SigningKeyId,
    /// Under which DID it signs.
    pub did: String,
    /// Its public half.
    pub public_key_multibase: String,
    /// Its private half.
    pub sealed_seed: String,
}

/// A block of which entries are left.
#[derive(Deserialize)]
pub(crate) struct OpenBlock {
    /// Its id.
    pub id: StatusBlockId,
    /// Its list of revocations.
    pub revocation: StatusListId,
    /// Its list of suspensions.
    pub suspension: StatusListId,
    /// The first of the candidates that is free; `None` when none of them is.
    pub free: Option<StatusIndex>,
}

/// Everything that decides whether and how a credential is issued.
pub(crate) struct IssueContext {
    /// The badge in its current version.
    pub badge: Option<Badge>,
    /// The key to sign with.
    pub key: Option<SealedKey>,
    /// The recipient's newest credential for the badge, how often it was moved, and its code.
    pub newest: Option<(Newest, i64, String)>,
    /// The entry of that one in the list of revocations.
    pub newest_entry: Option<Entry>,
    /// The block that entries are taken from; `None` when it has to be opened.
    pub block: Option<OpenBlock>,
    /// The number of the block after all that there are.
    pub next_block: i64,
    /// How much of the month's quota is used.
    pub usage: Usage,
    /// The answer that this request had before.
    pub answered: Option<Answered>,
}

/// A credential whose signed document is stored, and what goes with it.
pub(crate) struct IssuedRecord<'a> {
    /// Its id.
    pub id: CredentialId,
    /// Its code.
    pub code: &'a str,
    /// Who issues it.
    pub organization: OrganizationId,
    /// Which badge.
    pub badge: BadgeId,
    /// In which version.
    pub badge_version: i64,
    /// Signed with which key.
    pub signing_key: SigningKeyId,
    /// The id of the recipient if there is none of this identity yet.
    pub new_recipient: RecipientId,
    /// Name of the recipient; empty where there is none.
    pub recipient_name: &'a str,
    /// By what the recipient is known.
    pub recipient: &'a Recipient,
    /// Hash of the signed document.
    pub document_sha256: &'a str,
    /// Whether strangers may see it.
    pub is_public: bool,
    /// When it is issued.
    pub issued_at: DateTime,
    /// From when on it is valid.
    pub valid_from: DateTime,
    /// Until when it is valid.
    pub valid_until: Option<DateTime>,
    /// Its entry in the lists of a block.
    pub status_entry: (StatusBlockId, StatusIndex),
    /// The one whose place it takes, and how many moves that one had made when this was decided.
    pub supersedes: Option<(CredentialId, i64)>,
    /// The revocation of that one.
    pub revocation: Option<Move<'a>>,
    /// The month that it counts in.
    pub month: &'a str,
    /// Recipients that the plan allows in it.
    pub allowed: i64,
    /// The answer to keep.
    pub answer: Option<NewAnswer<'a>>,
    /// The job of the queue that is completed by it.
    pub job: Option<QueueJobId>,
    /// The mail to the recipient.
    pub mail: Option<&'a NewMail>,
    /// What webhooks are told of it.
    pub told: Vec<NewEvent>,
}

#[derive(Deserialize)]
struct NewestRow {
    id: CredentialId,
    code: String,
    #[serde(deserialize_with = "maybe_time")]
    valid_until: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    revoked_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    suspended_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    expired_at: Option<DateTime>,
    #[serde(deserialize_with = "maybe_time")]
    reactivated_at: Option<DateTime>,
    moves: i64,
    #[serde(deserialize_with = "time")]
    recorded_at: DateTime,
}

/// The columns of a [`NewestRow`].
const NEWEST: &[&str] = &[
    "id",
    "code",
    "valid_until",
    "revoked_at",
    "suspended_at",
    "expired_at",
    "reactivated_at",
    "moves",
    "recorded_at",
];

/// Each a row of its own as JSON, or none.
#[derive(Deserialize)]
struct ContextRow {
    badge: Option<String>,
    key: Option<String>,
    newest: Option<String>,
    newest_entry: Option<String>,
    usage: Option<String>,
    answered: Option<String>,
    block: Option<String>,
    next_block: i64,
}

#[derive(Deserialize)]
struct UsageRow {
    used: i64,
    #[serde(deserialize_with = "flag")]
    includes_recipient: bool,
}

/// The recipient of an organization (`?1`) with an identity (`?2`) of this kind.
fn recipient_id(recipient: &Recipient) -> String {
    let kind = recipient.kind();
    format!("(SELECT id FROM recipient WHERE organization_id = ?1 AND identity_type = '{kind}' AND identity = ?2)")
}

/// The block of an organization (`?1`) that entries are taken from, and the first of the candidates that is free, which are that
/// parameter.
pub(super) fn select_block(candidates: u8) -> String {
    format!(
        "SELECT b.id,
              (SELECT id FROM status_list WHERE block_id = b.id AND purpose = 'revocation') AS revocation,
              (SELECT id FROM status_list WHERE block_id = b.id AND purpose = 'suspension') AS suspension,
              (SELECT value FROM json_each(?{candidates}) WHERE NOT EXISTS
                (SELECT 1 FROM credential WHERE status_block_id = b.id AND status_index = value) AND NOT EXISTS
                (SELECT 1 FROM vc_status_entry WHERE status_block_id = b.id AND status_index = value) LIMIT 1) AS free
            FROM status_block b WHERE b.organization_id = ?1 AND b.allocated < 65536 ORDER BY b.number DESC LIMIT 1"
    )
}

/// The number of the block after all that an organization (`?1`) has.
pub(super) const SELECT_NEXT_BLOCK: &str =
    "SELECT coalesce(max(number), 0) + 1 AS total FROM status_block WHERE organization_id = ?1";

/// One of the rows of a [`ContextRow`].
fn read<T: for<'a> Deserialize<'a>>(text: Option<String>) -> Result<Option<T>, StoreError> {
    text.as_deref().map(read_json).transpose()
}

/// Candidates as a JSON array.
pub(super) fn candidate_list(candidates: &[StatusIndex]) -> String {
    let candidates: Vec<String> = candidates.iter().map(|index| index.number().to_string()).collect();
    format!("[{}]", candidates.join(","))
}

impl Store {
    /// Reads everything that decides about an issue, in one statement.
    pub(crate) async fn issue_context(
        &self,
        organization: OrganizationId,
        badge: BadgeId,
        recipient: &Recipient,
        month: &str,
        idempotency_key: Option<&str>,
        candidates: &[StatusIndex],
    ) -> Result<IssueContext, StoreError> {
        let recipient_id = recipient_id(recipient);
        let identity = recipient.identity();
        let select_badge = format!(
            "(SELECT '{{' || {} || '}}' FROM {} WHERE b.organization_id = ?1 AND b.id = ?3)",
            badges::COLUMNS.json(),
            badges::TABLES
        );
        let is_newest = format!(
            "c.badge_id = ?3 AND c.recipient_id = {recipient_id}
               AND NOT EXISTS (SELECT 1 FROM credential s WHERE s.supersedes_id = c.id)"
        );
        let select_newest = format!("SELECT {} FROM credential c WHERE {is_newest}", NEWEST.join(", "));
        let select_newest_entry = select_entry(Purpose::Revocation, &is_newest);
        let select_usage = format!(
            "SELECT coalesce((SELECT used FROM quota WHERE organization_id = ?1 AND month = ?4), 0) AS used,
               EXISTS (SELECT 1 FROM quota_recipient WHERE organization_id = ?1 AND month = ?4
                 AND recipient_id = {recipient_id}) AS includes_recipient"
        );
        let candidates = candidate_list(candidates);
        let select = format!(
            "SELECT {select_badge} AS badge, {} AS key, {} AS newest, {} AS newest_entry, {} AS usage, {} AS answered,
               {} AS block, ({SELECT_NEXT_BLOCK}) AS next_block",
            json_of(SELECT_KEY, &["id", "did", "public_key_multibase", "sealed_seed"]),
            json_of(&select_newest, NEWEST),
            json_of(&select_newest_entry, &["list_id", "version", "status_index", "set"]),
            json_of(&select_usage, &["used", "includes_recipient"]),
            json_of(&select_answer(5), &["request_sha256", "status", "response"]),
            json_of(&select_block(6), &["id", "revocation", "suspension", "free"]),
        );
        let statement =
            statement!(self.db, &select, organization, identity, badge, month, idempotency_key, candidates)?;
        let row: Option<ContextRow> = statement.first(None).await?;
        let row = row.ok_or_else(|| StoreError::Failed("D1 gave no row".into()))?;
        let usage: Option<UsageRow> = read(row.usage)?;
        let usage = usage.ok_or_else(|| StoreError::Failed("D1 left out the quota".into()))?;
        Ok(IssueContext {
            badge: read::<BadgeRow>(row.badge)?.map(Into::into),
            key: read(row.key)?,
            newest: read::<NewestRow>(row.newest)?.map(|row| {
                let lifetime = Lifetime {
                    valid_until: row.valid_until,
                    claimed_at: None,
                    revoked_at: row.revoked_at,
                    suspended_at: row.suspended_at,
                    expired_at: row.expired_at,
                    reactivated_at: row.reactivated_at,
                };
                let newest = Newest { id: row.id, lifetime, recorded_at: row.recorded_at };
                (newest, row.moves, row.code)
            }),
            newest_entry: read(row.newest_entry)?,
            block: read(row.block)?,
            next_block: row.next_block,
            usage: Usage { used: usage.used, includes_recipient: usage.includes_recipient },
            answered: read(row.answered)?,
        })
    }

    /// Writes an issued credential: recipient, quota, supersession, credential, mail, answer and what webhooks are told,
    /// all or nothing. The deliveries are what is left to do.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another request has taken the place in the chain, the last place of the quota, the
    /// code, the status entry or the idempotency key, or has changed what is revoked by it.
    pub(crate) async fn record_issued(&self, issued: &IssuedRecord<'_>) -> Result<Vec<DeliveryId>, StoreError> {
        let (organization, identity) = (issued.organization, issued.recipient.identity());
        let recipient_id = recipient_id(issued.recipient);
        let recipient = "INSERT INTO recipient (id, organization_id, identity_type, identity, created_at)
            VALUES (?3, ?1, ?5, ?2, ?4) ON CONFLICT (organization_id, identity_type, identity) DO NOTHING";
        let kind = issued.recipient.kind();
        // An allowance that shrank below what is used stays at what is used, so that nobody new is let in.
        let quota = "INSERT INTO quota (organization_id, month, used, allowed) VALUES (?1, ?2, 0, ?3)
            ON CONFLICT (organization_id, month) DO UPDATE SET allowed = max(excluded.allowed, used)";
        let count = format!(
            "UPDATE quota SET used = used + 1 WHERE organization_id = ?1 AND month = ?3
               AND NOT EXISTS (SELECT 1 FROM quota_recipient WHERE organization_id = ?1 AND month = ?3
                 AND recipient_id = {recipient_id})"
        );
        let counted = format!(
            "INSERT INTO quota_recipient (organization_id, month, recipient_id) VALUES (?1, ?3, {recipient_id})
             ON CONFLICT DO NOTHING"
        );
        let credential = format!(
            "INSERT INTO credential (id, code, organization_id, badge_id, badge_version, recipient_id, recipient_name,
               signing_key_id, document_sha256, is_public, issued_at, valid_from, valid_until, supersedes_id,
               status_block_id, status_index, recorded_at)
             VALUES (?3, ?4, ?1, ?5, ?6, {recipient_id}, ?7,
               (SELECT id FROM signing_key WHERE id = ?8 AND retired_at IS NULL), ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
               {DATABASE_NOW})"
        );
        let mut statements = vec![
            statement!(self.db, recipient, organization, identity, issued.new_recipient, issued.issued_at, kind)?,
            statement!(self.db, quota, organization, issued.month, issued.allowed)?,
            statement!(self.db, &count, organization, identity, issued.month)?,
            statement!(self.db, &counted, organization, identity, issued.month)?,
        ];
        match (&issued.revocation, issued.supersedes) {
            (Some(revocation), _) => statements.extend(self.move_statements(revocation)?),
            // One that has expired stays as it is, and must not have been made active again meanwhile.
            (None, Some((superseded, moves))) => {
                let unmoved = "UPDATE credential SET moves = CASE WHEN moves = ?2 THEN moves ELSE -1 END WHERE id = ?1";
                statements.push(statement!(self.db, unmoved, superseded, moves)?);
            }
            (None, None) => {}
        }
        let (block, index) = issued.status_entry;
        let allocate = "UPDATE status_block SET allocated = allocated + 1 WHERE organization_id = ?1 AND id = ?2";
        statements.push(statement!(self.db, allocate, organization, block)?);
        statements.push(statement!(
            self.db,
            &credential,
            organization,
            identity,
            issued.id,
            issued.code,
            issued.badge,
            issued.badge_version,
            issued.recipient_name,
            issued.signing_key,
            issued.document_sha256,
            issued.is_public,
            issued.issued_at,
            issued.valid_from,
            issued.valid_until,
            issued.supersedes.map(|(id, _)| id),
            block,
            index,
        )?);
        if let Some(mail) = issued.mail {
            statements.push(self.insert_mail(mail, issued.issued_at)?);
        }
        if let Some(answer) = &issued.answer {
            statements.push(self.insert_answer(organization, answer, issued.issued_at)?);
        }
        if let Some(job) = issued.job {
            statements.push(self.completion(job, issued.issued_at)?);
        }
        let issuing = statements.len();
        for event in issued.told.iter().chain(issued.revocation.as_ref().map(|revocation| &revocation.told)) {
            statements.extend(self.event_statements(event, "true", issued.issued_at)?);
        }
        let results = self.db.batch(statements).await?;
        Ok(Self::deliveries(results.get(issuing..).unwrap_or_default()))
    }
}
