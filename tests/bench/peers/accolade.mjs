// Ours: the packed package, installed as a user would.

import { credential, now } from "../samples.mjs";

export async function prepare(sample) {
  const { verify } = await import(process.env.ACCOLADE_ENTRY);
  const text = credential(sample);
  const options = { now, policy: { status: "ignore" }, fetch: async () => new Response(null, { status: 404 }) };
  return async () => (await verify(text, options)).outcome === "verified";
}
