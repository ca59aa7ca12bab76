// The package's declarations, as a strict compiler reads them for a user of the installed package.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { installPackage } from "./install.js";

const { user } = installPackage();

const OPTIONS = { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts", "lib.dom.d.ts"] };
const RESOLUTIONS = {
  "Node's": { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  "a bundler's": { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

/** What a compiler says against sources that use the package: the faults of each. */
function faults(sources, resolution) {
  const paths = sources.map((_, index) => join(user, `user-${index}.ts`));
  paths.forEach((path, index) => writeFileSync(path, sources[index]));
  const program = ts.createProgram(paths, { ...OPTIONS, ...RESOLUTIONS[resolution] });
  const all = ts.getPreEmitDiagnostics(program);
  const inFile = (path) => all.filter(({ file }) => file?.fileName === path);
  const elsewhere = all.filter(({ file }) => !paths.includes(file?.fileName));
  return [...paths.map(inFile), elsewhere].map((found) => found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")));
}

const USE = `
import { VerifierStoppedError, bake, canonicalize, codes, createVerifier, extract, verify } from "accolade-verifier";
import type { Check, Code, Report, Verifier } from "accolade-verifier";

import * as slim from "accolade-verifier/slim";

export async function useSlim(file: File): Promise<string> {
  const report: Report = await slim.verify(file, { policy: { status: "ignore" } });
  const verifier: slim.Verifier = slim.createVerifier({ cache: false });
  const all: slim.Code[] = await slim.codes();
  return report.code + all.length + (await verifier.extract(await file.arrayBuffer()));
}

export async function use(file: File): Promise<string> {
  const report: Report = await verify(file, { now: new Date(), policy: { status: "ignore" }, signal: AbortSignal.timeout(1) });
  const verifier: Verifier = createVerifier({
    fetch,
    policy: { clockSkewSeconds: 0, cryptosuites: ["eddsa-rdfc-2022"], algorithms: ["ES256"], trustedIssuers: ["did:web:a.example"] },
    trust: [{ name: "A", issuers: ["did:x", { id: "did:y", name: "Y" }] }, { name: "B", meta: {}, registry: { "did:z": { name: "Z" } } }],
    cache: { ttlSeconds: 60 },
  });
  const baked: Blob = new Blob([await verifier.bake(await file.arrayBuffer(), await verifier.extract(file))]);
  const text: string = await canonicalize(await extract(await bake(new Uint8Array(), "{}")));
  const all: Code[] = await codes();
  const first: Check | undefined = report.checks[0];
  const error: Error = new VerifierStoppedError(text);
  switch (report.outcome) {
    case "verified": return report.claims.issuer.id ?? error.message + baked.size;
    case "rejected": return \`\${report.code} \${report.claims?.name ?? ""} \${first?.items?.[0]?.data["member"] ?? ""}\`;
    case "indeterminate": return all.length + report.checkedAt;
  }
}
`;

for (const resolution of Object.keys(RESOLUTIONS)) {
  test(`a strict user's program compiles with ${resolution} resolution`, () => {
    assert.deepEqual(faults([USE], resolution), [[], []]);
  });
}

test("what is wrong does not compile", () => {
  const wrong = {
    'const code: Code = "verfied";': /"verfied"/,
    'if (report.outcome === "valid") console.log();': /no overlap/,
    'if (report.outcome === "rejected" && report.code === "verified") console.log();': /no overlap/,
    "console.log(report.claims.name);": /possibly 'null'/,
    "report.valid;": /'valid' does not exist/,
    'verify("{}", { policy: { status: "off" } });': /"off"/,
    "verify(7);": /not assignable/,
    "createVerifier({ registries: [] });": /'registries' does not exist/,
    'createVerifier({ trust: [{ name: "A" }] });': /not assignable/,
    'report.outcome = "verified";': /read-only/,
  };
  const sources = Object.keys(wrong).map(
    (line) => `import { createVerifier, verify, type Code, type Report } from "accolade-verifier";
      export function use(report: Report, c?: Code) { ${line} createVerifier; verify; }`,
  );
  const found = faults(sources, "Node's");
  assert.deepEqual(found.pop(), []);
  Object.entries(wrong).forEach(([line, message], index) => {
    assert.equal(found[index].length, 1, `${line} ${found[index].join("; ")}`);
    assert.match(found[index][0], message);
  });
});

test("no declaration is of type any", () => {
  const program = ts.createProgram([join(user, "node_modules/accolade-verifier/index.d.ts")], OPTIONS);
  const anywhere = [];
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) anywhere.push(node.getText());
    ts.forEachChild(node, visit);
  };
  const file = program.getSourceFiles().find(({ fileName }) => fileName.endsWith("accolade-verifier/index.d.ts"));
  visit(file);
  assert.ok(file.statements.length > 10);
  assert.deepEqual(anywhere, []);
});
