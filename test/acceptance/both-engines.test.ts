import { beforeAll, expect, test, vi } from "vitest";
import type { FoundEngine } from "../../engine/find.ts";
import { cdkvm, project, write } from "../cli/cdkvm.ts";
import { Example } from "../cli/example.ts";
import { realEngines } from "../engine/engines.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { skippedBecause } from "../hosts/skipped.ts";

vi.setConfig({ testTimeout: 300_000 });

const engines: readonly FoundEngine[] = await realEngines();
const [tofu, terraform] = (["tofu", "terraform"] as const).map((kind) => engines.find((one) => one.kind === kind));

const program = (memory: number, id: string, more = ""): string => `import { App, HostStack, Network, VM } from "cdkvm";
const app = new App();
const host = new HostStack(app, "lab");
const lan = new Network(host, "lan", { ipv4: "10.97.0.0/24" });
${more}
new VM(host, "${id}", { memory: "${memory} MiB", disks: [{ size: "1 MiB" }], networks: [lan], description: "one" });
app.synth();
`;

const pairs = [
  [tofu, terraform],
  [terraform, tofu],
] as const;

describeWithHosts("one engine continues the other's work", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  for (const [one, other] of pairs) {
    const name = `${one?.kind ?? "one"}, then ${other?.kind ?? "the other"}`;
    if (one === undefined || other === undefined) {
      test.skip(`${name} ${skippedBecause("OpenTofu and Terraform are not both installed")}`, () => {});
      continue;
    }
    test(`${name}: state, changes, moves, an import and a destroy`, async () => {
      const cwd = project({ "main.ts": program(64, "web1") });
      const run = async (engine: FoundEngine, words: string): Promise<string> => {
        const ran = await cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri, CDKVM_ENGINE: engine.path } });
        expect(ran, `${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
        return ran.stdout;
      };
      await run(one, "apply --auto-approve");
      const uuid = await host.virsh("domuuid", "web1");
      expect(await run(other, "plan")).toContain("no changes");
      write(cwd, { "main.ts": program(80, "web1") });
      expect(await run(other, "apply --auto-approve")).toContain("web1 will restart: memory 64 → 80 MiB");
      expect(await run(one, "plan")).toContain("no changes");

      write(cwd, { "main.ts": program(80, "front1", 'host.moved({ from: "web1", to: "front1" });') });
      await run(one, "apply --auto-approve");
      expect(await run(other, "plan")).toContain("no changes");
      expect(await host.virsh("domuuid", "web1")).toBe(uuid);

      const own = "<network><name>own</name><bridge name='own0'/></network>";
      await host.exec("sh", ["-c", "cat > /run/own.xml && virsh -c qemu:///system net-define /run/own.xml"], { input: own });
      write(cwd, { "main.ts": program(80, "front1", 'host.moved({ from: "web1", to: "front1" });\nnew Network(host, "own", {});') });
      await run(other, "import libvirt_network.own own");
      await run(other, "apply --auto-approve");
      expect(await run(one, "plan")).toContain("no changes");
      await run(one, "destroy --auto-approve");
      expect((await host.virsh("list", "--all", "--name")).trim()).toBe("");
    });
  }
});

describeWithHosts("Terraform", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  if (terraform === undefined) test.skip(`applies the minimal example ${skippedBecause("Terraform is not installed")}`, () => {});
  else
    test("applies the minimal example, plans no changes, and destroys it", async () => {
      const example = new Example("minimal", { LIBVIRT_DEFAULT_URI: host.uri, CDKVM_ENGINE: terraform.path });
      await example.must("apply --auto-approve");
      expect(await example.must("plan")).toContain("no changes");
      await example.must("destroy --auto-approve");
    });
});
