/** Asks every operation of the area `tenants` once, for openapi.test.mjs. */
export async function tenants({ ask, organization: { slug, session } }) {
  const ids = { tenant: slug };
  const member = { token: session };
  const made = await ask("POST", "/v1/tenants/{tenant}/api-keys", ids, { ...member, json: { label: "x", expiresAt: "2999-01-01T00:00:00Z" } });
  await ask("GET", "/v1/tenants/{tenant}/api-keys", ids, member);
  await ask("POST", "/v1/tenants/{tenant}/api-keys/{key}/revoke", { ...ids, key: made.key.id }, member);
}
