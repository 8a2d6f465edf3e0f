import { TerraformResource } from "#cdktf";
import { Construct } from "constructs";
import { describe, expect, test } from "vitest";
import { CloudInit, Image, Network, StoragePool, VM, Volume } from "../../constructs/index.ts";
import type { HostStack } from "../../stacks/index.ts";
import { errorOf, newHost, synthesize, type Json } from "./synth.ts";

/** A guest with all that comes from its path, on a network of the program. */
function guest(scope: Construct, id: string, lan: Network): VM {
  return new VM(scope, id, {
    memory: "1 GiB",
    disks: [{ size: "1 GiB" }, { image: "https://example.org/debian.qcow2" }],
    networks: [{ network: lan, ip: "10.0.0.10" }],
    cloudInit: { packages: ["nginx"] },
  });
}

const program = (make: (host: HostStack, lan: Network) => void): Json => {
  const host = newHost();
  make(host, new Network(host, "lan", { ipv4: "10.0.0.0/24" }));
  return synthesize(host);
};

/** All resources as a set, with their addresses taken out of everything. */
const withoutAddresses = ({ resource }: Json): string[] =>
  Object.values(resource as Record<string, Record<string, Json>>)
    .flatMap((named) => Object.values(named))
    .map((values) =>
      JSON.stringify(values, (key, value: unknown) => (key === "//" ? undefined : value)).replaceAll(
        /\$\{(libvirt_\w+)\.[\w-]+\./g,
        "${$1.",
      ),
    )
    .toSorted();

const addresses = ({ resource }: Json): string[] =>
  Object.entries(resource as Record<string, object>).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));

describe("a guest whose path changed", () => {
  const before = program((host, lan) => guest(host, "web1", lan));
  const after = program((host, lan) => {
    host.moved({ from: "web1", to: "front1" });
    guest(host, "front1", lan);
  });

  test("has every resource moved from its old address", () => {
    const moved = after.moved as { from: string; to: string }[];
    const gone = addresses(before).filter((address) => !addresses(after).includes(address));
    const fresh = addresses(after).filter((address) => !addresses(before).includes(address));
    expect(moved).toContainEqual({ from: "libvirt_domain.web1", to: "libvirt_domain.front1" });
    expect(moved.map(({ from }) => from).toSorted()).toEqual(gone.toSorted());
    expect(moved.map(({ to }) => to).toSorted()).toEqual(fresh.toSorted());
    expect(moved).toHaveLength(5);
  });

  test("keeps what was derived from its path: names, MAC address, reservation, cloud-init's instance", () => {
    expect(withoutAddresses(after)).toEqual(withoutAddresses(before));
  });

  test("gets a new name on the host if the program gives it one", () => {
    const renamed = program((host) => {
      host.moved({ from: "web1", to: "front1" });
      new VM(host, "front1", { name: "front1", memory: "1 GiB", disks: [{ size: "1 GiB" }] });
    });
    expect(renamed.resource.libvirt_domain.front1.name).toBe("front1");
    expect(Object.values<Json>(renamed.resource.libvirt_volume)[0].name).toBe("web1-vda.qcow2");
  });

  test("can move again, and into a construct that itself moves", () => {
    const again = program((host, lan) => {
      host.moved({ from: "web1", to: "rack/front" });
      host.moved({ from: "rack", to: "row" });
      guest(new Construct(host, "row"), "front", lan);
    });
    expect(withoutAddresses(again)).toEqual(withoutAddresses(before));
    const chain = (address: string): string[] => {
      const from = (again.moved as { from: string; to: string }[]).find(({ to }) => to === address)?.from;
      return from === undefined ? [address] : [address, ...chain(from)];
    };
    const [domain = ""] = Object.keys(again.resource.libvirt_domain);
    expect(chain(`libvirt_domain.${domain}`).at(-1)).toBe("libvirt_domain.web1");
  });
});

test("pools, volumes, networks, images and cloud-init disks move in the same way", () => {
  const make =
    (prefix: string, moves: boolean) =>
    (host: HostStack): void => {
      const at = (id: string): string => {
        if (moves) host.moved({ from: `a-${id}`, to: prefix + id });
        return prefix + id;
      };
      const pool = StoragePool.directory(host, at("pool"), { path: "/srv/vms" });
      const image = new Image(host, at("image"), { url: "https://example.org/debian.qcow2" });
      const setup = new CloudInit(host, at("setup"), { hostname: "web1", packages: ["nginx"] });
      const data = new Volume(host, at("data"), { pool, backing: image });
      const network = new Network(host, at("net"), { ipv4: "10.1.0.0/24" });
      new VM(host, "web1", { memory: "1 GiB", pool, disks: [{ volume: data }], networks: [network], cloudInit: setup });
    };
  const before = program(make("a-", false));
  const after = program(make("b-", true));
  expect(withoutAddresses(after)).toEqual(withoutAddresses(before));
  expect(after.moved.map(({ from }: Json) => from).toSorted()).toEqual(
    addresses(before)
      .filter((address) => !addresses(after).includes(address))
      .toSorted(),
  );
});

test("a program without moves has no moved block", () => {
  expect(program((host) => new VM(host, "web1", { memory: "1 GiB" }))).not.toHaveProperty("moved");
});

test.each<[string, (host: HostStack) => void, string]>([
  [
    "after the construct",
    (host) => {
      new VM(host, "front1", { memory: "1 GiB" });
      host.moved({ from: "web1", to: "front1" });
    },
    "front1 exists already, with its own names",
  ],
  [
    "from where something still is",
    (host) => {
      host.moved({ from: "web1", to: "front1" });
      new VM(host, "front1", { memory: "1 GiB" });
      new VM(host, "web1", { memory: "1 GiB" });
    },
    "web1 still exists",
  ],
  ["from a path to the same one", (host) => host.moved({ from: "web1", to: "/web1" }), "from and to are the same path"],
  ["from nowhere", (host) => host.moved({ from: "", to: "web1" }), "a path is empty"],
])("a move is refused %s", (_, make, problem) => {
  expect(errorOf(() => program(make))).toContain(problem);
});

test("a resource of another provider moves with its construct", () => {
  class Note extends TerraformResource {
    constructor(scope: Construct, id: string) {
      super(scope, id, { terraformResourceType: "terraform_data" });
    }
  }
  const after = program((host) => {
    host.moved({ from: "old", to: "new" });
    new Note(new Construct(host, "new"), "note");
  });
  expect(after.moved).toHaveLength(1);
  expect(after.moved[0].from).toMatch(/^terraform_data\.old_note_/);
});
