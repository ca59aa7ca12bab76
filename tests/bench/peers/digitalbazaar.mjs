// @digitalbazaar/vc, with contexts in memory that it may keep processed.

import * as digitalBazaar from "../../lib/digitalbazaar.mjs";
import { credential, now } from "../samples.mjs";

export async function prepare(sample) {
  const text = credential(sample);
  return async () => (await digitalBazaar.verify(JSON.parse(text), { now })).verified;
}
