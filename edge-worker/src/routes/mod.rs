//! Handlers: extract, ask the domain and the store, respond.

pub(crate) mod api_keys;
pub(crate) mod badges;
pub(crate) mod credentials;
pub(crate) mod images;
pub(crate) mod issuers;
pub(crate) mod members;
pub(crate) mod operator;
pub(crate) mod organizations;
pub(crate) mod own;
pub(crate) mod pages;
pub(crate) mod public;
pub(crate) mod session;
pub(crate) mod signing_keys;
pub(crate) mod status;

use serde::Serialize;

use crate::domain::paging::Page;

/// Contract A's list: `{data, pagination: {limit, offset, total}}`.
#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
    pagination: Pagination,
}

#[derive(Serialize)]
struct Pagination {
    limit: i64,
    offset: i64,
    total: i64,
}

impl<T> List<T> {
    fn new(data: Vec<T>, page: Page, total: i64) -> Self {
        Self { data, pagination: Pagination { limit: page.limit, offset: page.offset, total } }
    }
}
