/**
 * Enforces the walls between the rooms: which folder may import which, and that published code works with the packages
 * installed with it, and that no modules import each other in a circle, type imports counted. Plants a violation of each kind
 * first, to check that it is detected; and counts the modules, because a cruise that finds none looks green.
 */
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { entrance, rooms } from "./rooms.ts";

const root = join(import.meta.dirname, "..");

const forbidden: IForbiddenRuleType[] = Object.entries(rooms).flatMap(([room, may]) => {
  const from = room === "provider" ? { path: "^provider/", pathNot: "^provider/protocol/" } : { path: `^${room}/` };
  const allowed = [room, ...may.rooms].map((one) => `^${one}/`);
  return [
    {
      name: `${room} imports only ${may.rooms.join(", ") || "itself"}`,
      severity: "error",
      from,
      to: { path: "^[a-z]", pathNot: [...allowed, "^node_modules/", "^(node:)?[a-z_/]+$"], dependencyTypesNot: ["core"] },
    },
    {
      name: `${room} uses only the packages that rooms.ts lists`,
      severity: "error",
      from,
      to: {
        path: "^node_modules/",
        pathNot: [...may.packages, ...(may.packages.includes("cdktf") ? ["cdktn"] : [])].map((one) => `^node_modules/${one}/`),
      },
    },
  ];
});
forbidden.push({
  name: "only the command line reads arguments or exits: nothing imports it",
  severity: "error",
  from: { pathNot: `^(${entrance.name}|test|scripts)/` },
  to: { path: `^${entrance.name}/` },
});
/** Either package name, installed or not. */
const cdktf = "^(node_modules/)?(cdktf|cdktn)(/|$)";
const { include: published } = JSON.parse(readFileSync(join(root, "tsconfig.build.json"), "utf8")) as { include: string[] };
forbidden.push({
  name: "what is published imports only what is installed with it: dependencies and peerDependencies",
  severity: "error",
  from: { path: published.map((one) => `^${one}(/|$)`) },
  to: { path: "^node_modules/", pathNot: cdktf, dependencyTypesNot: ["npm", "npm-peer"] },
});
forbidden.push({
  name: "CDKTF is imported as #cdktf, the program's own copy, because another copy has different classes",
  severity: "error",
  from: {},
  to: { path: cdktf, dependencyTypesNot: ["aliased-subpath-import"] },
});
forbidden.push({ name: "no circles, type imports counted", severity: "error", from: {}, to: { circular: true } });

async function walk(house: string): Promise<ICruiseResult> {
  const folders = ["index.ts", ...new Set(Object.keys(rooms).map((room) => room.split("/")[0] ?? room)), entrance.name].filter((one) =>
    existsSync(join(house, one)),
  );
  const { output } = await cruise(
    folders,
    {
      baseDir: house,
      ruleSet: { forbidden },
      validate: true,
      doNotFollow: { path: "node_modules" },
      preserveSymlinks: true,
      tsPreCompilationDeps: true,
      parser: "swc",
    },
    {
      extensions: [".ts", ".js", ".mjs", ".json", ".d.ts"],
      conditionNames: ["import", "require", "node", "default", "types"],
      exportsFields: ["exports"],
    },
  );
  if (typeof output === "string") throw new Error(output);
  return output;
}

/** A separate tree with a violation of each kind next to its target. */
const planted: Readonly<Record<string, string>> = {
  "libvirt/errors.ts": "export {};\n",
  "constructs/violation.ts": 'import "../libvirt/errors.ts";\n',
  "stacks/violation.ts": 'import "cdktn";\n',
  "cli/violation.ts": 'import type { Block } from "@msgpack/msgpack";\n',
  "model/circle.ts": 'import type {} from "./violation.ts";\n',
  "model/violation.ts": 'import type {} from "./circle.ts";\n',
};
const house = mkdtempSync(join(tmpdir(), "cdkvm-walls-"));
try {
  for (const [path, text] of Object.entries(planted)) {
    mkdirSync(join(house, dirname(path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  cpSync(join(root, "package.json"), join(house, "package.json"));
  symlinkSync(join(root, "node_modules"), join(house, "node_modules"));
  const { summary: seen } = await walk(house);
  for (const path of Object.keys(planted).filter((one) => one.endsWith("violation.ts")))
    if (!seen.violations.some(({ from, cycle }) => from === path || cycle?.some(({ name }) => name === path)))
      throw new Error(`a violation planted in ${path} was not detected: the walls are not enforced`);
} finally {
  rmSync(house, { recursive: true });
}

const { summary } = await walk(root);
if (summary.totalCruised < 100) throw new Error(`only ${summary.totalCruised} modules were found: the walls are not enforced`);
for (const { rule, from, to, cycle } of summary.violations)
  console.error(`${from} imports ${cycle?.map(({ name }) => name).join(", which imports ") ?? to}: ${rule.name}`);
console.log(`walls: ${summary.totalCruised} modules, ${summary.violations.length} violations`);
if (summary.violations.length > 0) process.exitCode = 1;
