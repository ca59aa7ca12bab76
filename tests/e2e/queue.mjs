// Jobs of contract B's queue, as whoever waits for them asks.

import { setTimeout as sleep } from "node:timers/promises";

import { expectStatus } from "./harness.mjs";

const PATIENCE_MS = 60_000;

/** Asks how the job under an idempotency key goes. */
export function job(server, { slug, apiKey }, key) {
  return server.request("GET", `/v1/programmatic/jobs/${encodeURIComponent(key)}?tenantId=${slug}`, { headers: { "x-api-key": apiKey } });
}

/** The job under an idempotency key, once it is in one of these states. */
export async function reached(server, organization, key, states = ["completed", "failed"]) {
  for (const patience = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const { json } = expectStatus(await job(server, organization, key), 200);
    if (states.includes(json.state)) return json;
    if (Date.now() > patience) throw new Error(`the job is ${JSON.stringify(json)}`);
  }
}

/** The UUID of an assertion's credential. */
export const uuidOf = (assertionId) => assertionId.split(":").at(-1);
