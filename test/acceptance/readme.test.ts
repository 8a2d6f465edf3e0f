import { beforeAll, expect, test, vi } from "vitest";
import { kvmEvidence } from "../../libvirt/acceleration.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import { tinyGuest } from "../../scripts/guests/tiny.ts";
import { cdkvm, project, write } from "../cli/cdkvm.ts";
import { blocksOf } from "../docs/guide.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { standInForKvm } from "../hosts/kvm-stand-in.ts";

vi.setConfig({ testTimeout: 120_000 });

const blocks = (fence: string): string[] => blocksOf("README.md").flatMap((one) => (one.fence === fence ? [one.text] : []));

describeWithHosts("the README", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  /** A reader's machine has a kernel to try; the test's need not, and goes by what is remembered. */
  async function knowOfKernel(state: string): Promise<void> {
    vi.stubEnv("XDG_STATE_HOME", state);
    await using libvirt = await Libvirt.connect(host.uri);
    expect(await kvmEvidence(libvirt, { kernels: [(await tinyGuest()).kernel] })).toMatchObject({ works: true, by: "kernel" });
    vi.unstubAllEnvs();
  }

  test("shows what its program prints", async () => {
    const [program = ""] = blocks("ts");
    const [first = "", second = ""] = blocks("");
    const cwd = project({ "main.ts": program });
    // the program's own URI is the machine's: a host of the test stands in its place
    const here = (text: string): string => text.replace('"qemu:///system"', JSON.stringify(host.uri));
    const env = { CDKVM_ACCELERATION: undefined, XDG_STATE_HOME: cwd };
    const run = async (...words: string[]): Promise<string> => {
      const ran = await cdkvm(words, { cwd, env });
      expect(ran).toMatchObject({ code: 0 });
      return (ran.stdout + ran.stderr).replaceAll(host.uri, "qemu:///system");
    };
    await standInForKvm(host, "works");
    await knowOfKernel(cwd);
    write(cwd, { "main.ts": here(program) });
    expect(`$ npx cdkvm plan\n${await run("plan")}`).toBe(first);
    await run("apply", "--auto-approve");
    write(cwd, { "main.ts": here(program).replace('memory: "2 GiB"', 'memory: "4 GiB"').replace('size: "20 GiB"', 'size: "40 GiB"') });
    expect(await run("plan")).toBe(second);
    await run("destroy", "--auto-approve"); // nothing in web1 would hear of a shutdown
  });
});
