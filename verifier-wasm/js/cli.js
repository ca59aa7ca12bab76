#!/usr/bin/env node
import process from "node:process";
import { run } from "./command.js";

// Whoever reads an exit code takes 1 for "rejected": what goes wrong here must not end with Node's own 1.
process.stdout.on("error", () => process.exit(74));
process.on("uncaughtException", (error) => {
  process.stderr.write(`accolade-verify: ${error.message}\n`);
  process.exit(70);
});

// Not process.exit(): that could cut off what a pipe has not taken yet.
process.exitCode = await run(process.argv.slice(2), process);
