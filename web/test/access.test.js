// What axe, an automatic judge of accessibility, says of the page and of the element: nothing, in any outcome.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fromTests, hostPage, openPage, serve, startBrowser } from "./browser.mjs";

const axe = readFileSync(fromTests.resolve("axe-core/axe.min.js"), "utf8");
const SCHEME = ":root { color-scheme: light dark; } h1 { font: 600 2rem sans-serif; } @media (prefers-color-scheme: dark) { body { background: #000; color: #fff; } }";
const server = await serve({ "/host.css": { type: "text/css", body: SCHEME } });
const browser = await startBrowser();
after(async () => {
  await browser.close();
  server.close();
});

const VIEWS = [
  { width: 1280, height: 900, colorScheme: "light" },
  { width: 1280, height: 900, colorScheme: "dark" },
  { width: 360, height: 740, colorScheme: "light" },
  { width: 360, height: 740, colorScheme: "dark" },
];

const element = (attributes) => hostPage(server.origin, `<open-badge-verifier ${attributes}>My badge</open-badge-verifier>`);
const CREDENTIALS = { verified: "genuine", rejected: "changed", indeterminate: "unresolvable", fault: "nothing" };
const PAGES = [
  ["the page", "welcome", `${server.origin}/`],
  ["the element", "welcome", element("")],
  ...Object.entries(CREDENTIALS).flatMap(([state, credential]) => [
    ["the page", state, `${server.origin}/verify/${credential}`],
    ["the element", state, element(`src="/credentials/${credential}/ob3"`)],
  ]),
  ["the small element", "verified", element('src="/credentials/genuine/ob3" compact')],
  ["the page after a comparison", "verified", `${server.origin}/verify/genuine`, "ada@example.org"],
  ["the element's own page", "verified", `${server.origin}/element.html`],
];

for (const [what, state, address, known] of PAGES) {
  test(`${what}, ${state}: axe finds nothing, wide and narrow, light and dark`, async (context) => {
    const page = await openPage(context, browser, address);
    await page.waitForSelector(`[data-state="${state}"]`);
    if (address.includes("/verify/") || address.endsWith("/")) await page.waitForSelector("#file", { state: "attached" });
    // Everything that can be opened is looked at too.
    for (const details of await page.locator("details").all()) await details.evaluate((node) => (node.open = true));
    if (known !== undefined) {
      await page.fill("#known", known);
      await page.click(".compare button");
      await page.waitForSelector(".compared");
    }
    await page.evaluate(axe);
    for (const { width, height, colorScheme } of VIEWS) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      const { violations, passes } = await page.evaluate(() => window.axe.run(document));
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary}`).join("; ")}`);
      assert.deepEqual(found, [], `${width} ${colorScheme}`);
      assert.ok(passes.some(({ id }) => id === "color-contrast"));
    }
  });
}
