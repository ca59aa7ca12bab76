// A headless Chromium, and pages that remember everything that went wrong in them.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { ROOT } from "../e2e/harness.mjs";

const SCREENSHOTS = join(ROOT, ".local/screenshots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = [
  { width: 1100, height: 900, colorScheme: "light" },
  { width: 360, height: 740, colorScheme: "dark" },
];

/** Starts Chromium. The sandbox is off: it does not start as root, and nothing but this project's pages is opened. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/**
 * Opens a page in a context of its own. `page.faults` collects console errors, uncaught errors and violations of the
 * content security policy; `page.requested` every address that was asked for.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.faults = [];
  page.requested = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") page.faults.push(message.text());
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("request", (request) => page.requested.push(request.url()));
  await page.exposeFunction("reportViolation", (text) => page.faults.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.effectiveDirective} blocked ${event.blockedURI}`);
    });
  });
  return page;
}

/** The page's verdict once it has one: the state that it shows, and each check's code by name. */
export async function verdict(page) {
  await page.waitForFunction(() => !["busy", "welcome"].includes(document.body.dataset.state));
  return page.evaluate(() => ({
    state: document.body.dataset.state,
    codes: Object.fromEntries([...document.querySelectorAll("[data-check]")].map((row) => [row.dataset.check, row.dataset.code])),
    headline: document.querySelector("h1").textContent,
    text: document.body.innerText,
  }));
}

/** Drops a file on the page as a hand would, without its name or type telling what it is. */
export async function drop(page, bytes, name = "file") {
  const transfer = await page.evaluateHandle(
    ([encoded, name]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
      return transfer;
    },
    [Buffer.from(bytes).toString("base64"), name],
  );
  // The verdict that stands must not be taken for the one that is waited for.
  await page.evaluate(() => (document.body.dataset.state = "busy"));
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
}

/** Keeps a picture of the page for people to look at. */
export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** Axe finds nothing, wide and narrow, light and dark, and nothing is wider than the screen. */
export async function inspect(page, name) {
  await page.evaluate(axe);
  for (const { width, height, colorScheme } of VIEWS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => window.axe.run(document));
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`), [], `${width} ${colorScheme}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${width}`);
    await screenshot(page, `${name}-${width}-${colorScheme}`);
  }
  await page.setViewportSize(VIEWS[0]);
}
