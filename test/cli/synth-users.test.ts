import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project, repository, run } from "./cdkvm.ts";

const program = `
import { App, FleetStack, VM } from "cdkvm";
const app = new App();
const fleet = new FleetStack(app, "fleet", { hosts: { kvm1: "qemu:///system", kvm2: "qemu+ssh://root@kvm2/system" } });
fleet.forEachHost((host) => {
  new VM(host, "web1", { memory: "1 GiB", disks: [{ size: "1 GiB" }] });
});
app.synth();
`;

test.skipIf(process.getuid?.() !== 0)(
  "one program is the same configuration for root and for any other user",
  { timeout: 60_000 },
  async () => {
    const cwd = project({ "main.ts": program });
    const synthesized = async (...by: readonly string[]): Promise<unknown> => {
      const [command, ...words] = [...by, process.execPath, join(repository, "dist/cli/main.js"), "synth"];
      expect(await run(command, words, { cwd, env: { CDKVM_ACCELERATION: undefined, HOME: cwd } })).toMatchObject({ code: 0 });
      const files = globSync("cdktf.out/**/cdk.tf.json", { cwd }).toSorted();
      const read = files.map((file) => [file, readFileSync(join(cwd, file), "utf8")]);
      rmSync(join(cwd, "cdktf.out"), { recursive: true });
      return read;
    };
    const root = await synthesized();
    execFileSync("chown", ["-R", "nobody", cwd]);
    expect(await synthesized("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")).toEqual(root);
    expect(root).toHaveLength(2);
  },
);
