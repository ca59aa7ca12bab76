// What `make run` tells its user: progress with times, and one sentence when something cannot be had.

/** A fault whose message is all that the user needs to read: no stack trace is shown. */
export class CannotGoOn extends Error {}

/** Runs `work` under a line that says what is done and, at its end, how long it took. */
export async function step(what, work) {
  const started = performance.now();
  process.stderr.write(`▸ ${what}\n`);
  const result = await work();
  process.stderr.write(`✓ ${what}: ${((performance.now() - started) / 1000).toFixed(1)}s\n`);
  return result;
}

/** Says one thing. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
