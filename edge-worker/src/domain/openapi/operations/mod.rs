//! Every operation of the worker: what it is called, who may ask, what is sent and what comes back; a file for each area.

mod assertions;
mod badges;
mod credentials;
mod domains;
mod imports;
mod keys;
mod oauth;
mod open_badges;
mod organizations;
mod public;
mod sign_in;
mod tenants;
mod vc_api;
mod wallets;
mod webhooks;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Nobody,
    /// Holders of an API key with this scope.
    Key(&'static str),
    /// Whoever is signed in, as far as their role goes.
    Session,
    /// Holders of an access token with this scope of the Open Badges API.
    Token(&'static str),
    /// Clients of the Open Badges API.
    Client,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: &'static str,
    /// What it means.
    pub description: &'static str,
    /// The media type of its body.
    pub media: &'static str,
    /// The schema of its body; empty where there is none.
    pub schema: &'static str,
    /// Whether it is kept for who asks again under the same `Idempotency-Key`.
    pub is_idempotent: bool,
}

/// One method of one path.
#[derive(Debug)]
pub struct Operation {
    /// In lower case.
    pub method: &'static str,
    /// As the router writes it.
    pub path: &'static str,
    /// Its name in the document.
    pub id: &'static str,
    /// Under what it is listed.
    pub tag: &'static str,
    /// Who may ask.
    pub access: Access,
    /// What it is for.
    pub summary: &'static str,
    /// The parameters of its query, with their schemas.
    pub query: &'static [(&'static str, &'static str)],
    /// The media types of its body, with their schemas.
    pub body: &'static [(&'static str, &'static str)],
    /// What it answers when all is well.
    pub answers: &'static [Answer],
}

const JSON: &str = "application/json";

const fn answer(status: &'static str, description: &'static str, media: &'static str, schema: &'static str) -> Answer {
    Answer { status, description, media, schema, is_idempotent: false }
}

const fn done(schema: &'static str) -> Answer {
    answer("200", "Done", JSON, schema)
}

const fn nothing() -> Answer {
    answer("204", "Done", "", "")
}

const fn under_way(schema: &'static str) -> Answer {
    answer("202", "Under way", JSON, schema)
}

const fn made(schema: &'static str) -> Answer {
    Answer { is_idempotent: true, ..answer("201", "Made", JSON, schema) }
}

/// The operations of one area.
#[derive(Debug)]
pub struct Table {
    /// The schema of its refusals.
    pub refusal: &'static str,
    /// Its operations.
    pub operations: &'static [Operation],
    /// The schemas of what is sent, in the notation of `schemas`, where no other area uses them.
    pub requests: &'static [(&'static str, &'static str)],
    /// The schemas of what is answered, likewise.
    pub answers: &'static [(&'static str, &'static str)],
}

/// Every area.
pub const TABLES: &[Table] = &[
    sign_in::TABLE,
    organizations::TABLE,
    keys::TABLE,
    domains::TABLE,
    badges::TABLE,
    credentials::TABLE,
    webhooks::TABLE,
    public::TABLE,
    tenants::TABLE,
    vc_api::TABLE,
    wallets::OFFERS,
    wallets::TABLE,
    imports::TABLE,
    oauth::TABLE,
    open_badges::TABLE,
    assertions::TABLE,
];
