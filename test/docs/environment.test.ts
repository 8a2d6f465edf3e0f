import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { entrance, rooms } from "../../scripts/rooms.ts";

const repository = join(import.meta.dirname, "../..");
const text = (path: string): string => readFileSync(join(repository, path), "utf8");
const sources = [entrance.name, ...Object.keys(rooms)].flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: repository })).map(text);
const found = (source: string, pattern: RegExp): string[] => [...source.matchAll(pattern)].map(([, name = ""]) => name);

const read = new Set([
  ...found(sources.join("\n"), /(?:\b(?:env|environment|kept)\["|process\.env\.)([A-Z][A-Z0-9_]+)/g),
  ...found(text("engine/environment.ts"), /\bname(?: === |\.startsWith\()"([A-Z][A-Z0-9_]+)"/g),
  // the provider's launcher is a shell script: "$HOME", and ${HOME:-} with the backslash of a template literal
  ...found(text("stacks/launcher.ts"), /(?:"\$|\\\$\{)([A-Z][A-Z0-9_]+)/g),
]);

const documented = new Set(
  text("docs/guide/environment.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = ""]) => name)),
);

test("every environment variable that cdkvm reads is in the guide", () => {
  expect(read).toContain("CDKVM_PROVIDER");
  expect(read).toContain("GOGC");
  expect(read).toContain("NODE_COMPILE_CACHE");
  expect([...read].filter((name) => !documented.has(name)).toSorted()).toEqual([]);
});

test("the guide lists no environment variable that nothing reads", () => {
  const prefixes = ["TF_CLI_ARGS", "TF_LOG"];
  expect([...documented].filter((name) => !read.has(name) && !prefixes.some((prefix) => name.startsWith(`${prefix}_`)))).toEqual([]);
});
