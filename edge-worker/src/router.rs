//! Every route on one screen.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, delete, get, patch, post, put};

use crate::access::{with_address_limit, with_api_key, with_key_or_address_limit, with_sign_in_limit};
use crate::error::in_form_of_area;
use crate::imsx;
use crate::observe::observe;
use crate::respond::{for_every_origin, preflight, preflight_post};
use crate::routes::{
    api_keys, assertions, badges, bulk, credentials, did_resolution, domains, embed, images, imports, issuers, members,
    oauth, oid4vci, open_badges, operator, organizations, own, pages, programmatic, public, public_badges, recipients,
    rsa_keys, session, signing_keys, status, tenant_keys, vc_api, verify_image, webhooks,
};

/// The routes. Handlers find the request's `App` among its extensions.
pub(crate) fn router() -> Router {
    let with_key = Router::new()
        .route("/api/v1/credentials", get(credentials::list).post(credentials::issue))
        .route("/api/v1/credentials/bulk", post(bulk::upload))
        .route("/api/v1/credentials/{credential}", get(credentials::show))
        .route("/api/v1/credentials/{credential}/resend", post(credentials::resend))
        .route("/api/v1/credentials/{credential}/revoke", post(credentials::revoke))
        .route("/api/v1/credentials/{credential}/suspend", post(credentials::suspend))
        .route("/api/v1/credentials/{credential}/reinstate", post(credentials::reinstate))
        .route("/api/v1/jobs/{job}", get(bulk::show))
        .route("/api/v1/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/api/v1/webhooks/{webhook}", get(webhooks::show).patch(webhooks::change).delete(webhooks::delete))
        .route("/api/v1/webhooks/{webhook}/rotate-secret", post(webhooks::rotate_secret))
        .route("/api/v1/webhooks/{webhook}/deliveries", get(webhooks::deliveries))
        .route("/api/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver", post(webhooks::redeliver))
        .route("/v1/programmatic/issue", post(programmatic::issue))
        .route("/v1/programmatic/revoke", post(programmatic::revoke))
        .route("/api/v1/badges", get(badges::list).post(badges::create_by_key))
        .route("/api/v1/badges/{badge}", get(badges::show).patch(badges::change_by_key).delete(badges::delete_by_key))
        .route("/api/v1/badges/{badge}/image", put(badges::set_image_by_key))
        .route("/credentials/issue", post(vc_api::issue))
        .route("/credentials/status", post(vc_api::change_status))
        .route_layer(from_fn(with_api_key));

    let with_key_or_session = Router::new()
        .route("/v1/programmatic/jobs", get(programmatic::jobs_in_state))
        .route("/v1/programmatic/jobs/{key}", get(programmatic::job))
        .route("/v1/programmatic/jobs/{key}/retry", post(programmatic::retry))
        .route_layer(from_fn(with_key_or_address_limit));

    let with_session = Router::new()
        .route("/api/auth/session", get(session::show))
        .route("/api/auth/refresh", post(session::refresh))
        .route("/api/auth/sign-out", post(session::end))
        .route("/api/organizations", get(organizations::list).post(organizations::create))
        .route("/api/organizations/{organization}", get(organizations::show).patch(organizations::change))
        .route("/api/organizations/{organization}/members", get(members::list))
        .route("/api/organizations/{organization}/members/{user}", patch(members::change).delete(members::remove))
        .route("/api/organizations/{organization}/invitations", get(members::invitations).post(members::invite))
        .route("/api/organizations/{organization}/invitations/{invitation}", delete(members::withdraw))
        .route("/api/organizations/{organization}/recipients/erase", post(recipients::erase))
        .route("/api/organizations/{organization}/domains", get(domains::list).post(domains::add))
        .route("/api/organizations/{organization}/domains/{domain}", delete(domains::delete))
        .route("/api/organizations/{organization}/domains/{domain}/verify", post(domains::verify))
        .route("/api/organizations/{organization}/signing-keys", get(signing_keys::list).post(signing_keys::create))
        .route("/api/organizations/{organization}/signing-keys/rotate", post(signing_keys::rotate))
        .route("/api/organizations/{organization}/signing-keys/{key}/revoke", post(signing_keys::revoke))
        .route("/api/organizations/{organization}/rsa-keys", post(rsa_keys::bring))
        .route("/api/organizations/{organization}/rsa-keys/{thumbprint}/retire", post(rsa_keys::retire))
        .route("/api/organizations/{organization}/api-keys", get(api_keys::list).post(api_keys::create))
        .route("/api/organizations/{organization}/api-keys/{key}", delete(api_keys::revoke))
        .route("/api/organizations/{organization}/badges", get(badges::list_for_members).post(badges::create))
        .route(
            "/api/organizations/{organization}/badges/{badge}",
            get(badges::show_to_members).patch(badges::change).delete(badges::delete),
        )
        .route("/api/organizations/{organization}/badges/{badge}/image", put(badges::set_image))
        .route("/api/organizations/{organization}/credentials", get(credentials::list_for_members))
        .route(
            "/api/organizations/{organization}/credentials/{credential}",
            get(credentials::show_to_members).delete(credentials::delete),
        )
        .route("/v1/tenants/{tenant}/assertions", get(assertions::list))
        .route("/v1/tenants/{tenant}/assertions/manual-issue", post(assertions::manual_issue))
        .route("/v1/tenants/{tenant}/assertions/ledger-export.csv", get(assertions::ledger))
        .route("/v1/tenants/{tenant}/assertions/{assertion}/lifecycle", get(assertions::show))
        .route("/v1/tenants/{tenant}/assertions/{assertion}/lifecycle/transition", post(assertions::transition))
        .route("/v1/tenants/{tenant}/api-keys", get(tenant_keys::list).post(tenant_keys::create))
        .route("/v1/tenants/{tenant}/api-keys/{key}/revoke", post(tenant_keys::revoke))
        .route("/api/invitations/{invitation}", get(members::show))
        .route("/api/invitations/{invitation}/accept", post(members::accept))
        .route("/api/operator/organizations", get(operator::list))
        .route("/api/operator/organizations/{organization}", patch(operator::review))
        .route("/api/operator/sealing", get(operator::sealing).post(operator::reseal))
        .route("/api/me/authorizations", get(oauth::grants))
        .route("/api/me/authorizations/{authorization}", delete(oauth::withdraw))
        .route("/api/me/imports", get(imports::list).post(imports::create))
        .route("/api/me/imports/{import}", get(imports::show).delete(imports::delete))
        .route("/api/me/imports/{import}/file", get(imports::file_of))
        .route("/api/me/credentials", get(own::list))
        .route("/api/me/credentials/{credential}", get(own::show).patch(own::change))
        .route("/api/me/credentials/{credential}/offer", post(oid4vci::offer))
        .route("/api/credentials/{credential}/claim", post(own::claim))
        .route("/api/credentials/verify-image", post(verify_image::verify_image))
        .route("/credentials/verify", post(vc_api::verify_credential))
        .route("/presentations/verify", post(vc_api::verify_presentation))
        .route_layer(from_fn(with_address_limit));

    let sign_in = Router::new()
        .route("/api/auth/bootstrap", post(session::bootstrap))
        .route("/api/auth/code", post(session::code))
        .route("/api/auth/session", post(session::create))
        .route_layer(from_fn(with_sign_in_limit));

    let resolver = Router::new()
        .route("/1.0/identifiers/{did}", open(get(did_resolution::resolve)))
        .route_layer(from_fn(with_address_limit))
        .route_layer(from_fn(for_every_origin));

    let wallets = Router::new()
        .route("/oid4vci/token", posted(post(oid4vci::token)))
        .route("/oid4vci/nonce", posted(post(oid4vci::nonce)))
        .route("/oid4vci/credential", posted(post(oid4vci::credential)))
        .route_layer(from_fn(with_address_limit))
        .route_layer(from_fn(for_every_origin));

    let documents = Router::new()
        .route("/api/verify/{credential}", open(get(public::verify)))
        .route("/api/embed/{credential}", get(embed::frame))
        .route("/api/oembed", open(get(embed::oembed)))
        .route("/api/credentials/{credential}/baked", open(get(public::baked)))
        .route("/credentials/{credential}", open(get(public::ob3)))
        .route("/credentials/{credential}/ob3", open(get(public::ob3)))
        .route("/issuers/{organization}", open(get(issuers::profile)))
        .route("/issuers/{organization}/did.json", open(get(issuers::did_document)))
        .route("/issuers/{organization}/keys", open(get(issuers::keys)))
        .route("/issuers/{organization}/achievements", open(get(issuers::achievements)))
        .route("/achievements/{organization}/{badge}", open(get(issuers::achievement)))
        .route("/{tenant}/did.json", open(get(issuers::tenant_did_document)))
        .route("/.well-known/did.json", open(get(issuers::root_did_document)))
        .route("/.well-known/jwks.json", open(get(issuers::root_jwks)))
        .route("/badges/{assertion}", open(get(public_badges::page)))
        .route("/badges/{assertion}/verification", open(get(public_badges::verify)))
        .route("/credentials/v1/{assertion}", open(get(public_badges::page)))
        .route("/credentials/v1/{assertion}/jsonld", open(get(public_badges::jsonld)))
        .route("/credentials/v1/{assertion}/download", open(get(public_badges::download)))
        .route("/credentials/v1/status-lists/{tenant}/{purpose}", open(get(public_badges::status_list)))
        .route("/o/{organization}", get(issuers::organization))
        .route("/images/{file}", open(get(images::show)))
        .route("/status/{list}", open(get(status::show)))
        .route("/.well-known/openid-credential-issuer", open(get(oid4vci::issuer_metadata)))
        .route("/.well-known/oauth-authorization-server/oid4vci", open(get(oid4vci::server_metadata)))
        .route("/openapi.json", open(get(pages::openapi)))
        .route("/ims/ob/v3p0/discovery", open(get(open_badges::discovery)))
        .route("/.well-known/oauth-authorization-server/ims/ob/v3p0/oauth", open(get(oauth::metadata)))
        .route_layer(from_fn(for_every_origin));

    let open_badges = Router::new()
        .route("/ims/ob/v3p0/credentials", get(open_badges::credentials).post(open_badges::upsert))
        .route("/ims/ob/v3p0/profile", get(open_badges::profile).put(open_badges::put_profile))
        .method_not_allowed_fallback(imsx::method_not_allowed);

    // What limits these stands in the handlers: a refusal has OAuth's form.
    let oauth = Router::new()
        .route("/ims/ob/v3p0/oauth/register", post(oauth::register))
        .route("/ims/ob/v3p0/oauth/authorize", get(oauth::page).post(oauth::decide))
        .route("/ims/ob/v3p0/oauth/request", get(oauth::describe))
        .route("/ims/ob/v3p0/oauth/token", post(oauth::token))
        .route("/ims/ob/v3p0/oauth/revoke", post(oauth::revoke))
        .method_not_allowed_fallback(oauth::method_not_allowed);

    let pages = Router::new()
        .route("/healthz", get(pages::health))
        .route("/docs", get(pages::docs))
        .route("/verify-lookup", get(pages::index))
        .route("/account", get(pages::account))
        .route("/claim/{credential}", get(pages::account))
        .route("/invitations/{invitation}", get(pages::account))
        .route("/verify/{credential}", get(pages::credential))
        .route("/", get(pages::index));

    Router::new()
        .merge(with_key)
        .merge(with_key_or_session)
        .merge(with_session)
        .merge(sign_in)
        .merge(resolver)
        .merge(wallets)
        .merge(documents)
        .merge(open_badges)
        .merge(oauth)
        .merge(pages)
        .fallback(pages::other)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .layer(from_fn(in_form_of_area))
        .layer(from_fn(observe))
}

/// A route of which scripts of every origin may ask whether they may read it.
fn open(route: MethodRouter) -> MethodRouter {
    route.options(preflight)
}

/// A route to which scripts of every origin may post.
fn posted(route: MethodRouter) -> MethodRouter {
    route.options(preflight_post)
}
