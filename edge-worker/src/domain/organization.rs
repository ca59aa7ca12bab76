//! Organizations: who may issue, and who may do what in them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    email::Email,
    fields::{Fields, Invalid},
    slug,
};

/// Longest name of an organization, a badge or a person.
pub const MAX_NAME: usize = 200;
/// Longest description.
pub const MAX_DESCRIPTION: usize = 4000;

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
    if !plan.has_api_access() {
        return Err(MayNotIssue::PlanWithoutApi);
    }
    match status {
        Status::Approved if has_signing_key => Ok(()),
        Status::Approved => Err(MayNotIssue::NoSigningKey),
        Status::PendingReview | Status::Rejected | Status::Suspended => Err(MayNotIssue::NotApproved(status)),
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
