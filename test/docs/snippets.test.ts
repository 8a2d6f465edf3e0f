import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as cdkvm from "cdkvm";
import { parseFleet } from "../../fleet/parse.ts";
import { fleetFilesOf, snippetsOf } from "./snippets.ts";

const root = join(import.meta.dirname, "../..");
const guide = ["README.md", ...globSync("docs/guide/*.md", { cwd: root }).sort()];
const fleetFiles = fleetFilesOf(guide);
const snippets = snippetsOf(guide, Object.keys(cdkvm));

let folder: string;
const before = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cdkvm-snippets-"));
  snippets.forEach(({ program }, index) => writeFileSync(join(folder, `snippet-${index}.ts`), program));
  writeFileSync(join(folder, "fleet.yaml"), fleetFiles[0]?.text ?? "");
  process.chdir(folder);
  process.env["DB_PASSWORD"] = "of-the-guide";
});
afterAll(() => {
  delete process.env["DB_PASSWORD"];
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

it("finds the programs of the README and the guide", () => {
  expect(snippets.length).toBeGreaterThan(20);
});

it("every snippet type checks", () => {
  const tsconfig = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      paths: {
        cdkvm: [join(root, "index.ts")],
        "cdkvm/provider-libvirt": [join(root, "constructs/provider-libvirt/index.ts")],
        "cdkvm/testing": [join(root, "testing/index.ts")],
      },
      typeRoots: [join(root, "node_modules/@types")],
      noUnusedLocals: false,
    },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  let errors = "";
  try {
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder, encoding: "utf8" });
  } catch (error) {
    errors = (error as { stdout: string }).stdout.replace(
      /snippet-(\d+)\.ts\((\d+)/g,
      (_, index: string) => `${snippets[Number(index)]?.where}`,
    );
  }
  expect(errors).toBe("");
}, 60_000);

describe("every snippet that is a program synthesizes", () => {
  const programs = snippets
    .map(({ where, program }, index) => ({ where, index, program }))
    .filter(({ program }) => program.includes("app.synth()"));
  it.each(programs)("$where", async ({ index }) => {
    const out = join(folder, `out-${index}`);
    process.env["CDKTF_OUTDIR"] = out;
    try {
      await import(pathToFileURL(join(folder, `snippet-${index}.ts`)).href);
    } finally {
      delete process.env["CDKTF_OUTDIR"];
    }
    const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as { stacks: Record<string, { annotations: unknown[] }> };
    expect(Object.values(manifest.stacks).flatMap((stack) => stack.annotations)).toEqual([]);
    expect(readdirSync(join(out, "stacks"))).not.toEqual([]);
  });
});

it.each(fleetFiles)("the fleet file in $where is valid", ({ text }) => {
  expect(() => parseFleet(text, "fleet.yaml")).not.toThrow();
});

describe("every link has a target", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    ...globSync("{docs,examples}/**/*.md", { cwd: root, exclude: ["**/node_modules/**"] }).sort(),
  ];
  const anchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-");
  const anchors = (path: string): Set<string> =>
    new Set([...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchor(heading)));

  it.each(pages)("in %s", (page) => {
    const broken = [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)|<img[^>]* src="([^"]+)"/g)]
      .map(([, link, image]) => link ?? image ?? "")
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = "", fragment] = link.split("#");
        const target = path === "" ? join(root, page) : join(root, dirname(page), path);
        return !existsSync(target) || (fragment !== undefined && !anchors(target).has(fragment));
      });
    expect(broken).toEqual([]);
  });
});
