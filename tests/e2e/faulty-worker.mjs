// Runs in workerd, around the built worker: says before and after each step that the worker takes at a binding, and fails that
// step where it is told to. The steps themselves are those of the real bindings. See faulty.mjs.

import Worker from "./index.js";

const RealDate = Date;
let aheadMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + aheadMs);
    else super(...given);
  }
  static now() {
    return RealDate.now() + aheadMs;
  }
};

export default class extends Worker {
  constructor(context, env) {
    const step = stepper(env.FAULTS);
    super(context, { ...env, DB: database(env.DB, step), DOCUMENTS: binding(env.DOCUMENTS, "kv", step), JOBS: binding(env.JOBS, "queue", step), MAIL: binding(env.MAIL, "mail", step) });
    for (const event of ["fetch", "queue", "scheduled"]) {
      const handle = this[event];
      this[event] = async (...given) => {
        await step(event, "before");
        return handle.apply(this, given);
      };
    }
  }
}

/** Tells of a step, and takes what is to become of it: the time that it is, and that it fails. */
function stepper(faults) {
  return async (name, when, detail, rows) => {
    const answer = await faults.fetch("http://faults/", { method: "POST", body: JSON.stringify({ name, when, detail, rows }) });
    const { ahead, fails } = await answer.json();
    aheadMs = ahead;
    if (fails) throw new Error(fails);
  };
}

function around(name, step, detail, work) {
  return (async () => {
    await step(name, "before", detail);
    const result = await work();
    await step(name, "after", detail, [result].flat().reduce((sum, one) => sum + (one?.meta?.rows_read ?? 0), 0));
    return result;
  })();
}

/** A binding of which every method is a step. */
function binding(target, kind, step) {
  return new Proxy(target, {
    get(_, member) {
      const value = Reflect.get(target, member);
      if (typeof value !== "function" || member === "constructor") return value;
      return (...given) => around(`${kind}.${member}`, step, detailOf(kind, given), () => target[member](...given));
    },
  });
}

function detailOf(kind, [first]) {
  if (kind === "queue") return Array.isArray(first) ? first.map(({ body }) => body) : [first];
  return typeof first === "string" ? first : undefined;
}

const RUNS = ["run", "all", "raw"];
/** The statement behind each of ours, which a batch takes. */
const statements = new WeakMap();
const sqlOf = new WeakMap();

function database(target, step) {
  return new Proxy(target, {
    get(_, member) {
      if (member === "prepare") return (sql) => statement(target.prepare(sql), sql, step);
      if (member === "batch") {
        return (list) => around("d1.batch", step, list.map((one) => sqlOf.get(one)), () => target.batch(list.map((one) => statements.get(one))));
      }
      const value = Reflect.get(target, member);
      return typeof value === "function" && member !== "constructor" ? value.bind(target) : value;
    },
  });
}

function statement(target, sql, step) {
  const ours = new Proxy(target, {
    get(_, member) {
      if (member === "bind") return (...values) => statement(target.bind(...values), sql, step);
      // By another method of the real one, which says what it has read.
      if (member === "first") {
        return async (column) => {
          const [row = null] = (await around("d1.first", step, [sql], () => target.all())).results;
          return row && column ? row[column] : row;
        };
      }
      const value = Reflect.get(target, member);
      if (RUNS.includes(member)) return (...given) => around(`d1.${member}`, step, [sql], () => target[member](...given));
      return typeof value === "function" && member !== "constructor" ? value.bind(target) : value;
    },
  });
  statements.set(ours, target);
  sqlOf.set(ours, sql);
  return ours;
}
