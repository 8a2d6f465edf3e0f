/** The plans whose fleet reviews are kept beside the tests, each as stacks. */
import type { Plan } from "../../engine/plan.ts";
import {
  constants,
  create,
  disk,
  drift,
  guest,
  keep,
  network,
  nic,
  plan,
  pool,
  remove,
  replace,
  reservation,
  seed,
  staysRunning,
  update,
  volume,
} from "./build.ts";
import { first, mixed, quiet } from "./plans.ts";

type Json = Record<string, unknown>;
type Stacks = Readonly<Record<string, Plan>>;

export const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${String(index + 1).padStart(2, "0")}`);

/** A guest with a disk and an interface of its own. */
export const machine = (name: string, more: Json = {}): Json =>
  guest(name, {
    devices: { disks: [disk("vda", `${name}-root`)], interfaces: [nic(`52:54:00:00:01:${name.slice(-2)}`, "lan")] },
    ...more,
  });

const on = (uri: string): Json => ({
  configuration: { root_module: {}, provider_config: { libvirt: { name: "libvirt", expressions: { uri: { constant_value: uri } } } } },
});
const ssh = (host: string): Json => on(`qemu+ssh://root@${host}/system`);
/** A host with a rollout, and which guests come after which. */
const rolling = (host: string, rollout: Json, after: Readonly<Record<string, readonly string[]>> = {}): Json => ({
  configuration: {
    root_module: {
      resources: Object.entries(after).map(([name, before]) => ({
        address: `libvirt_domain.${name}`,
        depends_on: before.map((one) => `libvirt_domain.${one}`),
      })),
    },
    provider_config: {
      libvirt: {
        name: "libvirt",
        expressions: { uri: { constant_value: `qemu+ssh://root@${host}/system` }, rollout: { constant_value: rollout } },
      },
    },
  },
});
const unknown = (...names: readonly string[]): Json => ({
  change: { after_unknown: Object.fromEntries(names.map((name) => [name, true])) },
});

const users = (...names: readonly string[]): string =>
  `#cloud-config\nusers:\n${names.map((name) => `  - name: ${name}\n    sudo: ALL=(ALL) NOPASSWD:ALL\n`).join("")}`;

const overlay = (name: string, image: string): Json =>
  volume(name, 10, { backing_store: { path: `/var/lib/libvirt/images/${image}`, format: { type: "qcow2" } } });

const image = (url: string): Json => volume("debian", 2, { create: { content: { url } } });

const registry = (parts: Parameters<typeof plan>[0]): Plan =>
  plan(parts.map((one) => ({ ...one, provider_name: "registry.terraform.io/dmacvicar/libvirt" })));

const renamed = (name: string): Json => machine(name, { devices: { disks: [disk("vda", "root")], interfaces: [] } });

export const fleets: Readonly<Record<string, () => Stacks>> = {
  "nothing to do": () => ({ kvm1: quiet() }),
  "a day's work": () => ({ kvm1: mixed() }),
  "a first apply": () => ({ kvm1: first() }),
  "several hosts": () => ({ kvm1: mixed(), kvm2: first(), kvm3: quiet() }),
  "sixty guests with one memory value": () => ({
    kvm1: plan(
      many(60).map((name) => update(`libvirt_domain.${name}`, machine(name, { memory: 24, memory_unit: "MiB" }), { memory: 32 })),
      ssh("kvm1"),
    ),
  }),
  "the same change on three hosts": () =>
    Object.fromEntries(
      ["kvm1", "kvm2", "kvm3"].map((host) => [
        host,
        plan(
          many(4).map((name) => update(`libvirt_domain.${host}-${name}`, machine(`${host}-${name}`), { cpu: { mode: "host-model" } })),
          ssh(host),
        ),
      ]),
    ),
  "a data disk for sixty guests": () => ({
    kvm1: plan(
      many(60).flatMap((name) => {
        const { disks, interfaces } = machine(name)["devices"] as { disks: Json[]; interfaces: Json[] };
        return [
          update(
            `libvirt_domain.${name}`,
            machine(name),
            { devices: { disks: [...disks, disk("vdb", `${name}-data`)], interfaces }, id: 7 },
            staysRunning,
          ),
          create(`libvirt_volume.${name}-data`, volume(`${name}-data`, 10, { path: undefined, id: undefined }), unknown("path", "id")),
        ];
      }),
      ssh("kvm1"),
    ),
  }),
  "sixty new guests, one of them odd": () => ({
    kvm1: plan(
      many(60).flatMap((name) => [
        create(
          `libvirt_domain.${name}`,
          machine(name, { id: undefined, ...(name === "n17" ? { cpu: { mode: "host-model" }, description: "the odd one" } : {}) }),
          unknown("id"),
        ),
        create(`libvirt_volume.${name}-root`, volume(`${name}-root`, 10, { path: undefined, id: undefined }), unknown("path", "id")),
      ]),
      ssh("kvm1"),
    ),
  }),
  "a new image for sixty guests": () => ({
    kvm1: plan([
      replace("libvirt_volume.debian", image("https://example.com/12.1.qcow2"), image("https://example.com/12.2.qcow2"), [["create"]]),
      ...many(60).flatMap((name) => [
        replace(`libvirt_volume.${name}-root`, overlay(`${name}-root`, "debian"), {}, [["backing_store"]]),
        update(`libvirt_domain.${name}`, machine(name), {}),
      ]),
    ]),
  }),
  "a user with sudo": () => ({
    kvm1: plan(
      [
        keep("libvirt_domain.web1", guest("web1", { devices: { disks: [disk("vda", "web1-seed")], interfaces: [] } })),
        replace("libvirt_cloudinit_disk.web1", seed("web1", users("ops")), seed("web1", users("ops", "ops2")), [["user_data"]]),
        replace(
          "libvirt_volume.web1-seed",
          volume("web1-seed", 1, { create: { content: { url: "/home/me/.cache/cdkvm/web1.iso" } } }),
          { create: { content: { url: "/home/me/.cache/cdkvm/web1-b.iso" } } },
          [["create"]],
        ),
      ],
      constants("libvirt_cloudinit_disk.web1"),
    ),
  }),
  "a new guest with two disks": () => ({
    kvm1: plan([
      create(
        "libvirt_domain.web2",
        guest("web2", {
          id: undefined,
          devices: { disks: [disk("vda", "web2-root"), disk("vdb", "web2-data")], interfaces: [nic("52:54:00:00:00:12", "lan")] },
        }),
        unknown("id"),
      ),
      create("libvirt_volume.web2-root", volume("web2-root", 10, { path: undefined, id: undefined }), unknown("path", "id")),
      create("libvirt_volume.web2-data", volume("web2-data", 20, { path: undefined, id: undefined }), unknown("path", "id")),
    ]),
  }),
  "a rename without moved": () => ({
    kvm1: plan([remove("libvirt_domain.web3", renamed("web3")), create("libvirt_domain.web4", renamed("web4"))]),
  }),
  "a guest that goes to another host": () => ({
    kvm1: plan([remove("libvirt_domain.web3", machine("web3"))], ssh("kvm1")),
    kvm2: plan([create("libvirt_domain.web3", machine("web3"))], ssh("kvm2")),
  }),
  "DHCP switched off": () => ({
    kvm1: plan([
      keep("libvirt_domain.n01", machine("n01")),
      keep("libvirt_domain.n02", machine("n02")),
      update("libvirt_network.lan", network("lan"), { ips: [{ address: "10.0.0.1", prefix: 24 }] }),
    ]),
  }),
  "a disk that grows": () => ({
    kvm1: plan([
      keep("libvirt_domain.n01", machine("n01")),
      update("libvirt_volume.n01-root", volume("n01-root", 4), { capacity: 8, capacity_unit: "GiB" }),
    ]),
  }),
  "a network that goes": () => ({
    kvm1: plan([keep("libvirt_domain.n01", machine("n01")), remove("libvirt_network.lan", network("lan"))]),
  }),
  "networks that restart": () =>
    Object.fromEntries(
      ["kvm1", "kvm2"].map((host, index) => [
        host,
        plan(
          [
            keep(`libvirt_domain.n0${index + 1}`, machine(`n0${index + 1}`)),
            update("libvirt_network.lan", network("lan"), { domain: { name: "lab.internal" } }),
          ],
          ssh(host),
        ),
      ]),
    ),
  "guests that stop": () => ({
    kvm1: plan(many(3).map((name) => update(`libvirt_domain.${name}`, machine(name), { running: false }))),
  }),
  "a host that is emptied": () => ({
    kvm1: plan([
      ...many(3).flatMap((name) => [
        remove(`libvirt_domain.${name}`, machine(name)),
        remove(`libvirt_volume.${name}-root`, volume(`${name}-root`, 10)),
      ]),
      remove("libvirt_pool.default", pool("default", { destroy: { delete: true } })),
    ]),
  }),
  "drift that the plan corrects": () => ({
    kvm1: plan([update("libvirt_domain.n01", machine("n01", { running: false }), { running: true })], {
      resource_drift: [drift("libvirt_domain.n01", machine("n01"), { running: false })],
    }),
  }),
  "what the registry provider refuses": () => ({
    old: registry([
      keep("libvirt_domain.n01", machine("n01")),
      update("libvirt_volume.n01-root", volume("n01-root", 4), { capacity: 8, capacity_unit: "GiB" }),
    ]),
  }),
  "a rollout": () => {
    const webs = ["web-1", "web-2", "web-3", "web-4"];
    const after = Object.fromEntries([...webs, "web-5", "db1"].map((name) => [name, ["canary-1"]]));
    return {
      kvm1: plan(
        [
          ...["canary-1", ...webs].map((name) => update(`libvirt_domain.${name}`, machine(name), { memory: 8 })),
          create("libvirt_domain.web-5", machine("web-5", { id: undefined }), unknown("id")),
          replace("libvirt_domain.db1", guest("db1"), { uuid: "0b6e8a0e-7c40-4f6e-9f3f-0d9b6b0f2f02" }, [["uuid"]]),
        ],
        rolling("kvm1", { at_once: 3 }, after),
      ),
      kvm2: plan(
        many(6).map((name) => update(`libvirt_domain.${name}`, machine(name), { memory: 8 })),
        rolling("kvm2", { at_once: 2, command: "curl -fs http://$CDKVM_GUEST", timeout: 90, abort_after: 2 }),
      ),
    };
  },
  "a plan that failed": () => ({ kvm1: plan([keep("libvirt_domain.n01", machine("n01"))], { errored: true }) }),
  "reservations and moves": () => ({
    kvm1: plan([
      update("libvirt_network.lan", network("lan"), network("lan", [reservation("n01", "10.0.0.11", "52:54:00:00:01:01")])),
      keep("libvirt_domain.n01", machine("n01"), { previous_address: "libvirt_domain.web" }),
      keep("libvirt_domain.n02", machine("n02"), { change: { importing: { id: "n02" } } }),
    ]),
  }),
};
