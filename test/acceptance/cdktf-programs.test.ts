import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { folder, repository, write } from "../cli/cdkvm.ts";
import { Outsider } from "../cli/outsider.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import { cdktfProgram } from "./cdktf-program.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const removals: (() => void)[] = [];
afterAll(() => {
  for (const remove of removals) remove();
});
const place = folder((remove) => removals.push(remove));

/** The library, by its own name, and its oldest constructs. */
const programs = [
  { library: "cdktf", versions: ["cdktf@0.21.0", "constructs@10.4.2"] },
  { library: "cdktn", versions: ["cdktn@0.24.0", "constructs@10.6.0"] },
] as const;

const people = Object.fromEntries(programs.map(({ library }) => [library, new Outsider(join(place, library))])) as Record<
  (typeof programs)[number]["library"],
  Outsider
>;

beforeAll(async () => {
  // What is in dist/ is what `npm test` has built.
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", place], { cwd: repository, encoding: "utf8" }),
  ) as [{ filename: string }];
  const tsconfig = {
    extends: join(repository, "tsconfig.json"),
    compilerOptions: { paths: {}, typeRoots: [join(repository, "node_modules/@types")] },
    include: ["*.ts"],
    exclude: [],
  };
  await Promise.all(
    programs.map(async ({ library, versions }) => {
      const me = people[library];
      mkdirSync(me.cwd);
      write(me.cwd, {
        "package.json": '{ "private": true, "type": "module" }',
        "cdktf.json": '{ "app": "node main.ts" }',
        "tsconfig.json": JSON.stringify(tsconfig),
        "main.ts": cdktfProgram(library),
      });
      await me.sh(`npm install --save-exact ${versions.join(" ")}`);
      await me.sh(`npm install ${join(place, packed.filename)}`);
    }),
  );
});

describe.each(programs)("a program with its own $library", ({ library, versions }) => {
  const me = people[library];

  test("keeps its pinned versions and one copy of constructs", async () => {
    const { dependencies } = JSON.parse(readFileSync(join(me.cwd, "package.json"), "utf8")) as { dependencies: Record<string, string> };
    expect(Object.entries(dependencies).map((one) => one.join("@"))).toEqual(expect.arrayContaining([...versions]));
    expect((await me.sh("find . -path '*/node_modules/constructs/package.json'")).trim().split("\n")).toHaveLength(1);
  });

  test("type checks, with cdkvm's classes compatible with that library's", async () => {
    expect(await me.sh(`node ${join(repository, "node_modules/typescript/bin/tsc")} -p .`)).toBe("");
  });

  test("synthesizes: tree, Aspects, references, dependencies, lifecycles and remote states use one copy", async () => {
    const ran = await me.run("npx cdkvm synth");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain("resources: 10 tree: true");
    const plain = JSON.parse(readFileSync(join(me.cwd, "cdktf.out/stacks/plain/cdk.tf.json"), "utf8"));
    const { domain, pool, volumes } = {
      domain: plain.resource.libvirt_domain.web1,
      pool: plain.resource.libvirt_pool.pool,
      volumes: Object.entries<Record<string, unknown>>(plain.resource.libvirt_volume),
    };
    expect(pool.provider).toBe("libvirt.kvm2");
    expect(volumes).toHaveLength(2);
    for (const [, volume] of volumes)
      expect(volume).toMatchObject({
        pool: "${libvirt_pool.pool.name}",
        depends_on: ["libvirt_pool.pool"],
        lifecycle: { prevent_destroy: true, ignore_changes: ["capacity"] },
        provider: "libvirt.kvm2",
      });
    expect(domain).toMatchObject({
      name: '${join("-", [libvirt_pool.pool.name, "web1"])}',
      autostart: true, // an Aspect's doing
      vcpu: "${data.libvirt_node_info.info.cpu_cores_per_socket}",
      depends_on: ["terraform_data.wait", `libvirt_volume.${volumes[0]?.[0]}`],
      devices: { disks: volumes.map(([name]) => ({ source: { volume: { volume: `\${libvirt_volume.${name}.name}` } } })) },
    });
    expect(plain.terraform.backend).toEqual({ http: { address: "https://states.example.org/plain" } });
    // the guest of the other stack, by that one's own state
    expect(plain.data.terraform_remote_state["cross-stack-reference-input-kvm1"]).toMatchObject({ backend: "local" });
    expect(plain.output["other-guest"].value).toMatch(/^\$\{data\.terraform_remote_state\.cross-stack-reference-input-kvm1\.outputs\./);
    const kvm1 = JSON.parse(readFileSync(join(me.cwd, "cdktf.out/stacks/kvm1/cdk.tf.json"), "utf8"));
    expect(kvm1.resource.libvirt_domain.web1.autostart).toBe(true);
  });
});

test("both libraries give the same configuration", () => {
  const [one, other] = programs.map(({ library }) =>
    ["plain", "kvm1"].map((stack) => {
      const { "//": _, ...rest } = JSON.parse(readFileSync(join(people[library].cwd, `cdktf.out/stacks/${stack}/cdk.tf.json`), "utf8"));
      return rest as unknown;
    }),
  );
  expect(one).toEqual(other);
});

describeWithHosts("a host of a program with its own cdktf", () => {
  const start = hostsOfFile();

  test("is applied, found unchanged, and destroyed", async () => {
    const host = await start();
    const me = new Outsider(people.cdktf.cwd, { LIBVIRT_DEFAULT_URI: host.uri });
    await me.sh("npx cdkvm apply kvm1 --auto-approve");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    expect(await me.sh("npx cdkvm plan kvm1 --detailed-exitcode")).toContain("no changes");
    await me.sh("npx cdkvm destroy kvm1 --auto-approve");
    expect(await host.virsh("list", "--all", "--name")).toBe("");
  });
});
