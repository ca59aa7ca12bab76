// The hosts of the npm package: each verifies items and answers with the reports' JSON, and how many signatures it was asked
// to check.

import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

/**
 * Runs in every host, so it is text that stands by itself. `items` hold bytes in base64url; documents that an item does not
 * hold are not to be had.
 */
async function verifyItems(verify, items) {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const answers = [];
  // Every signature check ends here: the package has no other cryptography.
  const subtle = Object.getPrototypeOf(globalThis.crypto.subtle);
  const original = subtle.verify;
  for (const { input, documents, policy, now } of items) {
    let checked = 0;
    subtle.verify = function count(...args) {
      checked += 1;
      return original.apply(this, args);
    };
    const fetch = async (url) => (Object.hasOwn(documents, url) ? new Response(bytes(documents[url])) : new Response(null, { status: 404 }));
    try {
      const report = await verify(bytes(input), { fetch, now, policy: JSON.parse(policy) });
      answers.push({ report: JSON.stringify(report), checked });
    } finally {
      subtle.verify = original;
    }
  }
  return answers;
}

export async function startNode({ entry }) {
  const { verify } = await import(entry);
  return { verify: (items) => verifyItems(verify, items), close() {} };
}

export async function startChromium({ folder }) {
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const path = /^\/package(\/[\w.-]+)$/.exec(request.url);
    if (path === null) return response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>");
    return response.setHeader("content-type", types[extname(path[1])]).end(readFileSync(join(folder, normalize(path[1]))));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}`);
  await page.evaluate(async (text) => {
    const { verify } = await import("/package/browser.js");
    globalThis.verifyItems = (0, eval)(`(${text})`).bind(null, verify);
  }, String(verifyItems));
  return {
    verify: (items) => page.evaluate((items) => globalThis.verifyItems(items), items),
    async close() {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

export async function startWorkerd({ user }) {
  Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1", WRANGLER_LOG_PATH: join(user, "logs") });
  const wrangler = createRequire(new URL("../../tools/package.json", import.meta.url)).resolve("wrangler");
  const { createTestHarness } = await import(pathToFileURL(wrangler));
  writeFileSync(
    join(user, "worker.js"),
    `import { verify } from "accolade-verifier";
     ${verifyItems}
     export default { fetch: async (request) => Response.json(await verifyItems(verify, await request.json())) };`,
  );
  writeFileSync(join(user, "wrangler.json"), JSON.stringify({ name: "parity", main: "worker.js", compatibility_date: "2026-01-01" }));
  const server = createTestHarness({ root: user, workers: [{ configPath: "./wrangler.json" }] });
  const { url } = await server.listen();
  return {
    async verify(items) {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(items) });
      if (!response.ok) throw new Error(`the worker answers ${response.status}: ${await response.text()}`);
      return response.json();
    },
    close: () => server.close(),
  };
}
