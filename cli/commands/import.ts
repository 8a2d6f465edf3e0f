import { defineCommand } from "citty";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CdkvmError } from "../../model/errors.ts";
import { nearest } from "../../model/spelling.ts";
import { DONE } from "../exit.ts";
import { seconds, shared } from "../options.ts";
import { openEngine, openSession } from "../session.ts";
import type { Stack } from "../synthesize.ts";

/** The addresses of a stack's resources, as its configuration has them. */
function addressesOf({ folder }: Stack): readonly string[] {
  const { resource = {} } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as {
    resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  return Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));
}

/** The construct that has resources of each type; the example that a person completes. */
const CONSTRUCTS: Readonly<Record<string, (id: string) => string>> = {
  libvirt_domain: (id) => `new VM(host, "${id}", { memory: "2 GiB" })`,
  libvirt_network: (id) => `new Network(host, "${id}", { ipv4: "10.0.0.0/24" })`,
  libvirt_pool: (id) => `new StoragePool(host, "${id}", { type: "directory", path: "/var/lib/libvirt/${id}" })`,
  libvirt_volume: (id) => `new Volume(host, "${id}", { size: "20 GiB" })`,
};

/** What to write so that the address exists; nothing for a type that is none. */
function sampleFor(address: string): string {
  const [type = "", id = ""] = address.split(".");
  const sample = CONSTRUCTS[type];
  return sample && id ? `: ${sample(id)}, with what the host has of it` : "";
}

/** The one stack that has the address. */
function stackWith(stacks: readonly Stack[], address: string): Stack {
  const having = stacks.filter((stack) => addressesOf(stack).includes(address));
  const [only] = having;
  if (only && having.length === 1) return only;
  const doing = `find ${address}`;
  if (only)
    throw new CdkvmError({
      code: "CDKVM_IMPORT_ADDRESS",
      doing,
      problem: `several stacks have it: ${having.map(({ name }) => name).join(", ")}`,
      fix: `say which: --stack ${only.name}`,
    });
  const all = [...new Set(stacks.flatMap(addressesOf))];
  const close = nearest(address, all);
  throw new CdkvmError({
    code: "CDKVM_IMPORT_ADDRESS",
    doing,
    problem: `no resource has this address in ${stacks.map(({ name }) => name).join(", ")}`,
    fix: close
      ? `did you mean ${close}?`
      : `write it into the program first, then import it${sampleFor(address)}; there are: ${all.join(", ") || "none"}`,
  });
}

export default defineCommand({
  meta: { name: "import", description: "Take what the host has into the state, for a resource of the program" },
  args: {
    address: { type: "positional", required: true, description: "The resource's address, as plan shows it: libvirt_domain.web1" },
    id: { type: "positional", required: true, description: "Name or UUID on the host; POOL/NAME for a volume" },
    stack: { type: "string", description: "The stack, where several have the address; or a fleet file", valueHint: "stack | fleet.yaml" },
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
    terminal.say(
      `${stack.name}: ${args.address} is ${args.id} from now on; \`cdkvm plan ${stack.name}\` shows what the program would change of it`,
    );
    return DONE;
  },
});
