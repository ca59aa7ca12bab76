// The operator's metrics. The local runtime takes data points and keeps none, so what is seen here is that it takes them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectStatus, newOrganization, startWorker } from "./harness.mjs";

test("requests and jobs write data points, and none is refused", async (t) => {
  const server = await startWorker();
  t.after(() => server.close());
  assert.equal(typeof server.bindings.METRICS?.writeDataPoint, "function");
  const organization = await newOrganization(server);
  expectStatus(await organization.issue(), 201);
  const lines = server.harness.getLogs().map(({ message }) => message);
  assert.ok(lines.some((line) => line.includes("/api/v1/credentials")));
  assert.deepEqual(lines.filter((line) => line.includes('"event":"metrics"')), []);
});
