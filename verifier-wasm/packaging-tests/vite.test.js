// The packed package in an application that Vite builds, and that Vite serves while it is being written.

import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build, createServer } from "vite";
import { openPage, serveFolder } from "./chromium.js";
import { NOW, installPackage, sample } from "./install.js";

const { user } = installPackage();
writeFileSync(join(user, "index.html"), '<!doctype html><title>app</title><script type="module" src="/main.js"></script>');
writeFileSync(join(user, "main.js"), 'import { verify } from "accolade-verifier";\nwindow.verify = verify;\n');

const credential = sample("did-key.json");

async function verdictsIn(page) {
  await page.waitForFunction(() => window.verify !== undefined);
  const verdict = (text) =>
    page.evaluate(async ([text, now]) => {
      const { outcome, code } = await window.verify(text, { now });
      return [outcome, code];
    }, [text, NOW]);
  return [await verdict(credential), await verdict(credential.replaceAll("Field Mapping", "Field Napping"))];
}

const EXPECTED = [["verified", "verified"], ["rejected", "signature_invalid"]];

test("an application built by Vite verifies, with the module as a file of its own", async () => {
  await build({ root: user, logLevel: "error" });
  const assets = readdirSync(join(user, "dist/assets"));
  assert.deepEqual(assets.filter((name) => name.endsWith(".wasm")).length, 1, assets.join(" "));
  const page = await openPage();
  await page.goto(await serveFolder(join(user, "dist")));
  assert.deepEqual(await verdictsIn(page), EXPECTED);
});

test("an application served by Vite verifies", async () => {
  const server = await createServer({ root: user, logLevel: "error", server: { port: 0, host: "127.0.0.1" } });
  after(() => server.close());
  await server.listen();
  const page = await openPage();
  await page.goto(`http://127.0.0.1:${server.httpServer.address().port}`);
  assert.deepEqual(await verdictsIn(page), EXPECTED);
});
