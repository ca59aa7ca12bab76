//! Badges that people brought from elsewhere, everything that a person has, and their profile.

use std::collections::HashMap;

use ob3_core::{DateTime, Report};
use serde::Deserialize;

use super::own::OWN;
use super::sql::{StoreError, row, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::email::Email;
use crate::domain::ids::{ImportId, UserId};
use crate::domain::import::{Form, MAX_IMPORTS, MAX_TOTAL_BYTES, Summary};
use crate::domain::paging::Page;

/// A badge from elsewhere, to be stored.
pub(crate) struct NewImport<'a> {
    /// Its id, if it is the first of its kind.
    pub id: ImportId,
    /// Names its bytes.
    pub file: ImportId,
    /// Whose it becomes.
    pub user: UserId,
    /// In which form it came.
    pub form: Form,
    /// The bytes as they came.
    pub bytes: &'a [u8],
    /// The credential in them.
    pub text: &'a str,
    /// What is known of it.
    pub summary: &'a Summary,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is new.
    Created(ImportId),
    /// It took the place of an older one.
    Replaced(ImportId),
    /// A newer one is there.
    Outdated(ImportId),
    /// The person has too many.
    Full,
}

/// A badge from elsewhere.
#[derive(Deserialize)]
pub(crate) struct Import {
    /// Its id.
    pub id: ImportId,
    /// Names its bytes.
    pub file_id: String,
    form: String,
    /// What it is called.
    pub name: String,
    /// What its issuer is called.
    pub issuer_name: String,
    /// Since when it is valid.
    #[serde(deserialize_with = "time")]
    pub valid_from: DateTime,
    /// What its verification came to.
    pub outcome: String,
    /// Why.
    pub code: String,
    /// When that was.
    #[serde(deserialize_with = "time")]
    pub verified_at: DateTime,
    /// When it was brought.
    #[serde(deserialize_with = "time")]
    pub created_at: DateTime,
}

impl Import {
    /// In which form it came.
    pub(crate) fn form(&self) -> Result<Form, StoreError> {
        Form::parse(&self.form).ok_or_else(|| StoreError::Failed("an import has no form".into()))
    }
}

#[derive(Deserialize)]
struct KeptRow {
    id: ImportId,
    revision: i64,
}

#[derive(Deserialize)]
struct FileRow {
    id: ImportId,
    file_id: String,
    form: String,
}

#[derive(Deserialize)]
struct HeldRow {
    key: String,
}

#[derive(Deserialize)]
struct ProfileRow {
    profile: String,
}

const COLUMNS: &str = "id, file_id, form, name, issuer_name, valid_from, outcome, code, verified_at, created_at";

fn file_key(file: &str) -> String {
    format!("import/{file}")
}

fn text_key(file: &str) -> String {
    format!("import-text/{file}")
}

impl Store {
    /// Stores a badge, in the place of an equal one that is not newer.
    pub(crate) async fn keep_import(&self, new: &NewImport<'_>, now: DateTime) -> Result<Kept, StoreError> {
        let file = new.file.to_string();
        self.documents.put(&text_key(&file), new.text)?.execute().await?;
        if new.form.is_baked() {
            self.documents.put_bytes(&file_key(&file), new.bytes)?.execute().await?;
        }
        let before =
            "SELECT id, file_id, form FROM import WHERE user_id = ?1 AND issuer_id = ?2 AND credential_id = ?3";
        let keep = "INSERT INTO import (id, user_id, issuer_id, credential_id, file_id, form, bytes, name, issuer_name,
              valid_from, outcome, code, verified_at, created_at)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13
            WHERE (SELECT count(*) < ?14 AND coalesce(sum(bytes), 0) + ?7 <= ?15 FROM import WHERE user_id = ?2)
            ON CONFLICT (user_id, issuer_id, credential_id) DO UPDATE SET file_id = excluded.file_id,
              form = excluded.form, bytes = excluded.bytes, name = excluded.name, issuer_name = excluded.issuer_name,
              valid_from = excluded.valid_from, outcome = excluded.outcome, code = excluded.code,
              verified_at = excluded.verified_at, revision = revision + 1
            WHERE excluded.valid_from >= import.valid_from
            RETURNING id, revision";
        let summary = new.summary;
        let bytes = i64::try_from(new.bytes.len()).unwrap_or(i64::MAX);
        let statements = vec![
            statement!(self.db, before, new.user, summary.issuer_id, summary.credential_id)?,
            statement!(
                self.db,
                keep,
                new.id,
                new.user,
                summary.issuer_id,
                summary.credential_id,
                file,
                new.form.as_str(),
                bytes,
                summary.name,
                summary.issuer_name,
                summary.valid_from,
                summary.outcome.as_str(),
                summary.code,
                now,
                MAX_IMPORTS,
                MAX_TOTAL_BYTES
            )?,
        ];
        let results = self.db.batch(statements).await?;
        let before = row::<FileRow>(results.first())?;
        let kept = row::<KeptRow>(results.get(1))?;
        let outdated = match &kept {
            Some(_) => before.as_ref().map(|before| (before.file_id.as_str(), before.form.as_str())),
            None => Some((file.as_str(), new.form.as_str())),
        };
        if let Some((file, form)) = outdated {
            self.delete_file(file, form).await?;
        }
        Ok(match (kept, before) {
            (Some(kept), _) if kept.revision == 1 => Kept::Created(kept.id),
            (Some(kept), _) => Kept::Replaced(kept.id),
            (None, Some(before)) => Kept::Outdated(before.id),
            (None, None) => Kept::Full,
        })
    }

    /// A person's badges from elsewhere, the newest first.
    pub(crate) async fn imports(&self, user: UserId, page: Page) -> Result<Listed<Import>, StoreError> {
        let count = "SELECT count(*) AS total FROM import WHERE user_id = ?1";
        let select =
            format!("SELECT {COLUMNS} FROM import WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT ?2 OFFSET ?3");
        let statements =
            vec![statement!(self.db, count, user)?, statement!(self.db, &select, user, page.limit, page.offset)?];
        let results = self.db.batch(statements).await?;
        Ok(Listed { items: rows(results.get(1))?, total: total(results.first())? })
    }

    /// One of them.
    pub(crate) async fn import(&self, id: ImportId, user: UserId) -> Result<Option<Import>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM import WHERE id = ?1 AND user_id = ?2");
        Ok(statement!(self.db, &select, id, user)?.first(None).await?)
    }

    /// Its bytes as they came.
    pub(crate) async fn import_file(&self, import: &Import) -> Result<Option<Vec<u8>>, StoreError> {
        let key = if import.form()?.is_baked() { file_key(&import.file_id) } else { text_key(&import.file_id) };
        Ok(self.documents.get(&key).bytes().await?)
    }

    /// Notes what another look at it came to, if it is still the same.
    pub(crate) async fn note_verdict(&self, import: &Import, report: &Report, now: DateTime) -> Result<(), StoreError> {
        let update = "UPDATE import SET outcome = ?3, code = ?4, verified_at = ?5 WHERE id = ?1 AND file_id = ?2";
        let (outcome, code) = (report.outcome().as_str(), report.code().as_str());
        statement!(self.db, update, import.id, import.file_id, outcome, code, now)?.run().await?;
        Ok(())
    }

    /// Takes one away. Says whether there was one.
    pub(crate) async fn delete_import(&self, id: ImportId, user: UserId) -> Result<bool, StoreError> {
        let delete = "DELETE FROM import WHERE id = ?1 AND user_id = ?2 RETURNING id, file_id, form";
        let results = self.db.batch(vec![statement!(self.db, delete, id, user)?]).await?;
        let Some(deleted) = row::<FileRow>(results.first())? else { return Ok(false) };
        self.delete_file(&deleted.file_id, &deleted.form).await?;
        Ok(true)
    }

    async fn delete_file(&self, file: &str, form: &str) -> Result<(), StoreError> {
        self.documents.delete(&text_key(file)).await?;
        if Form::parse(form).is_some_and(Form::is_baked) {
            self.documents.delete(&file_key(file)).await?;
        }
        Ok(())
    }

    /// Everything that a person has, as text: what was issued here to their address and what they brought, the newest first;
    /// with `since`, what was issued after it.
    pub(crate) async fn held(
        &self,
        user: UserId,
        address: &Email,
        since: Option<DateTime>,
        page: Page,
    ) -> Result<Listed<String>, StoreError> {
        let held = format!(
            "SELECT 'document/' || c.document_sha256 AS key, c.issued_at AS at, c.id AS id
            FROM recipient r JOIN credential c ON c.recipient_id = r.id
            WHERE {OWN} AND (?4 IS NULL OR c.issued_at > ?4)
            UNION ALL SELECT 'import-text/' || file_id, valid_from, id FROM import
            WHERE user_id = ?3 AND (?4 IS NULL OR valid_from > ?4)"
        );
        let hash = address.sha256();
        let count = format!("SELECT count(*) AS total FROM ({held})");
        let select = format!("SELECT key FROM ({held}) ORDER BY at DESC, id LIMIT ?5 OFFSET ?6");
        let statements = vec![
            statement!(self.db, &count, address, hash, user, since)?,
            statement!(self.db, &select, address, hash, user, since, page.limit, page.offset)?,
        ];
        let results = self.db.batch(statements).await?;
        let keys: Vec<String> = rows::<HeldRow>(results.get(1))?.into_iter().map(|row| row.key).collect();
        let mut texts: HashMap<String, Option<String>> =
            if keys.is_empty() { HashMap::new() } else { self.documents.get_bulk(&keys).text().await? };
        let text = |key: &String| {
            let missing = || StoreError::Failed("a signed document is missing".into());
            texts.remove(key).flatten().ok_or_else(missing)
        };
        let items = keys.iter().map(text).collect::<Result<_, _>>()?;
        Ok(Listed { items, total: total(results.first())? })
    }

    /// What a person says of themselves.
    pub(crate) async fn profile(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let select = "SELECT profile FROM profile WHERE user_id = ?1";
        Ok(statement!(self.db, select, user)?.first::<ProfileRow>(None).await?.map(|row| row.profile))
    }

    /// Replaces it.
    pub(crate) async fn set_profile(&self, user: UserId, profile: &str, now: DateTime) -> Result<(), StoreError> {
        let set = "INSERT INTO profile (user_id, profile, updated_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id) DO UPDATE SET profile = excluded.profile, updated_at = excluded.updated_at";
        statement!(self.db, set, user, profile, now)?.run().await?;
        Ok(())
    }
}
