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
    fix: close ? `did you mean ${close}?` : `there are: ${all.join(", ") || "none"}; what is imported must be in the program first`,
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
