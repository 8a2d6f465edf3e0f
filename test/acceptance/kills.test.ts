import { randomBytes, randomInt } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { EngineError, plainText } from "../../engine/diagnostics.ts";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { difference, inventory, journal, type Kill, type Killed, leftRunning, random, runAndKill, victims } from "./kill.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

/** How many kills that meet a running command; each round tries one during apply and one during destroy. */
const kills = Number(process.env["CDKVM_KILLS"] ?? 8);
const seed = Number(process.env["CDKVM_SEED"] ?? randomInt(2 ** 31));
/** Only this round, to see again what a seed has shown. */
const only = process.env["CDKVM_ROUND"];
const LANES = 2;
const FOLDER = "/var/lib/libvirt/fleet";

const memory = { memory: 32, memory_unit: "MiB", vcpu: 1 };
const nothing = { guests: [], networks: [], pools: [], volumes: [], files: [], processes: 0 };

/** A small fleet of everything: what is shared, what has content, what lies on something else, what runs and what does not. */
function fleet(image: string): Record<string, Record<string, Block>> {
  const volume = (name: string, more: Block): Block => ({ name, pool: "${libvirt_pool.fleet.name}", ...more });
  const overlay = (name: string): Block =>
    volume(name, {
      target: { format: { type: "qcow2" } },
      backing_store: { path: "${libvirt_volume.base.path}", format: { type: "raw" } },
    });
  const guest = (name: string, number: number, disk: string, more: Block): Block => ({
    name,
    type: "qemu",
    ...memory,
    os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
    devices: {
      disks: [
        {
          driver: { name: "qemu", type: "qcow2" },
          source: { volume: { pool: "${libvirt_pool.fleet.name}", volume: `\${libvirt_volume.${disk}.name}` } },
          target: { dev: "vda", bus: "virtio" },
        },
      ],
      interfaces: [
        {
          mac: { address: `52:54:00:00:00:0${number}` },
          model: { type: "virtio" },
          source: { network: { network: "${libvirt_network.lan.name}" } },
        },
      ],
    },
    destroy: { graceful: false },
    ...more,
  });
  return {
    libvirt_pool: {
      fleet: { name: "fleet", type: "dir", target: { path: FOLDER }, create: { build: true, start: true, autostart: true } },
    },
    libvirt_network: {
      lan: {
        name: "lan",
        autostart: true,
        bridge: { name: "fleet0" },
        ips: [
          {
            address: "10.66.0.1",
            prefix: 24,
            dhcp: {
              ranges: [{ start: "10.66.0.100", end: "10.66.0.199" }],
              hosts: [1, 2, 3].map((number) => ({ mac: `52:54:00:00:00:0${number}`, ip: `10.66.0.1${number}`, name: `guest${number}` })),
            },
          },
        ],
      },
    },
    libvirt_cloudinit_disk: { seed: { name: "seed", user_data: "#cloud-config\n", meta_data: "instance-id: one\n" } },
    libvirt_volume: {
      base: volume("base.raw", { target: { format: { type: "raw" } }, create: { content: { url: image } } }),
      seed: volume("seed.iso", { create: { content: { url: "${libvirt_cloudinit_disk.seed.path}" } } }),
      web1: overlay("web1.qcow2"),
      web2: overlay("web2.qcow2"),
      data: volume("data.qcow2", { capacity: 1, capacity_unit: "GiB", target: { format: { type: "qcow2" } } }),
    },
    libvirt_domain: {
      web1: guest("web1", 1, "web1", { running: true, autostart: true }),
      web2: guest("web2", 2, "web2", { running: true }),
      db1: guest("db1", 3, "data", { running: false }),
    },
  };
}

const volumes = ["base.raw", "data.qcow2", "seed.iso", "web1.qcow2", "web2.qcow2"];
const everything = {
  guests: ["db1 shutoff", "web1 running", "web2 running"],
  networks: ["lan active"],
  pools: ["fleet active"],
  volumes: volumes.map((name) => `fleet/${name}`),
  files: [FOLDER, ...volumes.map((name) => `${FOLDER}/${name}`)],
  processes: 2,
};

/** A kill at a part of the time that the command takes when it is left alone. */
interface Draw extends Omit<Kill, "after"> {
  readonly moment: number;
}

interface Lane {
  readonly host: Host;
  readonly work: Workspace;
}

describeWithHosts("kill -9 of provider, engine, libvirtd and cdkvm", () => {
  const start = hostsOfFile();
  const state = mkdtempSync(join(tmpdir(), "cdkvm-kills-"));
  const image = join(state, "image.raw");
  const stacks: Workspace[] = [];
  const took = { apply: 0, destroy: 0 };
  /** Kills that met a running command. */
  let hits = 0;
  const log = (line: string): void => {
    const to = process.env["CDKVM_KILLS_LOG"];
    if (to !== undefined) appendFileSync(to, `${line}\n`);
  };

  beforeAll(() => {
    process.env["XDG_STATE_HOME"] = state;
    writeFileSync(image, Buffer.concat([randomBytes(6 << 20), Buffer.alloc(2 << 20)]));
  });
  afterAll(async () => {
    delete process.env["XDG_STATE_HOME"];
    await Promise.all(stacks.map((work) => work.remove()));
    rmSync(state, { recursive: true, force: true });
  });

  async function lane(): Promise<Lane> {
    const host = await start();
    const work = await Workspace.open(host.uri);
    stacks.push(work);
    await work.write(fleet(image));
    return { host, work };
  }

  /**
   * libvirtd itself, killed while it starts or stops a network, forgets the bridge and dnsmasq that it had made, and can
   * then not start that network again. Only what the network provably left behind is said to be removable; nobody else has
   * this bridge here.
   */
  async function again(command: "apply" | "destroy", { host, work }: Lane): Promise<string[]> {
    try {
      await work[command]();
      return [];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (!/interface fleet0\b/.test(plainText(error.message))) throw error;
      await host.exec("sh", ["-c", "ip link delete fleet0; pkill -F /run/libvirt/network/lan.pid"], { mayFail: true });
      await work[command]();
      return ["bridge left by libvirtd"];
    }
  }

  /** One life of the fleet, with a kill on the way up and one on the way down. */
  async function round(number: number, at: Lane): Promise<void> {
    const next = random(seed + number * 7919);
    const kill = (): Draw => {
      const victim = victims[Math.floor(next() * victims.length)] ?? "engine";
      return { victim, moment: next(), restartsAtOnce: next() < 0.5, byCdkvm: victim === "cdkvm" || next() < 0.5 };
    };
    const began = Date.now();
    const notes: string[] = [];
    const time = async <T>(name: string, doing: Promise<T>): Promise<T> => {
      const from = Date.now();
      const result = await doing;
      notes.push(`${name} ${Date.now() - from} ms`);
      return result;
    };
    const step = async (command: "apply" | "destroy", { moment, ...how }: Draw): Promise<Killed> => {
      const after = moment * took[command];
      const killed = await runAndKill(at.work, at.host, command, { ...how, after });
      const by = how.byCdkvm ? " of cdkvm" : "";
      notes.push(
        `${command}: ${how.victim}${by} at ${Math.round(after)} ms${killed.hit ? "" : " (too late)"}, exit ${killed.code} after ${killed.took} ms`,
      );
      if (killed.hit) hits += 1;
      took[command] = killed.hit ? took[command] * 1.03 : killed.took; // the machine is not equally busy all the time
      return killed;
    };
    let last: Killed | undefined;
    try {
      last = await step("apply", kill());
      notes.push(...(await time("again", again("apply", at))));
      const there = await time("inventory", inventory(at.host, FOLDER));
      expect(difference(everything, there)).toBe("");
      expect((await time("plan", at.work.plan())).actions).toEqual([]);
      last = await step("destroy", kill());
      notes.push(...(await time("again", again("destroy", at))));
      expect(await inventory(at.host, FOLDER)).toEqual(nothing);
      expect(await at.work.engine.stateList()).toEqual([]);
      await expect.poll(() => leftRunning(at.work.folder), { timeout: 5000 }).toEqual([]);
      log(`round ${number}: ${notes.join("; ")}; ${Date.now() - began} ms`);
    } catch (error) {
      const why = `round ${number} of seed ${seed} (CDKVM_SEED=${seed} CDKVM_ROUND=${number}): ${notes.join("; ")}`;
      log(`FAILED ${why}\n${last?.output ?? ""}\n${error instanceof Error ? error.message : String(error)}`);
      throw new Error(`${why}\n${error instanceof Error ? error.message : String(error)}\nthe killed run said:\n${last?.output ?? ""}`, {
        cause: error,
      });
    }
  }

  test(
    `${kills} kills (CDKVM_SEED=${seed}): apply again reaches the configuration, destroy again leaves nothing`,
    { timeout: 60_000 + kills * 20_000 },
    async () => {
      console.log(`CDKVM_SEED=${seed} CDKVM_KILLS=${kills}`);
      const lanes = await Promise.all(Array.from({ length: LANES }, lane));
      // What each takes when nobody disturbs it, with both lanes at work.
      await Promise.all(lanes.map(({ work }) => work.apply()));
      await Promise.all(lanes.map(({ work }) => work.destroy()));
      for (const command of ["apply", "destroy"] as const) {
        const began = Date.now();
        await Promise.all(lanes.map(({ work }) => work[command]()));
        took[command] = Date.now() - began;
      }
      log(`seed ${seed}, ${kills} kills; apply takes ${took.apply} ms, destroy ${took.destroy} ms`);
      let begun = 0;
      const nextRound = (): number | undefined => {
        if (only !== undefined) return begun++ === 0 ? Number(only) : undefined;
        return hits < kills ? begun++ : undefined;
      };
      const failures: string[] = [];
      await Promise.all(
        lanes.map(async (at) => {
          for (let number = nextRound(), here = at; number !== undefined; number = nextRound()) {
            const failure = await round(number, here).catch((error: Error) => error);
            if (failure === undefined) continue;
            failures.push(failure.message);
            await here.host.stop();
            here = await lane();
          }
        }),
      );
      log(`${hits} kills, ${failures.length} failed rounds`);
      expect(failures).toEqual([]);
      expect(journal(state)).toEqual([]);
    },
  );
});
