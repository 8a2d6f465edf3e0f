import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { engineEnvironment } from "../../engine/environment.ts";
import type { FoundEngine } from "../../engine/find.ts";
import { run } from "../cli/cdkvm.ts";
import { Example } from "../cli/example.ts";
import { realEngines } from "../engine/engines.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Nothing but loopback: what an engine would fetch, it cannot. */
const offline = ["unshare", "--net", "--map-root-user"];

const engines: readonly FoundEngine[] = await realEngines();

describeWithHosts("without cdkvm's command line, in the synthesized folder, offline", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  test.each(engines.map((engine) => [engine.kind, engine.version, engine.path] as const))(
    "%s %s initializes, plans and validates",
    async (_kind, _version, path) => {
      const [folder = ""] = await new Example("homelab", { LIBVIRT_DEFAULT_URI: host.uri }).synth();
      const env = engineEnvironment({ PATH: "/usr/bin:/bin", HOME: join(folder, "home") });
      const plain = async (...args: string[]): Promise<string> => {
        const ran = await run(offline[0] ?? "", [...offline.slice(1), path, ...args, "-no-color"], { cwd: folder, env });
        expect(ran, `${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
        return ran.stdout;
      };
      await plain("init", "-input=false");
      expect(await plain("validate")).toContain("The configuration is valid");
      const planned = await plain("plan", "-input=false");
      expect(planned).toContain("libvirt_domain.web1 will be created");
      expect(planned).toMatch(/Plan: \d+ to add, 0 to change, 0 to destroy/);
    },
  );
});
