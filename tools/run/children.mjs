// The processes that `make run` starts, each with whatever it starts in turn, so that none outlives it.

import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import { CannotGoOn, say } from "./say.mjs";

const PATIENCE_MS = 5000;
const LAST_LINES = 40;

const children = new Set();
let stopping = false;

/**
 * Starts a command as the leader of its own process group: a signal to the group reaches its grandchildren too
 * (wrangler starts node, which starts workerd).
 */
export function start(command, args, options = {}) {
  if (stopping) throw new Error("nothing is started once everything is to end");
  const child = spawn(command, args, { ...options, detached: true });
  children.add(child);
  child.exited = new Promise((resolve) => {
    child.once("error", (error) => resolve({ error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return child;
}

/** Runs a command to its end and shows what it prints; ends everything with `complaint` unless it succeeds. */
export async function finish(command, args, complaint, options = {}) {
  await succeed(start(command, args, { stdio: ["ignore", 2, 2], ...options }), complaint);
}

/** Runs a command to its end and shows what it printed only where it fails. */
export async function finishQuietly(command, args, complaint, options = {}) {
  const child = start(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const printed = lastLines(child);
  await succeed(child, complaint, printed);
}

async function succeed(child, complaint, printed = () => "") {
  const { code, error } = await child.exited;
  children.delete(child);
  if (error) throw new CannotGoOn(`${complaint}: ${error.message}`);
  if (code !== 0) {
    say(printed());
    throw new CannotGoOn(complaint);
  }
}

/** The last lines that a child has printed, for telling why it ended. */
export function lastLines(child) {
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      lines.push(...text.split("\n").filter((line) => line.trim() !== ""));
      lines.splice(0, lines.length - LAST_LINES);
    });
  }
  return () => lines.join("\n");
}

/** Ends everything that was started, politely and then not, and resolves when nothing of it is left. */
export async function stopAll() {
  stopping = true;
  await Promise.all([...children].map((child) => stopGroup(child.pid)));
}

async function stopGroup(group) {
  if (group === undefined) return;
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    signalGroup(group, signal);
    for (const patience = Date.now() + PATIENCE_MS; Date.now() < patience; await sleep(50)) {
      if (!signalGroup(group, 0)) return;
    }
  }
}

/** Whether the group had a process to receive the signal. */
function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if (error.code === "ESRCH") return false;
    throw error;
  }
}
