// The packed package in workerd, bundled as wrangler would: its entry there imports the module instead of compiling it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { NOW, installPackage, sample } from "./install.js";

const tools = createRequire(new URL("../../tools/package.json", import.meta.url));
const { build } = tools("esbuild");
const { Miniflare } = tools("miniflare");

const { user, folder } = installPackage();
const credential = sample("did-key.json");

const WORKER = `
  import { verify } from "accolade-verifier";
  export default {
    async fetch(request) {
      return Response.json(await verify(await request.text(), { now: "${NOW}" }));
    },
  };
`;

writeFileSync(join(user, "worker.js"), WORKER);
const { outputFiles } = await build({
  absWorkingDir: user,
  entryPoints: ["worker.js"],
  bundle: true,
  write: false,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  external: ["*.wasm"],
});
const worker = new Miniflare({
  modulesRoot: "/",
  modules: [
    { type: "ESModule", path: "/worker.js", contents: outputFiles[0].text },
    { type: "CompiledWasm", path: "/accolade_verifier_bg.wasm", contents: readFileSync(join(folder, "accolade_verifier_bg.wasm")) },
  ],
  compatibilityDate: "2026-01-01",
});
after(() => worker.dispose());

async function report(text) {
  const response = await worker.dispatchFetch("http://worker.test/", { method: "POST", body: text });
  return response.json();
}

test("an intact credential is verified in workerd", async () => {
  assert.equal((await report(credential)).outcome, "verified");
});

test("a changed claim is rejected in workerd", async () => {
  const { outcome, code } = await report(credential.replaceAll("Field Mapping", "Field Napping"));
  assert.deepEqual([outcome, code], ["rejected", "signature_invalid"]);
});

test("a document that can not be had leaves the outcome open in workerd", async () => {
  assert.equal((await report(sample("did-web.json"))).outcome, "indeterminate");
});
