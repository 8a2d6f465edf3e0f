import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { isAlreadyExists, isNotFound } from "../../libvirt/errors.ts";
import { Affect, DomainStart, DomainXml } from "../../libvirt/flags.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";

const MiB = 1024 * 1024;

const domainXml = (name: string): string => `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><bios useserial='yes'/></os>
  <devices><serial type='pty'/><console type='pty'/></devices></domain>`;

/** A connection that ends with its block. */
const connect = (uri: string): Promise<Libvirt> => Libvirt.connect(uri);

const startPool = async (lv: Libvirt, name: string): Promise<PoolRef> => {
  const pool = await lv.pools.define(`<pool type='dir'><name>${name}</name><target><path>/var/lib/libvirt/${name}</path></target></pool>`);
  await lv.pools.build(pool);
  await lv.pools.create(pool);
  return pool;
};

const endPool = async (lv: Libvirt, pool: PoolRef): Promise<void> => {
  await lv.pools.destroy(pool);
  await lv.pools.delete(pool);
  await lv.pools.undefine(pool);
};

const digest = async (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> => {
  const hash = createHash("sha256");
  for await (const chunk of source) hash.update(chunk);
  return hash.digest("hex");
};

describeWithHosts("the libvirt client on a real libvirtd", () => {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-client-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("defines, reads and undefines 20 domains at once", async ({ host }) => {
    await using lv = await connect(host.uri);
    const names = Array.from({ length: 20 }, (_, i) => `guest${i}`);
    const domains = await Promise.all(names.map((name) => lv.domains.define(domainXml(name))));
    expect(domains.map(({ name }) => name)).toEqual(names);
    const xml = await Promise.all(domains.map((domain) => lv.domains.xml(domain, DomainXml.INACTIVE)));
    xml.forEach((text, i) => expect(text).toContain(`<uuid>${domains[i]?.uuid}</uuid>`));
    expect((await host.virsh("list", "--all", "--name")).split("\n").sort()).toEqual([...names].sort());
    expect((await lv.domains.list()).map(({ uuid }) => uuid).sort()).toEqual(domains.map(({ uuid }) => uuid).sort());
    await Promise.all(domains.map((domain) => lv.domains.undefine(domain)));
    expect(await lv.domains.list()).toEqual([]);
  });

  test("distinguishes missing objects from existing ones", async ({ host }) => {
    await using lv = await connect(host.tcpUri);
    await expect(lv.domains.lookupByName("nobody")).rejects.toSatisfy(isNotFound);
    await expect(lv.networks.lookupByName("nobody")).rejects.toSatisfy(isNotFound);
    await expect(lv.pools.lookupByUUID("00000000-0000-0000-0000-000000000001")).rejects.toSatisfy(isNotFound);
    const domain = await lv.domains.define(domainXml("taken"));
    await expect(
      lv.domains.define(domainXml("taken").replace("<memory", `<uuid>00000000-0000-0000-0000-000000000002</uuid><memory`)),
    ).rejects.toSatisfy(isAlreadyExists);
    await lv.domains.undefine(domain);
    const pool = await startPool(lv, "taken");
    await expect(startPool(lv, "taken2").then((other) => endPool(lv, other))).resolves.toBeUndefined();
    const volume = "<volume><name>v</name><capacity>4096</capacity></volume>";
    const made = await lv.volumes.create(pool, volume);
    await expect(lv.volumes.create(pool, volume)).rejects.toSatisfy(isAlreadyExists);
    await lv.volumes.delete(made);
    await expect(lv.volumes.info(made)).rejects.toSatisfy(isNotFound);
    await endPool(lv, pool);
  });

  test("a volume survives a round trip while other calls are answered", async ({ host }) => {
    await using lv = await connect(host.uri);
    const pool = await startPool(lv, "transfer");
    const blocks = Array.from({ length: 24 }, (_, i) => (i % 3 === 1 ? Buffer.alloc(MiB) : randomBytes(MiB + (i === 23 ? -5 : 0))));
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
    for (const sparse of [false, true]) {
      const volume = await lv.volumes.create(
        pool,
        `<volume><name>v${sparse}</name><capacity>${bytes}</capacity><allocation>0</allocation></volume>`,
      );
      const progress: number[] = [];
      const sent = await lv.volumes.upload(volume, blocks, { sparse, onProgress: (count) => progress.push(count) });
      expect(sent).toBe(bytes);
      expect(progress.at(-1)).toBe(bytes);
      expect((await host.exec("sha256sum", [await lv.volumes.path(volume)])).stdout.split(" ")[0]).toBe(await digest(blocks));
      const back = createHash("sha256");
      for await (const chunk of lv.volumes.download(volume)) {
        back.update(chunk);
        expect(await lv.node.hostname()).toBe(host.name);
      }
      expect(back.digest("hex")).toBe(await digest(blocks));
      if (sparse) {
        await lv.pools.refresh(pool);
        expect((await lv.volumes.info(volume)).allocation).toBeLessThan(17 * MiB);
      }
      await lv.volumes.resize(volume, 64 * MiB);
      expect(await lv.volumes.info(volume)).toMatchObject({ type: "file", capacity: 64 * MiB });
      await lv.volumes.delete(volume);
    }
    await endPool(lv, pool);
  });

  test("a failed or abandoned transfer leaves the connection usable", async ({ host }) => {
    await using lv = await connect(host.uri);
    const pool = await startPool(lv, "broken");
    const volume = await lv.volumes.create(pool, `<volume><name>v</name><capacity>${8 * MiB}</capacity></volume>`);
    const blocks = Array.from({ length: 8 }, () => randomBytes(MiB));
    await expect(lv.volumes.upload(volume, blocks, { length: 100 })).rejects.toThrow("No space left");
    const stop = new AbortController();
    const endless = async function* () {
      for (;;) yield blocks[0] as Buffer;
    };
    const given = lv.volumes.upload(volume, endless(), {
      signal: stop.signal,
      onProgress: (bytes) => bytes > 4 * MiB && stop.abort(new Error("enough")),
    });
    await expect(given).rejects.toThrow("enough");
    const patience = AbortSignal.timeout(100);
    const silent = (async function* () {
      yield blocks[0] as Buffer;
      await new Promise(() => {}); // a download that stands still
    })();
    await expect(lv.volumes.upload(volume, silent, { signal: patience })).rejects.toThrow("timeout");
    const broken = (async function* () {
      yield blocks[0] as Buffer;
      throw new Error("the source broke");
    })();
    await expect(lv.volumes.upload(volume, broken)).rejects.toThrow("the source broke");
    await lv.volumes.upload(volume, blocks);
    for await (const _ of lv.volumes.download(volume)) break;
    expect(await digest(lv.volumes.download(volume, { offset: MiB, length: MiB }))).toBe(await digest([blocks[1] as Buffer]));
    await lv.volumes.delete(volume);
    await endPool(lv, pool);
  });

  test("a guest's life cycle arrives as events, and its console as a stream", async ({ host }) => {
    await using lv = await connect(host.uri);
    const events = await lv.events.subscribe("lifecycle");
    const defined = await lv.domains.define(domainXml("seen"));
    const domain = await lv.domains.create(defined, DomainStart.PAUSED);
    expect(domain.id).toBeGreaterThan(0);
    expect(await lv.domains.state(domain)).toEqual({ state: "paused", reason: "user" });
    const terminal = await lv.domains.devices.openConsole(domain);
    const said = new Promise<string>((resolve, reject) => {
      let text = "";
      terminal.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("SeaBIOS")) resolve(text);
      });
      terminal.once("error", reject);
    });
    await lv.domains.resume(domain);
    expect(await said).toContain("SeaBIOS");
    terminal.destroy();
    await lv.domains.setMetadata(domain, "title", "seen by all", { flags: Affect.LIVE | Affect.CONFIG });
    expect(await lv.domains.metadata(domain, "title")).toBe("seen by all");
    expect(await lv.domains.info(domain)).toMatchObject({ state: "running", maxMemory: 65536, vcpus: 1 });
    await lv.domains.destroy(domain);
    expect(await lv.domains.state(domain)).toEqual({ state: "shutoff", reason: "destroyed" });
    await lv.domains.undefine(domain);
    const seen: string[] = [];
    for await (const { domain: whose, event, detail } of events) {
      if (whose.uuid === domain.uuid) seen.push(`${event} ${detail}`);
      if (event === "undefined") break;
    }
    expect(seen[0]).toBe("defined added");
    expect(seen).toContain("started booted");
    expect(seen).toContain("resumed unpaused");
    expect(seen.slice(-2)).toEqual(["stopped destroyed", "undefined removed"]);
  });

  test("a running guest can be changed, and reports added and removed devices", async ({ host }) => {
    await using lv = await connect(host.uri);
    const pool = await startPool(lv, "live");
    const raw = (name: string) => `<volume><name>${name}</name><capacity>${MiB}</capacity><target><format type='raw'/></target></volume>`;
    const first = await lv.volumes.create(pool, raw("first"));
    const second = await lv.volumes.createFrom(pool, raw("second"), first);
    const disk = (source: string, target: string, bus: string) =>
      `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${source}'/><target dev='${target}' bus='${bus}'/></disk>`;
    const xml = `<domain type='qemu'><name>live</name><memory unit='MiB'>128</memory><vcpu current='1'>2</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os>
      <devices><controller type='usb' model='piix3-uhci'/>${disk(first.key, "vda", "virtio")}</devices></domain>`;
    const domain = await lv.domains.create(await lv.domains.define(xml));
    const removed = await lv.events.subscribe("deviceRemoved", domain);
    await lv.domains.tuning.setMemory(domain, 64 * 1024, Affect.CONFIG);
    await lv.domains.tuning.setVcpus(domain, 2, Affect.LIVE | Affect.CONFIG);
    await lv.domains.tuning.pinVcpu(domain, 1, [0], Affect.CONFIG);
    await lv.domains.tuning.setBlockIoTune(domain, "vda", { total_bytes_sec: MiB }, Affect.LIVE | Affect.CONFIG);
    await lv.domains.tuning.setSchedulerParameters(domain, { cpu_shares: 1500 }, Affect.CONFIG);
    expect(await lv.domains.tuning.schedulerParameters(domain, Affect.CONFIG)).toMatchObject({ cpu_shares: 1500 });
    await lv.domains.devices.blockResize(domain, "vda", 2 * MiB);
    expect((await lv.domains.devices.blockInfo(domain, "vda")).capacity).toBe(2 * MiB);
    await lv.domains.devices.attach(domain, disk(second.key, "sdb", "usb"), Affect.LIVE);
    expect(await lv.domains.xml(domain)).toContain(second.key);
    await lv.domains.devices.detach(domain, disk(second.key, "sdb", "usb"), Affect.LIVE);
    expect((await removed.next()).value).toMatchObject({ domain: { uuid: domain.uuid }, alias: "usb-disk1" });
    const kept = await lv.domains.xml(domain, DomainXml.INACTIVE);
    for (const part of [
      "<currentMemory unit='KiB'>65536<",
      "<vcpupin vcpu='1' cpuset='0'/>",
      `<total_bytes_sec>${MiB}<`,
      "<shares>1500<",
    ]) {
      expect(kept).toContain(part);
    }
    await removed.close();
    await lv.domains.destroy(domain);
    await lv.domains.undefine(domain);
    await Promise.all([first, second].map((volume) => lv.volumes.delete(volume)));
    await endPool(lv, pool);
  });

  test("a running network can be changed", async ({ host }) => {
    await using lv = await connect(host.uri);
    const network = await lv.networks.define(`<network><name>lab</name><bridge name='virbr-lab'/>
      <ip address='10.99.1.1' prefix='24'><dhcp><range start='10.99.1.10' end='10.99.1.99'/></dhcp></ip></network>`);
    await lv.networks.create(network);
    await lv.networks.setAutostart(network, true);
    expect(await Promise.all([lv.networks.isActive(network), lv.networks.isPersistent(network), lv.networks.autostart(network)])).toEqual([
      true,
      true,
      true,
    ]);
    expect(await lv.networks.bridgeName(network)).toBe("virbr-lab");
    const entry = "<host mac='52:54:00:00:00:01' name='web' ip='10.99.1.20'/>";
    await lv.networks.update(network, "add-last", "ip-dhcp-host", -1, entry, Affect.LIVE | Affect.CONFIG);
    expect(await lv.networks.xml(network)).toContain("10.99.1.20");
    await lv.networks.update(network, "delete", "ip-dhcp-host", -1, entry, Affect.LIVE | Affect.CONFIG);
    expect(await lv.networks.xml(network)).not.toContain("10.99.1.20");
    expect(await lv.networks.dhcpLeases(network)).toEqual([]);
    await lv.networks.destroy(network);
    await lv.networks.undefine(network);
  });

  test("the host describes itself", async ({ host }) => {
    await using lv = await connect(host.uri);
    expect(await lv.node.hostname()).toBe(host.name);
    expect(await lv.node.info()).toMatchObject({ model: "x86_64", nodes: 1 });
    const total = Number(/^MemTotal: +(\d+) kB/m.exec(await host.readFile("/proc/meminfo"))?.[1]);
    expect((await lv.node.memoryStats()).get("total")).toBe(total);
    expect([...(await lv.node.cpuStats()).keys()]).toContain("idle");
    expect((await lv.node.version()).libvirt).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await lv.node.capabilities()).toContain("<capabilities>");
    expect(await lv.node.domainCapabilities(undefined, "x86_64", "q35", "qemu")).toContain("<domainCapabilities>");
    expect(await lv.node.devices()).toContain("computer");
    const secret = await lv.secrets.define(
      "<secret ephemeral='no' private='yes'><usage type='volume'><volume>/dev/x</volume></usage></secret>",
    );
    await lv.secrets.setValue(secret, Buffer.from("hidden"));
    expect(await lv.secrets.lookupByUsage(secret.usageType, secret.usageId)).toEqual(secret);
    await lv.secrets.undefine(secret);
  });

  test("ssh reaches libvirt through the host's helper, and leaves no process behind", async ({ host }) => {
    // stands for OpenSSH: runs on the host what it is told to run there
    const ssh = join(folder, "ssh");
    writeFileSync(ssh, `#!/bin/sh\nfor last; do :; done\nexec nsenter -t ${host.pid} -m -u -n -p -- sh -c "$last"\n`);
    chmodSync(ssh, 0o755);
    const lv = await connect(`qemu+ssh://${host.name}/system?command=${ssh}`);
    expect(await Promise.all(Array.from({ length: 30 }, () => lv.node.hostname()))).toEqual(Array.from({ length: 30 }, () => host.name));
    await lv.close();
    expect((await host.exec("pgrep", ["-f", "virt-ssh-helper"], { mayFail: true })).stdout).toBe("");
    await expect(connect(`qemu+ssh://${host.name}/system?command=${ssh}&netcat=/none/nc&proxy=netcat`)).rejects.toMatchObject({
      code: "CDKVM_SSH_FAILED",
    });
  });

  test("killing libvirtd ends pending calls at once", async ({ host }) => {
    const lv = await connect(host.uri);
    const events = await lv.events.subscribe("lifecycle");
    const waiting = events.next();
    const calls = Promise.allSettled(Array.from({ length: 50 }, () => lv.node.capabilities()));
    await Promise.all([host.restartLibvirtd(), expect(waiting).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" })]);
    for (const call of await calls) if (call.status === "rejected") expect(call.reason).toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
    await expect(lv.node.hostname()).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
    expect((await lv.closed)?.message).toContain(host.uri);
    await using again = await connect(host.uri);
    expect(await again.node.hostname()).toBe(host.name);
  });
});
