//! Work that waits in the queue: what a message says, and how it is done.
//!
//! The queue carries names only; what is to be done stands in the database, so a message that is lost, late or brought
//! twice does no harm: the clock asks again for what is due, and who comes second finds nothing to do.

use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::{Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder};

use crate::app::App;
use crate::bulk;
use crate::clock;
use crate::domain::ids::{DeliveryId, JobId, MailId, QueueJobId};
use crate::error::{Error, Result};
use crate::mail;
use crate::metrics::{self, Point};
use crate::queue;
use crate::webhooks;

/// Most messages of one batch (a limit of the platform).
const MAX_BATCH: usize = 100;
/// Longest wait that the queue takes (a limit of the platform).
const MAX_DELAY_SECONDS: i64 = 12 * 3600;
/// How long to wait when the database itself does not answer.
const AFTER_FAULT_SECONDS: i64 = 30;
/// How the queue's name ends that takes what could not be done.
const DEAD: &str = "-dead";

/// One piece of work. `v` tells later versions of the worker what an old message means.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub(crate) enum Job {
    /// Send a mail of the outbox.
    Mail {
        /// Which.
        id: MailId,
    },
    /// Tell a webhook of an event.
    Delivery {
        /// Which delivery.
        id: DeliveryId,
    },
    /// Issue rows of an upload.
    Rows {
        /// Which upload.
        id: JobId,
        /// The number of the first of them.
        first: i64,
    },
    /// Do what contract B's queue has accepted.
    Queued {
        /// Which job.
        id: QueueJobId,
    },
}

impl Job {
    /// What kind of work it is, as the message says.
    const fn name(self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Delivery { .. } => "delivery",
            Self::Rows { .. } => "rows",
            Self::Queued { .. } => "queued",
        }
    }
}

/// What came of a piece of work.
pub(crate) enum Outcome {
    /// It is done with.
    Done,
    /// It is to be tried again.
    Again {
        /// After so many seconds.
        seconds: i64,
    },
}

/// Puts work into the queue. What the queue does not take is left to the clock, so this never fails a request.
pub(crate) async fn post(env: &Env, jobs: &[Job]) {
    for chunk in jobs.chunks(MAX_BATCH) {
        if let Err(error) = send(env, chunk).await {
            worker::console_warn!(
                "{}",
                json!({ "event": "queue", "jobs": chunk.len(), "cause": format!("{error:?}") })
            );
        }
    }
}

async fn send(env: &Env, jobs: &[Job]) -> Result<()> {
    let failed = |error: worker::Error| Error::Internal(format!("the queue: {error}"));
    let texts: std::result::Result<Vec<String>, _> = jobs.iter().map(serde_json::to_string).collect();
    let texts = texts.map_err(|error| Error::Internal(error.to_string()))?;
    env.queue("JOBS").map_err(failed)?.send_batch(texts).await.map_err(failed)
}

/// Does the work of a batch, message by message: each is acknowledged or asked for again by itself.
pub(crate) async fn run(batch: MessageBatch<String>, env: &Env) {
    let is_dead = batch.queue().ends_with(DEAD);
    for message in batch.raw_iter() {
        let text = message.body().as_string().unwrap_or_default();
        let Ok(job) = serde_json::from_str::<Job>(&text) else {
            worker::console_error!("{}", json!({ "event": "queue", "cause": "a message that is no job" }));
            message.ack();
            continue;
        };
        if is_dead {
            // Its row still waits in the database, and the clock takes it up again: this is for the operator to see.
            worker::console_error!(
                "{}",
                json!({ "event": "queue", "cause": "a job was given up by the queue", "job": job })
            );
            message.ack();
            continue;
        }
        match App::of_job(env.clone()) {
            Err(error) => {
                worker::console_error!("{}", json!({ "event": "queue", "cause": format!("{error:?}") }));
                retry(&message, AFTER_FAULT_SECONDS);
            }
            Ok(app) => match measured(&app, job).await {
                Ok(Outcome::Done) => message.ack(),
                Ok(Outcome::Again { seconds }) => retry(&message, seconds),
                Err(error) => {
                    worker::console_error!(
                        "{}",
                        json!({ "event": "queue", "job": job, "cause": format!("{error:?}") })
                    );
                    retry(&message, AFTER_FAULT_SECONDS);
                }
            },
        }
    }
}

fn retry(message: &impl MessageExt, seconds: i64) {
    let seconds = u32::try_from(seconds.clamp(0, MAX_DELAY_SECONDS)).unwrap_or_default();
    message.retry_with_options(&QueueRetryOptionsBuilder::new().with_delay_seconds(seconds).build());
}

/// Does the work, and counts it.
async fn measured(app: &App, job: Job) -> Result<Outcome> {
    let began = clock::now();
    let result = perform(app, job).await;
    let outcome = match &result {
        Ok(Outcome::Done) => "done",
        Ok(Outcome::Again { .. }) => "again",
        Err(_) => "fault",
    };
    let millis = clock::now().unix_millis() - began.unix_millis();
    metrics::write(app.env(), &Point { organization: None, kind: "job", name: job.name(), outcome, millis });
    result
}

async fn perform(app: &App, job: Job) -> Result<Outcome> {
    match job {
        Job::Mail { id } => mail::deliver(app.env(), &app.config, &app.store, id).await,
        Job::Delivery { id } => webhooks::deliver(app, id).await,
        Job::Rows { id, first } => bulk::issue_rows(app, id, first).await,
        Job::Queued { id } => queue::run(app, id).await,
    }
}
