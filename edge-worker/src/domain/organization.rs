//! Organizations: who may issue, and who may do what in them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    email::Email,
    fields::{Fields, Invalid, Problem},
    locale::Locale,
    slug,
};

/// Longest name of an organization, a badge or a person.
pub const MAX_NAME: usize = 200;
/// Longest description.
pub const MAX_DESCRIPTION: usize = 4000;
/// How long an invitation is open.
pub const INVITATION_SECONDS: i64 = 14 * super::time::DAY_SECONDS;

/// Where an organization stands with the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits for the operator.
    PendingReview,
    /// It may issue.
    Approved,
    /// The operator said no.
    Rejected,
    /// It may not issue for now.
    Suspended,
}

impl Status {
    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PendingReview, Self::Approved, Self::Rejected, Self::Suspended]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingReview => "pending_review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
        }
    }
}

/// What an organization has subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// The console only.
    Free,
    /// The console and the API.
    Professional,
    /// The same with more recipients.
    Enterprise,
}

impl Plan {
    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Free, Self::Professional, Self::Enterprise].into_iter().find(|plan| plan.as_str() == text)
    }

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Professional => "professional",
            Self::Enterprise => "enterprise",
        }
    }

    /// Whether API keys of the organization may issue.
    #[must_use]
    pub const fn has_api_access(self) -> bool {
        match self {
            Self::Free => false,
            Self::Professional | Self::Enterprise => true,
        }
    }

    /// Distinct recipients that may be issued to in a calendar month.
    #[must_use]
    pub const fn recipients_a_month(self) -> i64 {
        match self {
            Self::Free | Self::Professional => 1000,
            Self::Enterprise => 5000,
        }
    }
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but to end the organization.
    Admin,
    /// Make badges and issue them.
    Issuer,
    /// Look.
    Viewer,
}

impl Role {
    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Admin, Self::Issuer, Self::Viewer].into_iter().find(|role| role.as_str() == text)
    }

    /// Whether the member may give somebody a role, or take it from them.
    #[must_use]
    pub const fn may_give(self, role: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(role, Self::Owner),
            Self::Issuer | Self::Viewer => false,
        }
    }

    /// Whether the member may change what the organization is called and how it works.
    #[must_use]
    pub const fn manages_organization(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Issuer => "issuer",
            Self::Viewer => "viewer",
        }
    }

    /// Whether the member may make and end keys.
    #[must_use]
    pub const fn manages_keys(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Whether the member may issue, revoke, suspend and reinstate credentials.
    #[must_use]
    pub const fn manages_credentials(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Issuer)
    }

    /// Whether the member may make and change badges.
    #[must_use]
    pub const fn manages_badges(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Issuer)
    }
}

/// Why an organization may not issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayNotIssue {
    /// Its plan has no API.
    PlanWithoutApi,
    /// The operator has not approved it.
    NotApproved(Status),
    /// It has no signing key.
    NoSigningKey,
}

impl fmt::Display for MayNotIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlanWithoutApi => f.write_str("the organization's plan does not include API access"),
            Self::NotApproved(status) => {
                write!(f, "the organization is not approved: its status is `{}`", status.as_str())
            }
            Self::NoSigningKey => f.write_str("the organization's signing keys are not generated"),
        }
    }
}

/// Whether an organization may issue over the API.
///
/// # Errors
/// [`MayNotIssue`], the first reason.
pub const fn may_issue(plan: Plan, status: Status, has_signing_key: bool) -> Result<(), MayNotIssue> {
    if plan.has_api_access() { may_issue_by_hand(status, has_signing_key) } else { Err(MayNotIssue::PlanWithoutApi) }
}

/// Whether one of its members may issue, which every plan includes.
///
/// # Errors
/// [`MayNotIssue`], the first reason.
pub const fn may_issue_by_hand(status: Status, has_signing_key: bool) -> Result<(), MayNotIssue> {
    match status {
        Status::Approved if has_signing_key => Ok(()),
        Status::Approved => Err(MayNotIssue::NoSigningKey),
        Status::PendingReview | Status::Rejected | Status::Suspended => Err(MayNotIssue::NotApproved(status)),
    }
}

/// How a credential names its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientIdentifier {
    /// By a salted hash of the address: whoever knows the address can tell, nobody else.
    Hashed,
    /// By the address itself, as the subject's `mailto:` id (the Direct Delivery profile asks for it).
    Mailto,
}

impl RecipientIdentifier {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hashed => "hashed",
            Self::Mailto => "mailto",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hashed, Self::Mailto].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// How an organization is identified as an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DidMethod {
    /// By a `did:web` of the deployment's host, under which keys can change; by a `did:key` where others can not reach it.
    Web,
    /// By the key's own `did:key`, which resolves without any host.
    Key,
}

impl DidMethod {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Key => "key",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Web, Self::Key].into_iter().find(|method| method.as_str() == text)
    }
}

/// What an organization chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether recipients are written to.
    pub notifications: bool,
    /// In which language.
    pub locale: Locale,
    /// Whether strangers see what is issued, unless the request says so.
    pub is_public_by_default: bool,
    /// How a credential names its recipient.
    pub recipient_identifier: RecipientIdentifier,
    /// How the organization is identified as an issuer; it is chosen before the first signing key is made.
    pub did_method: DidMethod,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            notifications: true,
            locale: Locale::En,
            is_public_by_default: true,
            recipient_identifier: RecipientIdentifier::Hashed,
            did_method: DidMethod::Web,
        }
    }
}

/// What members can change of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationContent {
    /// Its name.
    pub name: String,
    /// Its home page.
    pub url: Option<String>,
    /// Where to write to.
    pub email: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// What it chooses.
    pub settings: Settings,
}

impl OrganizationContent {
    /// Reads a change of what is there: `null` takes away what may be missing.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields, current: Self) -> Result<Self, Invalid> {
        let mut content = current;
        for name in ["name", "settings"] {
            if body.is_null(name) {
                return Err(body.invalid(name, Problem::Missing));
            }
        }
        for (name, member) in
            [("url", &mut content.url), ("email", &mut content.email), ("description", &mut content.description)]
        {
            if body.is_null(name) {
                *member = None;
            }
        }
        if let Some(name) = body.line("name", MAX_NAME)? {
            content.name = name;
        }
        if let Some(url) = body.web_url("url")? {
            content.url = Some(url);
        }
        if let Some(email) = body.email("email")? {
            content.email = Some(email.as_str().into());
        }
        if let Some(description) = body.paragraphs("description", MAX_DESCRIPTION)? {
            content.description = Some(description);
        }
        if let Some(mut settings) = body.object("settings")? {
            let chosen = &mut content.settings;
            if let Some(notifications) = settings.flag("notifications")? {
                chosen.notifications = notifications;
            }
            if let Some(locale) = settings.read("locale", "a language that mails are written in", Locale::parse)? {
                chosen.locale = locale;
            }
            if let Some(visibility) = settings.read("defaultVisibility", "public or private", visibility)? {
                chosen.is_public_by_default = visibility;
            }
            if let Some(mode) = settings.read("recipientIdentifier", "hashed or mailto", RecipientIdentifier::parse)? {
                chosen.recipient_identifier = mode;
            }
            if let Some(method) = settings.read("didMethod", "web or key", DidMethod::parse)? {
                chosen.did_method = method;
            }
            settings.finish()?;
        }
        body.finish()?;
        Ok(content)
    }
}

fn visibility(text: &str) -> Option<bool> {
    match text {
        "public" => Some(true),
        "private" => Some(false),
        _ => None,
    }
}

/// A request for an organization.
#[derive(Debug, PartialEq, Eq)]
pub struct NewOrganization {
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its home page.
    pub url: Option<String>,
    /// Where to write to.
    pub email: Option<Email>,
    /// What it is.
    pub description: Option<String>,
}

impl NewOrganization {
    /// Reads the request.
    ///
    /// # Errors
    /// [`Invalid`], naming the field.
    pub fn read(mut body: Fields) -> Result<Self, Invalid> {
        let name = body.line("name", MAX_NAME)?;
        let slug = body.read("slug", "lower-case letters, digits and single hyphens", |text| {
            slug::is_slug(text).then(|| text.to_owned())
        })?;
        let organization = Self {
            name: body.required("name", name)?,
            slug: body.required("slug", slug)?,
            url: body.web_url("url")?,
            email: body.email("email")?,
            description: body.paragraphs("description", MAX_DESCRIPTION)?,
        };
        body.finish()?;
        Ok(organization)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_approved_organization_with_api_and_key_may_issue() {
        use Plan::{Free, Professional};
        use Status::{Approved, PendingReview, Rejected, Suspended};
        for (plan, status, key, result) in [
            (Professional, Approved, true, Ok(())),
            (Free, Approved, true, Err(MayNotIssue::PlanWithoutApi)),
            (Professional, PendingReview, true, Err(MayNotIssue::NotApproved(PendingReview))),
            (Professional, Rejected, true, Err(MayNotIssue::NotApproved(Rejected))),
            (Professional, Suspended, true, Err(MayNotIssue::NotApproved(Suspended))),
            (Professional, Approved, false, Err(MayNotIssue::NoSigningKey)),
        ] {
            assert_eq!(may_issue(plan, status, key), result);
            // The plan is about the API only.
            let by_hand = if result == Err(MayNotIssue::PlanWithoutApi) { Ok(()) } else { result };
            assert_eq!(may_issue_by_hand(status, key), by_hand);
        }
    }

    #[test]
    fn words_are_the_same_in_rust_and_in_the_database() {
        for status in [Status::PendingReview, Status::Approved, Status::Rejected, Status::Suspended] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for plan in [Plan::Free, Plan::Professional, Plan::Enterprise] {
            assert_eq!(serde_json::to_value(plan).unwrap(), plan.as_str());
        }
        for role in [Role::Owner, Role::Admin, Role::Issuer, Role::Viewer] {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for word in ["pending_review", "approved", "rejected", "suspended"] {
            assert_eq!(Status::parse(word).map(Status::as_str), Some(word));
        }
        for word in ["free", "professional", "enterprise"] {
            assert_eq!(Plan::parse(word).map(Plan::as_str), Some(word));
        }
        for word in ["owner", "admin", "issuer", "viewer"] {
            assert_eq!(Role::parse(word).map(Role::as_str), Some(word));
        }
        for word in ["hashed", "mailto"] {
            assert_eq!(RecipientIdentifier::parse(word).map(RecipientIdentifier::as_str), Some(word));
        }
        for word in ["web", "key"] {
            assert_eq!(DidMethod::parse(word).map(DidMethod::as_str), Some(word));
            assert_eq!(serde_json::to_value(DidMethod::parse(word)).unwrap(), word);
        }
    }

    #[test]
    fn only_owners_make_owners_and_only_admins_make_members() {
        use Role::{Admin, Issuer, Owner, Viewer};
        for (role, gives) in [
            (Owner, [true, true, true, true]),
            (Admin, [false, true, true, true]),
            (Issuer, [false; 4]),
            (Viewer, [false; 4]),
        ] {
            assert_eq!([Owner, Admin, Issuer, Viewer].map(|given| role.may_give(given)), gives, "{role:?}");
        }
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let current = OrganizationContent {
            name: "Demo".into(),
            url: Some("https://demo.example".into()),
            email: None,
            description: None,
            settings: Settings::default(),
        };
        let change = |body| OrganizationContent::read(Fields::of_body(body).unwrap(), current.clone());
        assert_eq!(change(json!({})).unwrap(), current);
        assert_eq!(change(json!({ "url": null })).unwrap(), OrganizationContent { url: None, ..current.clone() });
        let settings =
            change(json!({ "settings": { "locale": "de", "defaultVisibility": "private" } })).unwrap().settings;
        assert_eq!(settings, Settings { locale: Locale::De, is_public_by_default: false, ..Settings::default() });
        for (body, field) in [
            (json!({ "name": null }), "name"),
            (json!({ "slug": "x" }), "slug"),
            (json!({ "settings": { "locale": "xx" } }), "settings.locale"),
            (json!({ "settings": { "defaultVisibility": true } }), "settings.defaultVisibility"),
            (json!({ "settings": { "colour": "red" } }), "settings.colour"),
        ] {
            assert_eq!(change(body).unwrap_err().field, field);
        }
    }

    #[test]
    fn an_organization_needs_a_name_and_a_slug() {
        let read = |body| NewOrganization::read(Fields::of_body(body).unwrap());
        assert_eq!(read(json!({ "name": "Demo", "slug": "demo" })).unwrap().slug, "demo");
        for (body, field) in [
            (json!({ "slug": "demo" }), "name"),
            (json!({ "name": "Demo" }), "slug"),
            (json!({ "name": "Demo", "slug": "De mo" }), "slug"),
            (json!({ "name": "Demo", "slug": "demo", "url": "demo" }), "url"),
            (json!({ "name": "Demo", "slug": "demo", "plan": "enterprise" }), "plan"),
        ] {
            assert_eq!(read(body).unwrap_err().field, field);
        }
    }
}
