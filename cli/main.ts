#!/usr/bin/env node
// Imports nothing and uses old syntax, so that a Node.js too old for the rest can report it.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `error: cdkvm requires Node.js 22.18 or newer, but this is ${process.versions.node} (${process.execPath}); ` +
      `\`npm install node-${process.platform}-${process.arch}@24\` installs one in this project, where npx finds it`,
  );
  process.exitCode = 1;
} else {
  void start();
}

/** `cdkvm ... | head`: nobody reads what follows, and the work goes on. */
function withoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

async function start(): Promise<void> {
  process.stdout.on("error", withoutReader);
  process.stderr.on("error", withoutReader);
  const [{ enableCompileCache }, { compileCache }] = await Promise.all([import("node:module"), import("./compile-cache.ts")]);
  enableCompileCache(compileCache());
  const { runCli } = await import("./cli.ts");
  process.exitCode = await runCli(process.argv.slice(2));
}
