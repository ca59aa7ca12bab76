//! Badges, the templates that credentials are issued from.

use super::{Access, JSON, Operation, Table, answer, done, made};

/// An image by its media type.
const IMAGE: &[(&str, &str)] =
    &[("image/png", "binary"), ("image/jpeg", "binary"), ("image/webp", "binary"), ("image/svg+xml", "binary")];

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "Error",
    operations: &[
        Operation {
            method: "post",
            path: "/api/organizations/{organization}/badges",
            id: "createBadge",
            tag: "badges",
            access: Access::Session,
            summary: "Make a badge",
            query: &[],
            body: &[(JSON, "NewBadge")],
            answers: &[made("Badge")],
        },
        Operation {
            method: "patch",
            path: "/api/organizations/{organization}/badges/{badge}",
            id: "changeBadge",
            tag: "badges",
            access: Access::Session,
            summary: "Change a badge: a new version",
            query: &[],
            body: &[(JSON, "BadgeChange")],
            answers: &[done("Badge")],
        },
        Operation {
            method: "delete",
            path: "/api/organizations/{organization}/badges/{badge}",
            id: "deleteBadge",
            tag: "badges",
            access: Access::Session,
            summary: "Delete a badge; one that was issued is no longer active instead",
            query: &[],
            body: &[],
            answers: &[
                answer("200", "It was issued, and is no longer active", JSON, "Badge"),
                answer("204", "Deleted", "", ""),
            ],
        },
        Operation {
            method: "put",
            path: "/api/organizations/{organization}/badges/{badge}/image",
            id: "setBadgeImage",
            tag: "badges",
            access: Access::Session,
            summary: "Give a badge its image",
            query: &[],
            body: IMAGE,
            answers: &[done("Badge")],
        },
        Operation {
            method: "get",
            path: "/api/organizations/{organization}/badges",
            id: "listBadgesForMembers",
            tag: "badges",
            access: Access::Session,
            summary: "The organization\u{2019}s badges",
            query: &[("limit", "limit"), ("offset", "offset"), ("active", "boolean")],
            body: &[],
            answers: &[done("Badges")],
        },
        Operation {
            method: "get",
            path: "/api/organizations/{organization}/badges/{badge}",
            id: "showBadgeToMembers",
            tag: "badges",
            access: Access::Session,
            summary: "A badge",
            query: &[],
            body: &[],
            answers: &[done("Badge")],
        },
        Operation {
            method: "get",
            path: "/api/v1/badges",
            id: "listBadges",
            tag: "badges",
            access: Access::Key("badges.read"),
            summary: "The organization\u{2019}s badges",
            query: &[("limit", "limit"), ("offset", "offset"), ("active", "boolean")],
            body: &[],
            answers: &[done("Badges")],
        },
        Operation {
            method: "post",
            path: "/api/v1/badges",
            id: "createBadgeByKey",
            tag: "badges",
            access: Access::Key("badges.write"),
            summary: "Make a badge",
            query: &[],
            body: &[(JSON, "NewBadge")],
            answers: &[made("Badge")],
        },
        Operation {
            method: "get",
            path: "/api/v1/badges/{badge}",
            id: "showBadge",
            tag: "badges",
            access: Access::Key("badges.read"),
            summary: "A badge",
            query: &[],
            body: &[],
            answers: &[done("Badge")],
        },
        Operation {
            method: "patch",
            path: "/api/v1/badges/{badge}",
            id: "changeBadgeByKey",
            tag: "badges",
            access: Access::Key("badges.write"),
            summary: "Change a badge: a new version",
            query: &[],
            body: &[(JSON, "BadgeChange")],
            answers: &[done("Badge")],
        },
        Operation {
            method: "delete",
            path: "/api/v1/badges/{badge}",
            id: "deleteBadgeByKey",
            tag: "badges",
            access: Access::Key("badges.write"),
            summary: "Delete a badge; one that was issued is no longer active instead",
            query: &[],
            body: &[],
            answers: &[
                answer("200", "It was issued, and is no longer active", JSON, "Badge"),
                answer("204", "Deleted", "", ""),
            ],
        },
        Operation {
            method: "put",
            path: "/api/v1/badges/{badge}/image",
            id: "setBadgeImageByKey",
            tag: "badges",
            access: Access::Key("badges.write"),
            summary: "Give a badge its image",
            query: &[],
            body: IMAGE,
            answers: &[done("Badge")],
        },
    ],
    requests: &[
        (
            "NewBadge",
            "name: text, slug?: Slug, description: text, criteria: Criteria, achievementType?: text, tags?: [text], \
         expiresInDays?: integer, alignment?: [NewAlignment], resultDescription?: [NewResultDescription], \
         creditsAvailable?: number, humanCode?: text, inLanguage?: Language",
        ),
        (
            "BadgeChange",
            "name?: text, description?: text, criteria?: Criteria, achievementType?: text, tags?: [text], \
         expiresInDays?: integer, isActive?: boolean, alignment?: [NewAlignment], \
         resultDescription?: [NewResultDescription], creditsAvailable?: number, humanCode?: text, inLanguage?: Language",
        ),
        (
            "NewAlignment",
            "type?: [=Alignment], targetName: text, targetUrl: uri, targetCode?: text, targetDescription?: text, \
         targetFramework?: text, targetType?: text",
        ),
        (
            "NewResultDescription",
            "id?: uri, type?: [=ResultDescription], name: text, resultType: text, alignment?: [NewAlignment], \
         allowedValue?: [text], requiredLevel?: uri, requiredValue?: text, \
         rubricCriterionLevel?: [NewRubricCriterionLevel], valueMin?: text, valueMax?: text",
        ),
        (
            "NewRubricCriterionLevel",
            "id?: uri, type?: [=RubricCriterionLevel], name: text, alignment?: [NewAlignment], description?: text, \
         level?: text, points?: text",
        ),
    ],
    answers: &[
        (
            "Badge",
            "id: uuid, name: text, slug: Slug, description: text, criteria: CriteriaObject, imageUrl: uri|null, \
         achievementType: text|null, expiresInDays: integer|null, tags: [text], alignment: [Alignment], \
         resultDescription: [ResultDescription], creditsAvailable: number|null, humanCode: text|null, \
         inLanguage: Language|null, isActive: boolean, createdAt: time, publicUrl: uri, achievementUrl: uri",
        ),
        (
            "Alignment",
            "type: [=Alignment], targetName: text, targetUrl: uri, targetCode?: text, targetDescription?: text, \
         targetFramework?: text, targetType?: text",
        ),
        (
            "ResultDescription",
            "id: uri, type: [=ResultDescription], name: text, resultType: text, alignment?: [Alignment], \
         allowedValue?: [text], requiredLevel?: uri, requiredValue?: text, \
         rubricCriterionLevel?: [RubricCriterionLevel], valueMin?: text, valueMax?: text",
        ),
        (
            "RubricCriterionLevel",
            "id: uri, type: [=RubricCriterionLevel], name: text, alignment?: [Alignment], description?: text, \
         level?: text, points?: text",
        ),
        ("Badges", "data: [Badge], pagination: Pagination"),
    ],
};
