import { defineCommand } from "citty";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../../model/spelling.ts";
import { ambiguousAddress, unknownAddress } from "../errors.ts";
import { DONE } from "../exit.ts";
import { seconds, shared } from "../options.ts";
import { openEngine, openSession } from "../session.ts";
import type { Stack } from "../stack.ts";

/** The addresses of a stack's resources in its configuration. */
function addressesOf({ folder }: Stack): readonly string[] {
  const { resource = {} } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as {
    resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  return Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));
}

/** How to create a resource of each type. */
const MAKERS: Readonly<Record<string, (name: string) => string>> = {
  libvirt_domain: (name) => `new VM(host, "${name}", { memory: "2 GiB" }), or in a fleet file guests: { ${name}: { memory: 2 GiB } }`,
  libvirt_network: (name) =>
    `new Network(host, "${name}", { ipv4: "10.0.0.0/24" }), or in a fleet file networks: { ${name}: { ipv4: 10.0.0.0/24 } }`,
  libvirt_pool: (name) =>
    `StoragePool.directory(host, "${name}", { path: "/srv/vms" }), or in a fleet file pools: { ${name}: { type: directory, path: /srv/vms } }`,
  libvirt_volume: (name) => `new Volume(host, "${name}", { size: "20 GiB" }), or in a fleet file volumes: { ${name}: { size: 20 GiB } }`,
};

function codeFor(address: string): string {
  const [type = "", name = ""] = address.split(".");
  return MAKERS[type]?.(name) ?? `a construct that creates ${address}`;
}

/** The only stack with that address. */
function stackWith(stacks: readonly Stack[], address: string): Stack {
  const [found, ...others] = stacks.filter((stack) => addressesOf(stack).includes(address));
  if (found && others.length > 0) throw ambiguousAddress(address, [found.name, ...others.map(({ name }) => name)]);
  if (found) return found;
  const all = [...new Set(stacks.flatMap(addressesOf))];
  const [type = "", id = ""] = address.split(".");
  // compared without the type, which would make all of one type look similar
  const ids = new Map(all.filter((one) => one.startsWith(`${type}.`)).map((one) => [one.slice(type.length + 1), one]));
  const near = ids.get(nearest(id, ids.keys()) ?? "") ?? (type in MAKERS ? undefined : nearest(address, all));
  throw unknownAddress(
    address,
    stacks.map(({ name }) => name),
    near,
    codeFor(address),
  );
}

export default defineCommand({
  meta: { name: "import", description: "Import an existing object of the host into the state, for a resource of the program" },
  args: {
    address: { type: "positional", required: true, description: "The resource's address, as plan shows it: libvirt_domain.web1" },
    id: { type: "positional", required: true, description: "Name or UUID on the host; POOL/NAME for a volume" },
    stack: { type: "string", description: "The stack, if several have the address; or a fleet file", valueHint: "stack | fleet.yaml" },
    app: shared.app,
    output: shared.output,
    "lock-timeout": shared["lock-timeout"],
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession({ ...args, _: args.stack === undefined ? [] : [args.stack] });
    const stack = stackWith(stacks, args.address);
    const engine = await openEngine(stack, terminal);
    await engine.import(args.address, args.id, { lockTimeout: seconds("lock-timeout", args["lock-timeout"]) });
    terminal.say(`${stack.name}: imported ${args.id} as ${args.address}; \`cdkvm plan ${stack.name}\` shows what the program would change`);
    return DONE;
  },
});
