import { createServer } from "node:http";
import { once } from "node:events";

/** Starts a resolver on this machine that knows every record that it was told of: `{url, zone, close}`. */
export async function startResolver() {
  const zone = new Map();
  const server = createServer((request, response) => {
    const name = new URL(request.url, "http://resolver.test").searchParams.get("name");
    response.end(JSON.stringify({ Status: zone.has(name) ? 0 : 3, Answer: zone.has(name) ? [{ type: 16, data: zone.get(name) }] : [] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, zone, close: () => server.close() };
}

/** Asks every operation of the area `domains` once, for openapi.test.mjs. */
export async function domains({ ask, resolver, organization: { id, session } }) {
  const ids = { organization: id };
  const member = { token: session };
  const made = await ask("POST", "/api/organizations/{organization}/domains", ids, { ...member, json: { domain: "described.example" } });
  await ask("GET", "/api/organizations/{organization}/domains", ids, member);
  resolver.zone.set(made.record.name, made.record.value);
  await ask("POST", "/api/organizations/{organization}/domains/{domain}/verify", { ...ids, domain: made.id }, member);
  await ask("DELETE", "/api/organizations/{organization}/domains/{domain}", { ...ids, domain: made.id }, member);
}
