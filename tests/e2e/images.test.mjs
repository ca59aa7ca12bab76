// Images of badges: what is taken, what it is served as and baked into, and what is refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, startWorker } from "./harness.mjs";
import { ANIMATED_WEBP, JPEG, svg, TURNED_JPEG, WEBP } from "./pictures.mjs";
import { described, png } from "./png.mjs";
import { assertError } from "./shapes.mjs";

let server;
let organization;
let badge;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server);
  badge = await organization.badge({ name: "Pictured", slug: "pictured" });
});
after(() => server?.close());

const put = (body, type, id = badge.id) => server.request("PUT", `/api/v1/badges/${id}/image`, { token: organization.apiKey, body, type });
const get = (url) => server.request("GET", new URL(url).pathname);

/** Issues the badge, and gives what its baked image is and what the verifier makes of it. */
async function baked() {
  const { id } = expectStatus(await organization.issue({ badgeId: badge.id }), 201).json;
  const image = expectStatus(await server.request("GET", `/api/credentials/${id}/baked`), 200);
  const form = new FormData();
  form.append("image", new Blob([image.bytes]), "badge");
  const sent = new Response(form);
  const body = Buffer.from(await sent.arrayBuffer());
  const verified = await server.request("POST", "/api/credentials/verify-image", { body, type: sent.headers.get("content-type") });
  const signed = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200).json;
  return { image, signed, verified: expectStatus(verified, 200).json };
}

test("an SVG stays one: it is served by itself under a policy that lets it do nothing, and credentials are baked into it", async () => {
  const bytes = svg("<style>.a{fill:url(#g)}</style><linearGradient id='g'/><rect class='a' width='24' height='16'/>");
  const { imageUrl } = expectStatus(await put(bytes, "image/svg+xml"), 200).json;
  assert.match(imageUrl, /\/images\/[0-9a-f]{64}\.svg$/);
  const served = expectStatus(await get(imageUrl), 200);
  assert.equal(served.headers.get("content-type"), "image/svg+xml");
  assert.match(served.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
  assert.equal(served.headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(Buffer.from(served.bytes), bytes);
  const { image, signed, verified } = await baked();
  assert.equal(image.headers.get("content-type"), "image/svg+xml");
  assert.match(image.headers.get("content-security-policy"), /sandbox/);
  assert.match(image.headers.get("content-disposition"), /\.svg"$/);
  assert.match(image.text, /^<svg [^>]*><openbadges:credential/);
  assert.equal(signed.image.id, imageUrl);
  assert.equal(verified.verification.outcome, "verified");
  assertError(await get(imageUrl.replace(".svg", ".png")), 404, "NOT_FOUND");
});

for (const [what, bytes, type, width, height] of [
  ["a JPEG", JPEG, "image/jpeg", 24, 16],
  ["a WebP", WEBP, "image/webp", 24, 16],
  ["a JPEG with Exif data", TURNED_JPEG, "image/jpeg", 16, 24],
]) {
  test(`${what} becomes a PNG of its pixels as they are seen, with nothing else in it, and credentials are baked into that`, async () => {
    const { imageUrl } = expectStatus(await put(bytes, type), 200).json;
    assert.match(imageUrl, /\/images\/[0-9a-f]{64}\.png$/);
    const served = expectStatus(await get(imageUrl), 200);
    assert.equal(served.headers.get("content-type"), "image/png");
    assert.deepEqual(described(served.bytes), { names: ["IHDR", "IDAT", "IEND"], width, height, colour: 2 });
    const { image, signed, verified } = await baked();
    assert.equal(image.headers.get("content-type"), "image/png");
    assert.deepEqual(described(image.bytes).names, ["IHDR", "iTXt", "IDAT", "IEND"]);
    assert.equal(signed.image.id, imageUrl);
    assert.equal(verified.verification.outcome, "verified");
  });
}

test("the same JPEG is the same image", async () => {
  const [one, other] = [await put(JPEG, "image/jpeg"), await put(JPEG, "image/jpeg")].map((answer) => expectStatus(answer, 200).json);
  assert.equal(one.imageUrl, other.imageUrl);
});

/** A JPEG whose header says another size (ITU-T T.81 §B.2.2). */
function sized(width, height) {
  const bytes = Buffer.from(JPEG);
  const header = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(height, header + 5);
  bytes.writeUInt16BE(width, header + 7);
  return bytes;
}

test("a badge that changes its kind of image keeps the old one for what was issued", async () => {
  const own = await organization.badge({ name: "Changing", slug: "kinds" });
  const { id } = expectStatus(await organization.issue({ badgeId: own.id }), 201).json;
  expectStatus(await put(svg(), "image/svg+xml", own.id), 200);
  const before = expectStatus(await server.request("GET", `/api/credentials/${id}/baked`), 200);
  assert.equal(before.headers.get("content-type"), "image/png");
});

for (const [what, bytes, type, status] of [
  ["half a JPEG", JPEG.subarray(0, -20), "image/jpeg", 400],
  ["half a WebP", WEBP.subarray(0, -20), "image/webp", 400],
  ["a JPEG of four gigapixels", sized(65_535, 65_535), "image/jpeg", 400],
  ["a JPEG that says more pixels than it has", sized(2048, 2048), "image/jpeg", 400],
  ["an animated WebP", ANIMATED_WEBP, "image/webp", 400],
  ["a WebP that is called a JPEG", WEBP, "image/jpeg", 415],
  ["a JPEG that is called a PNG", JPEG, "image/png", 415],
  ["a WebP that is called an SVG", WEBP, "image/svg+xml", 415],
  ["a PNG that is called an SVG", png(), "image/svg+xml", 415],
  ["an SVG that is called a PNG", svg(), "image/png", 415],
  ["a GIF", Buffer.from("GIF89a\x01\x00\x01\x00\x00\x00\x00;", "latin1"), "image/gif", 415],
  ["half an SVG", svg().subarray(0, -6), "image/svg+xml", 400],
  ["HTML", Buffer.from("<html><script>alert(1)</script></html>"), "image/svg+xml", 400],
  ["an SVG with a script", svg("<script>alert(1)</script>"), "image/svg+xml", 400],
  ["an SVG with a handler", svg("<circle r='3' onload='alert(1)'/>"), "image/svg+xml", 400],
  ["an SVG that loads a picture", svg("<image href='https://example.com/a.png'/>"), "image/svg+xml", 400],
  ["an SVG whose style loads something", svg("<style>@import url(https://example.com/a.css)</style>"), "image/svg+xml", 400],
  ["an SVG with HTML", svg("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>"), "image/svg+xml", 400],
  ["an SVG with entities", Buffer.from(`<!DOCTYPE svg [<!ENTITY a "b">]>${svg()}`), "image/svg+xml", 400],
]) {
  test(`${what} is refused with ${status}, and the badge keeps its image`, async () => {
    const before = expectStatus(await server.request("GET", `/api/v1/badges/${badge.id}`, { token: organization.apiKey }), 200).json;
    const answer = await put(bytes, type);
    assertError(answer, status, status === 415 ? "UNSUPPORTED_MEDIA_TYPE" : "VALIDATION_ERROR");
    if (status === 415) assert.match(answer.text, /image\/png, image\/jpeg, image\/webp or image\/svg\+xml/);
    const after = expectStatus(await server.request("GET", `/api/v1/badges/${badge.id}`, { token: organization.apiKey }), 200).json;
    assert.deepEqual(after, before);
  });
}
