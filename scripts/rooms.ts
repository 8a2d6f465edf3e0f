/** A room: a top-level folder with import rules. */
export interface Room {
  /** Its purpose, in a few words. */
  readonly does: string;
  /** The other rooms that it may import. */
  readonly rooms: readonly string[];
  /** The npm packages that it may use; Node's own modules are open to all except `model`. */
  readonly packages: readonly string[];
}

/** All rooms. `scripts/walls.ts` enforces them, and `scripts/generate-rooms-picture.ts` draws them. */
export const rooms: Readonly<Record<string, Room>> = {
  model: {
    does: "the vocabulary: sizes, networks, names; schemas of all props; one table per libvirt resource",
    rooms: [],
    packages: ["zod", "saxes"],
  },
  attributes: {
    does: "values compared by the tables: what means the same, what changes",
    rooms: ["model"],
    packages: [],
  },
  libvirt: { does: "libvirt's RPC and transports; its XML by the tables", rooms: ["attributes", "model"], packages: [] },
  "provider/protocol": {
    does: "Terraform's plugin protocol",
    rooms: ["model"],
    packages: ["@grpc/grpc-js", "fflate", "protobufjs"],
  },
  provider: { does: "the embedded provider's resources", rooms: ["attributes", "libvirt", "model"], packages: [] },
  source: { does: "YAML files that users write: the position of each part", rooms: ["model"], packages: ["yaml", "zod"] },
  constructs: {
    does: "VM, Network, Image, ... and the resource classes",
    rooms: ["model"],
    packages: ["cdktf", "constructs", "yaml"],
  },
  stacks: { does: "a stack for each host", rooms: ["constructs", "model"], packages: ["cdktf", "constructs"] },
  fleet: {
    does: "fleet files, and the stacks of many hosts",
    rooms: ["stacks", "constructs", "source", "model"],
    packages: ["cdktf", "constructs", "zod", "yaml", "ajv"],
  },
  engine: { does: "finds and runs OpenTofu or Terraform", rooms: ["model"], packages: ["fflate", "postgres"] },
  plans: {
    does: "a folder of saved plans: what they were made from, and whether that is still so",
    rooms: ["engine", "model"],
    packages: ["zod"],
  },
  review: { does: "a plan in a person's words", rooms: ["attributes", "engine", "model"], packages: ["diff", "yaml", "zod"] },
  policy: {
    does: "rules that a plan must keep, and their waivers",
    rooms: ["review", "engine", "source", "model"],
    packages: ["zod"],
  },
  testing: {
    does: "synth, plans and matchers for users' tests",
    rooms: ["policy", "review", "fleet", "stacks", "constructs", "engine", "attributes", "model"],
    packages: ["cdktf", "constructs"],
  },
  drift: { does: "what differs on the hosts, and who could have done it", rooms: ["review", "model"], packages: ["zod"] },
  forge: { does: "comments, labels, statuses and issues on GitHub, GitLab, Gitea and Forgejo; CI files", rooms: ["model"], packages: [] },
};

/** The top room: it may import every other, and nothing imports it. */
export const entrance = { name: "cli", does: "the commands; the only room that reads arguments or exits" } as const;
