import { reached } from "../queue.mjs";

/** Asks every operation of the area `tenants` once, for openapi.test.mjs. */
export async function tenants({ ask, organization, server }) {
  const { slug, session, apiKey, badgeId } = organization;
  const ids = { tenant: slug };
  const member = { token: session };
  const made = await ask("POST", "/v1/tenants/{tenant}/api-keys", ids, { ...member, json: { label: "x", expiresAt: "2999-01-01T00:00:00Z" } });
  await ask("GET", "/v1/tenants/{tenant}/api-keys", ids, member);
  await ask("POST", "/v1/tenants/{tenant}/api-keys/{key}/revoke", { ...ids, key: made.key.id }, member);

  const key = { headers: { "x-api-key": apiKey } };
  const recipient = { recipientIdentity: "did:example:described", recipientIdentityType: "did" };
  const issue = { tenantId: slug, badgeTemplateId: badgeId, ...recipient, idempotencyKey: "described" };
  const { assertionId } = await ask("POST", "/v1/programmatic/issue", {}, { ...key, json: issue });
  await ask("POST", "/v1/programmatic/revoke", {}, { ...key, json: { tenantId: slug, assertionId, reason: "x", idempotencyKey: "revoked" } });
  const job = { key: "revoked" };
  await ask("GET", `/v1/programmatic/jobs/{key}?tenantId=${slug}`, job, key);
  await reached(server, organization, job.key);
  await server.bindings.DB.prepare("UPDATE queue_job SET state = 'failed', ended_at = 1, reason = 'x' WHERE idempotency_key = ?").bind(job.key).run();
  const { jobs } = await ask("GET", `/v1/programmatic/jobs?tenantId=${slug}`, {}, member);
  if (jobs.length !== 1) throw new Error(`there are ${jobs.length} failed jobs`);
  await ask("POST", `/v1/programmatic/jobs/{key}/retry?tenantId=${slug}`, job, member);
}
