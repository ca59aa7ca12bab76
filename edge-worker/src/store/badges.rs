//! Badges and their versions.

use ob3_core::{Alignment, DateTime, ResultDescription};
use serde::{Deserialize, Deserializer, de};
use worker::D1PreparedStatement;

use super::answers::NewAnswer;
use super::sql::{Columns, StoreError, flag, list, list_text, rows, statement, time, total};
use super::{Listed, Store};
use crate::domain::achievement;
use crate::domain::badge::{BadgeChange, BadgeContent, BadgeImage, NewBadge};
use crate::domain::ids::{BadgeId, OrganizationId};
use crate::domain::image::Kind;
use crate::domain::paging::Page;

/// A badge in its current version.
#[derive(Clone)]
pub(crate) struct Badge {
    /// Its id.
    pub id: BadgeId,
    /// Its name in addresses.
    pub slug: String,
    /// Whether it is issued.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime,
    /// Which version this is.
    pub version: i64,
    /// What the version says.
    pub content: BadgeContent,
}

/// Which badges of a list are asked for.
pub(crate) struct BadgeFilter {
    /// Only active, or only inactive ones.
    pub is_active: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct BadgeRow {
    badge_id: BadgeId,
    badge_slug: String,
    #[serde(deserialize_with = "flag")]
    badge_is_active: bool,
    #[serde(deserialize_with = "time")]
    badge_created_at: DateTime,
    number: i64,
    name: String,
    description: String,
    criteria_id: Option<String>,
    criteria_narrative: Option<String>,
    image_sha256: Option<String>,
    image_type: String,
    achievement_type: Option<String>,
    #[serde(deserialize_with = "list")]
    tags: Vec<String>,
    expires_in_days: Option<i64>,
    #[serde(deserialize_with = "alignment")]
    alignment: Vec<Alignment>,
    #[serde(deserialize_with = "result_description")]
    result_description: Vec<ResultDescription>,
    credits_available: Option<f64>,
    human_code: Option<String>,
    in_language: Option<String>,
}

impl From<BadgeRow> for Badge {
    fn from(row: BadgeRow) -> Self {
        Self {
            id: row.badge_id,
            slug: row.badge_slug,
            is_active: row.badge_is_active,
            created_at: row.badge_created_at,
            version: row.number,
            content: BadgeContent {
                name: row.name,
                description: row.description,
                criteria_id: row.criteria_id,
                criteria_narrative: row.criteria_narrative,
                image: row.image_sha256.map(|sha256| BadgeImage::stored(sha256, &row.image_type)),
                achievement_type: row.achievement_type,
                tags: row.tags,
                expires_in_days: row.expires_in_days,
                alignment: row.alignment,
                result_description: row.result_description,
                credits_available: row.credits_available,
                human_code: row.human_code,
                in_language: row.in_language,
            },
        }
    }
}

/// What a version of a badge shows.
const IMAGE: &str = "image_sha256, image_type";

/// What a version of a badge says, but for its image.
const WORDS: &str =
    "name, description, criteria_id, criteria_narrative, achievement_type, tags, expires_in_days, alignment,
    result_description, credits_available, human_code, in_language";

/// The columns of a [`BadgeRow`].
pub(super) const COLUMNS: Columns = Columns(&[
    ("badge_id", "b.id"),
    ("badge_slug", "b.slug"),
    ("badge_is_active", "b.is_active"),
    ("badge_created_at", "b.created_at"),
    ("number", "v.number"),
    ("image_sha256", "v.image_sha256"),
    ("image_type", "v.image_type"),
    ("name", "v.name"),
    ("description", "v.description"),
    ("criteria_id", "v.criteria_id"),
    ("criteria_narrative", "v.criteria_narrative"),
    ("achievement_type", "v.achievement_type"),
    ("tags", "v.tags"),
    ("expires_in_days", "v.expires_in_days"),
    ("alignment", "v.alignment"),
    ("result_description", "v.result_description"),
    ("credits_available", "v.credits_available"),
    ("human_code", "v.human_code"),
    ("in_language", "v.in_language"),
]);

/// The tables that [`COLUMNS`] come from.
pub(super) const TABLES: &str = "badge b JOIN badge_version v
    ON v.badge_id = b.id AND v.number = (SELECT max(number) FROM badge_version WHERE badge_id = b.id)";

impl Store {
    /// The badge of an organization that contract B calls so: by its UUID, or by its slug.
    pub(crate) async fn badge_named(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> Result<Option<BadgeId>, StoreError> {
        let select = "SELECT id FROM badge WHERE organization_id = ?1 AND (id = ?2 OR slug = ?2)
            ORDER BY id = ?2 DESC LIMIT 1";
        Ok(statement!(self.db, select, organization, name)?.first(Some("id")).await?)
    }

    /// Makes a badge with its first version.
    pub(crate) async fn create_badge(
        &self,
        id: BadgeId,
        organization: OrganizationId,
        new: &NewBadge,
        now: DateTime,
        answer: Option<&NewAnswer<'_>>,
    ) -> Result<(), StoreError> {
        let badge = "INSERT INTO badge (id, organization_id, slug, created_at) VALUES (?1, ?2, ?3, ?4)";
        let mut statements = vec![
            statement!(self.db, badge, id, organization, new.slug, now)?,
            self.insert_version(id, 1, &new.content, now)?,
        ];
        if let Some(answer) = answer {
            statements.push(self.insert_answer(organization, answer, now)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    /// Gives a badge an image, as a new version of it; the same image again changes nothing.
    pub(crate) async fn set_badge_image(
        &self,
        id: BadgeId,
        organization: OrganizationId,
        image: &BadgeImage,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let insert = format!(
            "INSERT INTO badge_version (badge_id, number, {IMAGE}, created_at, {WORDS})
             SELECT badge_id, number + 1, ?3, ?4, ?5, {WORDS} FROM badge_version
             WHERE badge_id = (SELECT id FROM badge WHERE organization_id = ?2 AND id = ?1)
               AND number = (SELECT max(number) FROM badge_version WHERE badge_id = ?1) AND image_sha256 IS NOT ?3"
        );
        statement!(self.db, &insert, id, organization, image.sha256, image.kind.as_str(), now)?.run().await?;
        Ok(())
    }

    /// Writes what a badge says from now on as a new version of it, unless it says that already, and whether it is issued.
    ///
    /// # Errors
    /// [`StoreError::Broken`] when another request has written the version after `badge`.
    pub(crate) async fn change_badge(
        &self,
        organization: OrganizationId,
        badge: &Badge,
        change: &BadgeChange,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let activate = "UPDATE badge SET is_active = coalesce(?3, is_active) WHERE organization_id = ?1 AND id = ?2";
        let mut statements = vec![statement!(self.db, activate, organization, badge.id, change.is_active)?];
        if change.content != badge.content {
            statements.push(self.insert_version(badge.id, badge.version + 1, &change.content, now)?);
        }
        self.db.batch(statements).await?;
        Ok(())
    }

    fn insert_version(
        &self,
        badge: BadgeId,
        number: i64,
        content: &BadgeContent,
        now: DateTime,
    ) -> Result<D1PreparedStatement, StoreError> {
        let insert = format!(
            "INSERT INTO badge_version (badge_id, number, {IMAGE}, created_at, {WORDS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
        );
        let image = content.image.as_ref();
        statement!(
            self.db,
            &insert,
            badge,
            number,
            image.map(|image| image.sha256.as_str()),
            image.map_or(Kind::Png, |image| image.kind).as_str(),
            now,
            content.name,
            content.description,
            content.criteria_id,
            content.criteria_narrative,
            content.achievement_type,
            list_text(&content.tags),
            content.expires_in_days,
            achievement::list(&content.alignment, Alignment::to_json),
            achievement::list(&content.result_description, ResultDescription::to_json),
            content.credits_available,
            content.human_code,
            content.in_language,
        )
    }

    /// Deletes a badge; one that was issued is no longer active instead.
    pub(crate) async fn delete_badge(&self, organization: OrganizationId, id: BadgeId) -> Result<(), StoreError> {
        let unissued = "NOT EXISTS (SELECT 1 FROM credential WHERE organization_id = ?1 AND badge_id = ?2)";
        let versions = format!("DELETE FROM badge_version WHERE badge_id = ?2 AND {unissued}");
        let badge = format!("DELETE FROM badge WHERE organization_id = ?1 AND id = ?2 AND {unissued}");
        let archive = "UPDATE badge SET is_active = 0 WHERE organization_id = ?1 AND id = ?2";
        let statements = vec![
            statement!(self.db, &versions, organization, id)?,
            statement!(self.db, &badge, organization, id)?,
            statement!(self.db, archive, organization, id)?,
        ];
        self.db.batch(statements).await?;
        Ok(())
    }

    /// A badge of an organization.
    pub(crate) async fn badge(&self, organization: OrganizationId, id: BadgeId) -> Result<Option<Badge>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE b.organization_id = ?1 AND b.id = ?2");
        Ok(statement!(self.db, &sql, organization, id)?.first::<BadgeRow>(None).await?.map(Into::into))
    }

    /// The badge that an address names.
    pub(crate) async fn badge_by_slugs(&self, organization: &str, badge: &str) -> Result<Option<Badge>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE b.organization_id = (SELECT id FROM organization WHERE slug = ?1) AND b.slug = ?2"
        );
        Ok(statement!(self.db, &sql, organization, badge)?.first::<BadgeRow>(None).await?.map(Into::into))
    }

    /// The badges of an organization, the newest first.
    pub(crate) async fn badges(
        &self,
        organization: OrganizationId,
        filter: &BadgeFilter,
        page: Page,
    ) -> Result<Listed<Badge>, StoreError> {
        let filtered = "WHERE b.organization_id = ?1 AND (?2 IS NULL OR b.is_active = ?2)";
        let count = format!("SELECT count(*) AS total FROM badge b {filtered}");
        let select =
            format!("SELECT {COLUMNS} FROM {TABLES} {filtered} ORDER BY b.created_at DESC, b.id LIMIT ?3 OFFSET ?4");
        let statements = vec![
            statement!(self.db, &count, organization, filter.is_active)?,
            statement!(self.db, &select, organization, filter.is_active, page.limit, page.offset)?,
        ];
        let results = self.db.batch(statements).await?;
        let items = rows::<BadgeRow>(results.get(1))?.into_iter().map(Into::into).collect();
        Ok(Listed { items, total: total(results.first())? })
    }
}

fn alignment<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Alignment>, D::Error> {
    achievement::stored_alignments(&String::deserialize(input)?).map_err(de::Error::custom)
}

fn result_description<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<ResultDescription>, D::Error> {
    achievement::stored_result_descriptions(&String::deserialize(input)?).map_err(de::Error::custom)
}
