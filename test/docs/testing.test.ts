import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project, repository, run } from "../cli/cdkvm.ts";

const blocksOf = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(join(repository, page), "utf8").matchAll(/^```(?:typescript|ts)\n\/\/ (\S+)\n(.*?)^```$/gms)].map(
      ([, name = "", text = ""]) => [name, text],
    ),
  );

test("the tests of the guide pass and type check, in a project where cdkvm is installed", async () => {
  const files = { ...blocksOf("docs/guide/testing.md"), ...blocksOf("docs/guide/policy.md") };
  expect(Object.keys(files).toSorted()).toEqual(["lab.test.ts", "policy.test.ts", "policy/rules.ts", "vitest.d.ts"]);
  const tsconfig = {
    extends: join(repository, "tsconfig.json"),
    compilerOptions: { paths: {}, typeRoots: [join(repository, "node_modules/@types")] },
    include: ["*.ts", "policy/*.ts"],
    exclude: [],
  };
  const cwd = project({ ...files, "tsconfig.json": JSON.stringify(tsconfig) });
  const link = (name: string): string => `ln -s ${JSON.stringify(join(repository, "node_modules", name))} node_modules/${name}`;
  await run("sh", ["-c", [link("vitest"), link("constructs"), link("zod")].join(" && ")], { cwd });
  const tests = await run(join(repository, "node_modules/.bin/vitest"), ["run", "--root", cwd], { cwd });
  expect(`${tests.stdout}${tests.stderr}`).toMatch(/Tests .*5 passed/);
  expect(tests.code).toBe(0);
  expect(await run(join(repository, "node_modules/.bin/tsc"), ["-p", cwd], { cwd })).toMatchObject({ code: 0, stdout: "" });
});
