// Runs in workerd, around the built worker: sums what D1 says that each statement has read and written, and tells it under
// /bench/rows. Under /bench/write and /bench/put stand one write to D1 and one to KV that are none of the worker's: by them it is told what the
// emulated platform costs on its own.

import Worker from "./index.js";

const rows = { read: 0, written: 0, calls: 0 };

export default class extends Worker {
  constructor(context, env) {
    super(context, { ...env, DB: database(env.DB) });
    const { fetch } = this;
    this.fetch = async (request) => {
      const bench = BENCH[new URL(request.url).pathname];
      return bench ? bench(env) : fetch.call(this, request);
    };
  }
}

const BENCH = {
  "/bench/rows": () => Response.json(rows),
  "/bench/write": async ({ DB }) => {
    await DB.prepare("INSERT INTO bench_control (id, text) VALUES (?1, ?2)").bind(crypto.randomUUID(), "x".repeat(200)).run();
    return new Response(null, { status: 204 });
  },
  "/bench/put": async ({ DOCUMENTS }) => {
    await DOCUMENTS.put(`control/${crypto.randomUUID()}`, "x".repeat(4000));
    return new Response(null, { status: 204 });
  },
};

function counted(results) {
  rows.calls += 1;
  for (const { meta } of [results].flat()) {
    rows.read += meta.rows_read;
    rows.written += meta.rows_written;
  }
  return results;
}

/** The statement behind each of ours, which a batch takes. */
const statements = new WeakMap();

function database(target) {
  return new Proxy(target, {
    get(_, member) {
      if (member === "prepare") return (sql) => statement(target.prepare(sql));
      if (member === "batch") return async (list) => counted(await target.batch(list.map((one) => statements.get(one))));
      const value = Reflect.get(target, member);
      return typeof value === "function" && member !== "constructor" ? value.bind(target) : value;
    },
  });
}

function statement(target) {
  const ours = new Proxy(target, {
    get(_, member) {
      if (member === "bind") return (...values) => statement(target.bind(...values));
      if (member === "run" || member === "all") return async () => counted(await target[member]());
      if (member === "first") {
        return async (column) => {
          const [row = null] = counted(await target.all()).results;
          return row && column ? row[column] : row;
        };
      }
      const value = Reflect.get(target, member);
      return typeof value === "function" && member !== "constructor" ? value.bind(target) : value;
    },
  });
  statements.set(ours, target);
  return ours;
}
