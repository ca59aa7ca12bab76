/** Asks every operation of the area `assertions` once, for openapi.test.mjs, and the DIDs beside it. */
export async function assertions({ ask, organization }) {
  const { slug, session } = organization;
  const { id } = (await organization.issue()).json;
  const ids = { tenant: slug, assertion: `${slug}:${id}` };
  const member = { token: session };
  const transition = "/v1/tenants/{tenant}/assertions/{assertion}/lifecycle/transition";
  await ask("POST", transition, ids, { ...member, json: { toState: "suspended", reasonCode: "other" } });
  await ask("POST", transition, ids, { ...member, json: { toState: "suspended", reasonCode: "other" } });
  await ask("GET", "/v1/tenants/{tenant}/assertions/{assertion}/lifecycle", ids, member);
  await ask("GET", "/v1/tenants/{tenant}/assertions", ids, member);
  const json = { badgeTemplateId: organization.badgeId, recipientIdentity: "https://learner.example/", recipientIdentityType: "url" };
  await ask("POST", "/v1/tenants/{tenant}/assertions/manual-issue", ids, { ...member, json });
  await ask("GET", "/v1/tenants/{tenant}/assertions/ledger-export.csv", ids, member);
  await ask("GET", "/badges/{assertion}", ids);
  await ask("GET", "/badges/{assertion}/verification", ids);
  await ask("POST", transition, ids, { ...member, json: { toState: "revoked", reasonCode: "other" } });
  await ask("POST", transition, ids, { ...member, json: { toState: "active", reasonCode: "other" }, status: 409 });
  await ask("GET", "/credentials/v1/{assertion}", ids);
  await ask("GET", "/credentials/v1/{assertion}/jsonld", ids);
  await ask("GET", "/credentials/v1/{assertion}/download", ids);
  await ask("GET", "/credentials/v1/status-lists/{tenant}/{purpose}", { ...ids, purpose: "revocation" });
  await ask("GET", "/{tenant}/did.json", ids);
  await ask("GET", "/.well-known/did.json");
  await ask("GET", "/.well-known/jwks.json");
}
