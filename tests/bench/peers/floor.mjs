// The floor: two SHA-256 and one Ed25519, in the very wasm of the package.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

export async function prepare(sample) {
  const folder = process.env.ACCOLADE_FOLDER;
  const glue = await import(pathToFileURL(path.join(folder, "accolade_verifier.js")).href);
  glue.initSync({ module: readFileSync(path.join(folder, "accolade_verifier_bg.wasm")) });
  const material = JSON.parse(readFileSync(path.join(process.env.ACCOLADE_FLOOR, `${sample}.json`), "utf8"));
  const [proof, document] = [Buffer.from(material.proof), Buffer.from(material.document)];
  const [key, signature] = [Buffer.from(material.key, "hex"), Buffer.from(material.signature, "hex")];
  if (glue.__floor(proof, document, key, Buffer.alloc(64))) throw new Error("the floor takes any signature");
  return () => glue.__floor(proof, document, key, signature);
}
