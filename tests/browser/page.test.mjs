// The verification page in Chromium, served by the built worker: the verdict is the browser's own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, ROOT, startWorker } from "../e2e/harness.mjs";
import { drop, openPage, screenshot, startBrowser, verdict } from "./browser.mjs";

const { bake } = await import(installPackage().entry);

let server;
let browser;
let organization;
let credential;
let text;
let baked;

before(async () => {
  // Under a local origin the issuer's DID is its key, so that nothing beyond this machine is asked for; and the status
  // lists are this server's own.
  server = await startWorker({ vars: { PUBLIC_ORIGIN: "" } });
  browser = await startBrowser();
  organization = await newOrganization(server);
  const badge = await organization.badge({
    name: "Map and Compass",
    description: "Finds a way across unmarked country with a map and a compass, by day and by night.",
    criteria: { narrative: "Three routes of ten kilometres, one of them at night." },
  });
  await server.request("PUT", `${organization.path}/badges/${badge.id}/image`, {
    token: organization.session,
    body: readFileSync(join(ROOT, "web/demo/badge.png")),
    type: "image/png",
  });
  credential = expectStatus(await organization.issue({ badgeId: badge.id }), 201).json;
  text = expectStatus(await server.request("GET", `/credentials/${credential.id}/ob3`), 200).text;
  baked = expectStatus(await server.request("GET", `/api/credentials/${credential.id}/baked`), 200).bytes;
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens a path of the worker, hands it to `use`, and asserts that nothing went wrong in the page. */
async function visit(path, use, options) {
  const page = await openPage(browser, options);
  try {
    await page.goto(new URL(path, server.url).href);
    await use(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

/** The signed document with one byte of the achievement's name changed. */
const tampered = () => {
  const changed = text.replace(/("achievement":.*"name":"Map and Compas)s/, "$1z");
  assert.notEqual(changed, text);
  return changed;
};

test("a frame for other people's pages verifies the badge as its page does", async () => {
  await visit(`/api/embed/${credential.credentialId}`, (page) => page.waitForSelector('open-badge-verifier .verifier[data-state="verified"]'));
});

test("a badge that was issued here is found by its code", async () => {
  await visit("/verify-lookup", async (page) => {
    await page.click(".intake summary");
    await page.fill("#text", credential.credentialId.toLowerCase());
    await page.click("#text-form button");
    await page.waitForSelector('body[data-state="verified"]');
  });
});

test("the page of an issued credential says that it is verified", () =>
  visit(`/verify/${credential.credentialId}`, async (page) => {
    const { state, codes, text: shown } = await verdict(page);
    assert.equal(state, "verified");
    assert.equal(codes.proof, "signature_valid");
    assert.equal(codes.issuer, "issuer_authenticated");
    assert.equal(Object.keys(codes).length, 10);
    assert.match(shown, /Map and Compass/);
    await page.waitForFunction(() => [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0));
    await screenshot(page, "verified");
  }));

test("the page is the same under the credential's UUID", () =>
  visit(`/verify/${credential.id}`, async (page) => assert.equal((await verdict(page)).state, "verified")));

test("the page is the same under the addresses of contract B", async () => {
  for (const area of ["badges", "credentials/v1"]) {
    for (const name of [`${organization.slug}:${credential.id}`, `${organization.slug}%3A${credential.id}`, credential.credentialId]) {
      await visit(`/${area}/${name}`, async (page) => assert.equal((await verdict(page)).state, "verified", name));
    }
  }
});

test("a private credential has no verdict for a stranger, and its page says why", async () => {
  const { id } = expectStatus(await organization.issue({ isPublic: false }), 201).json;
  const page = await openPage(browser);
  const answer = await page.goto(new URL(`/badges/${organization.slug}:${id}`, server.url).href);
  assert.equal(answer.status(), 403);
  assert.equal((await verdict(page)).state, "fault");
  await screenshot(page, "private");
  await page.context().close();
});

test("the browser verifies by itself: it asks for the document and not for a verdict", () =>
  visit(`/verify/${credential.credentialId}`, async (page) => {
    assert.equal((await verdict(page)).state, "verified");
    assert.ok(page.requested.every((url) => !url.includes("/api/verify/")), page.requested.join(" "));
    assert.ok(page.requested.every((url) => /^(blob|data):/.test(url) || new URL(url).origin === server.url.origin));
  }));

test("the page of a credential says suspended, verified again, and revoked, as its issuer does", async () => {
  const { id } = expectStatus(await organization.issue(), 201).json;
  for (const [action, state, code] of [
    ["suspend", "rejected", "suspended"],
    ["reinstate", "verified", "not_revoked"],
    ["revoke", "rejected", "revoked"],
  ]) {
    const path = `/api/v1/credentials/${id}/${action}`;
    expectStatus(await server.request("POST", path, { token: organization.apiKey, json: { reason: "for a test" } }), 200);
    await visit(`/verify/${id}`, async (page) => {
      const shown = await verdict(page);
      assert.deepEqual([shown.state, shown.codes.status], [state, code]);
      if (action === "revoke") await screenshot(page, "revoked");
    });
  }
});

test("a baked image that is dropped on the page is verified", () =>
  visit("/", async (page) => {
    await drop(page, baked);
    assert.equal((await verdict(page)).state, "verified");
    await screenshot(page, "dropped-verified");
  }));

test("a signed document that is dropped on the page is verified", () =>
  visit("/", async (page) => {
    await drop(page, Buffer.from(text));
    assert.equal((await verdict(page)).state, "verified");
  }));

test("one changed byte in a claim is rejected, in the image and in the document", () =>
  visit("/", async (page) => {
    for (const bytes of [await bake(baked, tampered()), Buffer.from(tampered())]) {
      await drop(page, bytes);
      const { state, codes } = await verdict(page);
      assert.equal(state, "rejected");
      assert.equal(codes.proof, "signature_invalid");
      if (bytes[0] === 0x89) await screenshot(page, "dropped-tampered");
    }
  }));

test("a later badge's verdict replaces an earlier one's", () =>
  visit("/", async (page) => {
    for (const [bytes, expected] of [[baked, "verified"], [Buffer.from(tampered()), "rejected"], [Buffer.from(text), "verified"]]) {
      await drop(page, bytes);
      assert.equal((await verdict(page)).state, expected);
    }
  }));

test("a chosen file is verified", () =>
  visit("/", async (page) => {
    await page.setInputFiles("#file", { name: "badge.png", mimeType: "image/png", buffer: Buffer.from(baked) });
    assert.equal((await verdict(page)).state, "verified");
  }));

test("what is no badge is rejected and never verified", () =>
  visit("/", async (page) => {
    for (const bytes of [Buffer.from("hello"), Buffer.from("{}"), Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(0)]) {
      await drop(page, bytes);
      assert.equal((await verdict(page)).state, "rejected");
    }
  }));

test("markup in a claim is shown as text", async () => {
  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await visit("/", async (page) => {
    const claims = JSON.parse(text);
    claims.credentialSubject.achievement.name = markup;
    await drop(page, Buffer.from(JSON.stringify(claims)));
    const { state, text: shown } = await verdict(page);
    assert.equal(state, "rejected");
    assert.ok(shown.includes(markup));
    assert.equal(await page.evaluate(() => document.querySelectorAll("main script, main img[src='x']").length), 0);
  });
});

test("a script that finds its way into the page does not run", async () => {
  const page = await openPage(browser);
  await page.goto(new URL("/", server.url).href);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
  });
  await page.waitForFunction(() => true);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.ok(page.faults.some((fault) => fault.includes("script-src")), page.faults.join("\n"));
  await page.context().close();
});

test("a credential that does not exist has no verdict", async () => {
  const page = await openPage(browser);
  await page.goto(new URL("/verify/CRD-AAAAAAAA", server.url).href);
  assert.equal((await verdict(page)).state, "fault");
  await screenshot(page, "not-found");
  await page.context().close();
});

test("on a small screen in the dark nothing is wider than the screen", () =>
  visit(
    `/verify/${credential.credentialId}`,
    async (page) => {
      assert.equal((await verdict(page)).state, "verified");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await screenshot(page, "verified-small-dark");
    },
    { viewport: { width: 360, height: 740 }, colorScheme: "dark" },
  ));
