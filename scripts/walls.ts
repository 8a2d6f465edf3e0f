/**
 * Holds the walls between the rooms: which folder may import which. Plants a breach of its own first, to see that a breach
 * is seen; and counts the modules, because a cruise that finds none looks green. Circles are the linter's to find
 * (import/no-cycle), which tells imports of types from others.
 */
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
      name: `${room} uses only the packages it was given`,
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

async function walk(): Promise<ICruiseResult> {
  const folders = ["index.ts", ...new Set(Object.keys(rooms).map((room) => room.split("/")[0] ?? room)), entrance.name].filter((one) =>
    existsSync(join(root, one)),
  );
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      ruleSet: { forbidden },
      validate: true,
      doNotFollow: { path: "node_modules" },
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

const planted = join(root, "constructs", "planted-breach.ts");
writeFileSync(planted, 'import "../libvirt/errors.ts";\n');
let seen: ICruiseResult;
try {
  seen = await walk();
} finally {
  rmSync(planted);
}
if (!seen.summary.violations.some((one) => one.from.endsWith("planted-breach.ts")))
  throw new Error("a planted breach was not seen: the walls are not being held");

const { summary } = await walk();
if (summary.totalCruised < 100) throw new Error(`only ${summary.totalCruised} modules were seen: the walls are not being held`);
for (const { rule, from, to } of summary.violations) console.error(`${from} imports ${to}: ${rule.name}`);
console.log(`walls: ${summary.totalCruised} modules, ${summary.violations.length} breaches`);
if (summary.violations.length > 0) process.exitCode = 1;
