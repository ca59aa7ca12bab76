//! What a handler works with: the settings, the bindings, the time and the origin of one request.

use std::cell::OnceCell;
use std::sync::Arc;

use ob3_core::DateTime;
use worker::{Env, Fetcher};

use crate::clock;
use crate::config::{Config, Fault};
use crate::domain::origin::Origin;
use crate::error::{Error, Result};
use crate::store::Store;

/// One request's view of the deployment.
#[derive(Clone)]
pub(crate) struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// Records and documents.
    pub store: Arc<Store>,
    /// The origin of published addresses.
    pub origin: Origin,
    /// When the request came.
    pub now: DateTime,
    env: Env,
}

thread_local! {
    /// The settings of this isolate: they do not change while it lives.
    static CONFIG: OnceCell<Arc<Config>> = const { OnceCell::new() };
}

impl App {
    /// The view of a request to this URI.
    pub(crate) fn new(env: Env, uri: &axum::http::Uri) -> Result<Self> {
        let config = config(&env)?;
        let origin = match &config.public_origin {
            Some(origin) => origin.clone(),
            None => origin_of(uri).ok_or_else(|| Error::Internal("the request has no origin".into()))?,
        };
        let store = Arc::new(Store::new(&env)?);
        Ok(Self { config, store, origin, now: clock::now(), env })
    }

    /// The view of work that no request asks for at that moment. Its origin is the deployment's; without one it is of no
    /// use, and whatever needs an origin has stored the one of the request that it came from.
    pub(crate) fn of_job(env: Env) -> Result<Self> {
        let config = config(&env)?;
        let nowhere = || Origin::parse("http://localhost").ok_or_else(|| Error::Internal("no origin".into()));
        let origin = config.public_origin.clone().map_or_else(nowhere, Ok)?;
        let store = Arc::new(Store::new(&env)?);
        Ok(Self { config, store, origin, now: clock::now(), env })
    }

    /// The same view under another origin.
    pub(crate) fn under(&self, origin: Origin) -> Self {
        Self { origin, ..self.clone() }
    }

    /// The bindings.
    pub(crate) const fn env(&self) -> &Env {
        &self.env
    }

    /// The pages.
    pub(crate) fn assets(&self) -> Result<Fetcher> {
        self.env.assets("ASSETS").map_err(|error| Error::Internal(format!("no pages: {error}")))
    }
}

fn config(env: &Env) -> Result<Arc<Config>> {
    if let Some(config) = CONFIG.with(|cell| cell.get().cloned()) {
        return Ok(config);
    }
    let config = Config::read(|name| env.var(name).ok().map(|value| value.to_string())).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
        Error::Internal(format!("the settings are faulty: {}", faults.join("; ")))
    })?;
    Ok(CONFIG.with(|cell| cell.get_or_init(|| Arc::new(config)).clone()))
}

fn origin_of(uri: &axum::http::Uri) -> Option<Origin> {
    Origin::parse(&format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}
