import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { App, HostStack, type HostStackProps, Image, Network, TerraformStack, VM } from "../../index.ts";
import { LibvirtProvider } from "../../constructs/provider-libvirt/index.ts";
import { errorOf, newApp, newHost, synthesize, type Json } from "../constructs/synth.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a host's stack", () => {
  test("uses this package's provider in the same version", () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
    const { terraform, provider } = synthesize(newHost({ uri: "qemu+ssh://root@kvm1/system" }));
    expect(terraform["required_providers"]).toEqual({ libvirt: { source: "terraform.local/cdkvm/libvirt", version } });
    expect(provider).toEqual({ libvirt: [{ uri: "qemu+ssh://root@kvm1/system" }] });
  });
  test("uses the registry's provider on request, and warns of what it lacks", () => {
    const app = newApp();
    const host = new HostStack(app, "kvm1", { provider: "registry" });
    const image = new Image(host, "debian", { url: "https://example.org/d.qcow2", checksum: `sha256:${"0".repeat(64)}` });
    new VM(host, "web1", { memory: "1 GiB", disks: [image] });
    app.synth();
    const manifest = JSON.parse(readFileSync(join(app.outdir, "manifest.json"), "utf8"));
    expect(manifest.stacks.kvm1.annotations.map(({ level, message }: Json) => [level, message])).toEqual([
      ["@cdktf/warn", "libvirt_volume.create.content.checksum is left out: only the embedded provider has it"],
    ]);
    const json = JSON.parse(readFileSync(join(app.outdir, "stacks/kvm1/cdk.tf.json"), "utf8"));
    expect(json.terraform.required_providers).toEqual({ libvirt: { source: "dmacvicar/libvirt", version: "~> 0.9.7" } });
    expect(JSON.stringify(json)).not.toContain("sha256:");
    expect(existsSync(join(app.outdir, "stacks/kvm1/terraform.d"))).toBe(false);
  });
  test("creates its own pool only if a disk needs it", () => {
    const host = newHost();
    new VM(host, "web1", { memory: "1 GiB" });
    expect(synthesize(host).resource).not.toHaveProperty("libvirt_pool");
    new VM(host, "web2", { memory: "1 GiB", disks: [{ size: "1 GiB" }] });
    expect(synthesize(host).resource["libvirt_pool"]).toMatchObject({
      "default-pool": { name: "kvm1", type: "dir", target: { path: "/var/lib/libvirt/images/kvm1" } },
    });
  });
  test("for a user session keeps its pool in the user's data folder", () => {
    vi.stubEnv("XDG_DATA_HOME", "/home/me/.data");
    const host = newHost({ uri: "qemu:///session" });
    expect(host.pool.resource?.targetInput?.path).toBe("/home/me/.data/libvirt/images/kvm1");
  });
  test("can use an existing pool", () => {
    const host = newHost({ defaultPool: "default" });
    new VM(host, "web1", { memory: "1 GiB", disks: [{ size: "1 GiB" }] });
    const { resource } = synthesize(host);
    expect(resource).not.toHaveProperty("libvirt_pool");
    expect(Object.values(resource["libvirt_volume"] ?? {})[0]?.["pool"]).toBe("default");
  });
  test("takes its acceleration from the environment unless the program sets it", () => {
    vi.stubEnv("CDKVM_ACCELERATION", "qemu");
    expect(new HostStack(newApp(), "a").acceleration).toBe("qemu");
    expect(new HostStack(newApp(), "a", { acceleration: "kvm" }).acceleration).toBe("kvm");
  });
  test("leaves the acceleration to the plan if nothing sets it, for any user and host", () => {
    vi.stubEnv("CDKVM_ACCELERATION", "");
    for (const uri of ["qemu:///system", "qemu+ssh://root@kvm1/system"]) {
      const host = new HostStack(newApp(), "a", { uri });
      expect(host.acceleration).toBeUndefined();
      new VM(host, "web1", { memory: "1 GiB", cpu: { topology: { cores: 1 } } });
      new VM(host, "web2", { memory: "1 GiB", overrides: { type: "kvm" } });
      const { web1, web2 } = synthesize(host).resource["libvirt_domain"] as Json;
      expect(web1).not.toHaveProperty("type");
      expect(web1.cpu).toEqual({ topology: { sockets: 1, cores: 1, threads: 1 } });
      expect(web2).toMatchObject({ type: "kvm", cpu: { mode: "host-passthrough" } });
    }
  });
  test("sets kvm for the registry's provider, which cannot choose", () => {
    vi.stubEnv("CDKVM_ACCELERATION", "");
    const plain = new TerraformStack(newApp(), "a");
    new LibvirtProvider(plain, "libvirt", { source: "dmacvicar/libvirt" });
    for (const stack of [new HostStack(newApp(), "a", { provider: "registry" }), plain]) {
      new VM(stack, "web1", { memory: "1 GiB" });
      expect(synthesize(stack).resource["libvirt_domain"]).toMatchObject({ web1: { type: "kvm", cpu: { mode: "host-passthrough" } } });
    }
  });
  test("takes its URI and provider from the environment unless the program sets them", () => {
    vi.stubEnv("LIBVIRT_DEFAULT_URI", "qemu+ssh://root@kvm9/system");
    vi.stubEnv("CDKVM_PROVIDER", "registry");
    const told = synthesize(new HostStack(newApp(), "a"));
    expect(told.provider).toEqual({ libvirt: [{ uri: "qemu+ssh://root@kvm9/system" }] });
    expect(told.terraform["required_providers"].libvirt.source).toBe("dmacvicar/libvirt");
    const own = synthesize(new HostStack(newApp(), "a", { uri: "qemu:///system", provider: "embedded" }));
    expect(own.provider).toEqual({ libvirt: [{ uri: "qemu:///system" }] });
    expect(own.terraform["required_providers"].libvirt.source).toBe("terraform.local/cdkvm/libvirt");
  });
  test("reports what is wrong with its URI", () => {
    expect(errorOf(() => newHost({ uri: "kvm1:system" }))).toContain(
      'uri: "kvm1:system" is not a libvirt URI; for example "qemu:///system" or "qemu+ssh://root@kvm1/system"',
    );
    expect(errorOf(() => newHost({ uri: "kvm1" }))).toContain('uri: "kvm1" is not a libvirt URI; did you mean "qemu+ssh://kvm1/system"?');
  });
  test("a plain TerraformStack has the same defaults", () => {
    const stack = new TerraformStack(newApp(), "plain");
    new VM(stack, "web1", { memory: "1 GiB", disks: [{ size: "1 GiB" }] });
    expect(synthesize(stack).resource["libvirt_pool"]).toMatchObject({ "default-pool": { name: "plain" } });
  });
});

test("the time to synthesize grows linearly with the number of guests", () => {
  const time = (count: number): number => {
    const app = newApp();
    const host = new HostStack(app, "kvm1", { provider: "registry" });
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/16" });
    const image = new Image(host, "debian", { url: "https://example.org/d.qcow2" });
    const start = process.cpuUsage();
    for (let i = 0; i < count; i++) {
      new VM(host, `vm${i}`, {
        memory: "1 GiB",
        disks: [{ image, size: "20 GiB" }],
        networks: [{ network: lan, ip: `10.0.${1 + Math.floor(i / 200)}.${1 + (i % 200)}` }],
      });
    }
    app.synth();
    return process.cpuUsage(start).user;
  };
  time(50);
  const [few, many] = [time(250), time(1000)];
  expect(many).toBeLessThan(few * 4 * 3);
});

describe("each example", () => {
  test.each(["minimal", "bridged", "cloud-init", "homelab"])(
    "%s synthesizes, with the launcher of its provider beside it",
    async (name) => {
      const outdir = mkdtempSync(join(tmpdir(), "cdkvm-example-"));
      vi.stubEnv("CDKTF_OUTDIR", outdir);
      vi.stubEnv("CDKVM_DEMO_KERNEL", "/srv/vmlinuz");
      vi.stubEnv("CDKVM_DEMO_INITRD", "/srv/initrd.img");
      try {
        await import(`../../examples/${name}/main.ts`);
        const folder = join(outdir, "stacks", name);
        const { resource } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8"));
        expect(Object.keys(resource.libvirt_domain)).toEqual(
          { minimal: ["web1"], bridged: ["nas", "proxy"], "cloud-init": ["web1"], homelab: ["db1", "web1"] }[name],
        );
        expect(existsSync(join(folder, "terraform.d/plugins/terraform.local/cdkvm/libvirt"))).toBe(true);
      } finally {
        rmSync(outdir, { recursive: true, force: true });
      }
    },
  );
});

describe("a host's rollout", () => {
  const withGuests = (rollout: NonNullable<HostStackProps["rollout"]>, ...names: string[]): HostStack => {
    const host = newHost({ rollout });
    for (const name of names) new VM(host, name, { memory: "1 GiB" });
    return host;
  };
  const order = (host: HostStack): Record<string, string[]> => {
    const { resource } = JSON.parse(readFileSync(synthesizedAt(host), "utf8"));
    return Object.fromEntries(Object.entries<Json>(resource.libvirt_domain).map(([id, { depends_on: after = [] }]) => [id, after]));
  };
  const synthesizedAt = (host: HostStack): string => {
    const app = App.of(host);
    app.synth();
    return join(app.outdir, "stacks/kvm1/cdk.tf.json");
  };

  test("reaches the provider in seconds, with its command", () => {
    const { provider } = synthesize(
      newHost({ uri: "qemu:///system", rollout: { atOnce: 3, wait: { command: "ping -c 1 $CDKVM_GUEST" }, timeout: "2 min" } }),
    );
    expect(provider).toEqual({
      libvirt: [{ uri: "qemu:///system", rollout: { at_once: 3, command: "ping -c 1 $CDKVM_GUEST", timeout: 120 } }],
    });
  });
  test("makes each group of guests come after the one before, and those without a group last", () => {
    const host = withGuests({ groups: ["canary", ["web-*", "db?"]] }, "web-1", "canary", "db1", "other", "web-2");
    expect(order(host)).toEqual({
      canary: [],
      "web-1": ["libvirt_domain.canary"],
      "web-2": ["libvirt_domain.canary"],
      db1: ["libvirt_domain.canary"],
      other: ["libvirt_domain.web-1", "libvirt_domain.db1", "libvirt_domain.web-2"],
    });
  });
  test("names a guest that does not exist, and is refused with the registry's provider", () => {
    expect(errorOf(() => synthesizedAt(withGuests({ groups: ["wbe1"] }, "web1")))).toMatch(
      /no guest named "wbe1"[\s\S]*did you mean "web1"/,
    );
    expect(errorOf(() => newHost({ provider: "registry", rollout: {} }))).toContain("CDKVM_ROLLOUT_PROVIDER");
  });
});
