//! Handlers: extract, ask the domain and the store, respond.

pub(crate) mod api_keys;
pub(crate) mod assertions;
pub(crate) mod badges;
pub(crate) mod bulk;
pub(crate) mod credentials;
pub(crate) mod did_resolution;
pub(crate) mod domains;
pub(crate) mod embed;
pub(crate) mod images;
pub(crate) mod imports;
pub(crate) mod issuers;
pub(crate) mod members;
pub(crate) mod oauth;
pub(crate) mod oid4vci;
pub(crate) mod open_badges;
pub(crate) mod operator;
pub(crate) mod organizations;
pub(crate) mod own;
pub(crate) mod pages;
pub(crate) mod programmatic;
pub(crate) mod public;
pub(crate) mod public_badges;
pub(crate) mod recipients;
pub(crate) mod rsa_keys;
pub(crate) mod session;
pub(crate) mod signing_keys;
pub(crate) mod status;
pub(crate) mod tenant_keys;
pub(crate) mod vc_api;
pub(crate) mod verify_image;
pub(crate) mod webhooks;

use serde::Serialize;

use crate::domain::paging::Page;

/// Contract A's list: `{data, pagination: {limit, offset, total}}`.
#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
    pagination: Pagination,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    limit: i64,
    offset: i64,
    total: i64,
    /// Where the next page begins: for who asked by cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<Option<String>>,
}

impl<T> List<T> {
    /// A page out of a list that was read whole, which is short by its nature: the members of an organization, its keys.
    fn of_all(all: Vec<T>, page: Page) -> Self {
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let data = all.into_iter().skip(size(page.offset)).take(size(page.limit)).collect();
        Self::new(data, page, total)
    }

    fn new(data: Vec<T>, page: Page, total: i64) -> Self {
        Self { data, pagination: Pagination { limit: page.limit, offset: page.offset, total, next_cursor: None } }
    }

    /// The same with the place where the next page begins, or `null` after the last one.
    fn with_cursor(mut self, next: Option<String>) -> Self {
        self.pagination.next_cursor = Some(next);
        self
    }
}
