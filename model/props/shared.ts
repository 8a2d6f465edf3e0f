import { z } from "zod";
import { ByteSize } from "../bytes.ts";
import { ipNetwork } from "../cidr.ts";
import { Duration } from "../duration.ts";
import { CdkvmError } from "../errors.ts";
import { Ip } from "../ip.ts";
import { macAddress } from "../mac.ts";
import { hostName, interfaceName, libvirtName } from "../name.ts";
import { refuse } from "../refuse.ts";
import { sshPublicKey } from "../ssh-key.ts";
import { memoryError, networkError, pathError } from "../value-errors.ts";

/** A string with its own parser; the parser's message is the error. */
export const spelled = (
  read: (text: string) => unknown,
  meta: { readonly description: string; readonly examples?: string[] },
): z.ZodString =>
  z
    .string()
    .check((context) => {
      try {
        read(context.value);
      } catch (error) {
        if (!(error instanceof CdkvmError)) throw error;
        refuse(context, error.details);
      }
    })
    .meta({ ...meta, ...(meta.examples ? { examples: meta.examples } : {}) });

/** Text of a pattern, which the JSON Schema has too. */
export const matching = (pattern: RegExp, problem: (text: string) => string, fix?: string): z.ZodString =>
  z
    .string()
    .check((context) => {
      if (!pattern.test(context.value)) refuse(context, { problem: problem(JSON.stringify(context.value)), fix, keyword: "pattern" });
    })
    .meta({ pattern: pattern.source });

/** A file mode, in octal. */
export const fileMode = (example: string): z.ZodString =>
  matching(/^0?[0-7]{3,4}$/, (text) => `${text} is not a file mode`, `write it in octal, for example "${example}"`);

export const size = (description: string, ...examples: string[]): z.ZodString =>
  spelled((text) => ByteSize.parse(text), { description, examples: examples.length > 0 ? examples : ["20 GiB"] });

/** libvirt and QEMU store memory in KiB. */
export const memory = (description: string): z.ZodString =>
  spelled(
    (text) => {
      const amount = ByteSize.parse(text);
      const kib = amount.in("KiB");
      if (kib === 0) throw memoryError.none(text);
      if (kib === undefined) throw memoryError.partOfKib(text, Math.ceil(amount.bytes / 1024));
    },
    { description, examples: ["512 MiB", "4 GiB"] },
  );

export const duration = (description: string): z.ZodString =>
  spelled((text) => Duration.parse(text), { description, examples: ["90 s", "5 min"] });
export const ip = (description: string): z.ZodString => spelled((text) => Ip.parse(text), { description, examples: ["10.0.0.10"] });
export const ipv4 = (description: string): z.ZodString => ofVersion(4, description);
export const ipv6 = (description: string): z.ZodString => ofVersion(6, description);
export const mac = (description: string): z.ZodString => spelled(macAddress, { description, examples: ["52:54:00:12:34:56"] });
export const name = (description: string): z.ZodString => spelled(unlessToken(libvirtName), { description, examples: ["web1"] });
export const host = (description: string): z.ZodString => spelled(unlessToken(hostName), { description, examples: ["web1.example.org"] });
export const linuxInterface = (description: string): z.ZodString =>
  spelled(unlessToken(interfaceName), { description, examples: ["br0", "eth0"] });

/** A reference to an object made elsewhere: in a file its name; in a program the construct itself. */
export const reference = (description: string): z.ZodString => z.string().min(1).meta({ description });

export const sshKey: z.ZodString = spelled(unlessToken(sshPublicKey), {
  description: "A public ssh key, as a line of authorized_keys.",
  examples: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA me@laptop"],
});

export const path = (description: string): z.ZodString =>
  spelled(
    unlessToken((text) => {
      if (!text.startsWith("/")) throw pathError.relative(text);
    }),
    { description, examples: ["/var/lib/libvirt/images/disk.qcow2"] },
  );

export const vlanId = (description = "VLAN id."): z.ZodInt =>
  z
    .int()
    .min(1)
    .max(4094)
    .meta({ description, examples: [42] });
export const port = (description: string): z.ZodInt => z.int().min(1).max(65535).meta({ description });

/** A value that the engine resolves later cannot be parsed at synth. */
function unlessToken(read: (text: string) => unknown): (text: string) => unknown {
  return (text) => (text.includes("${") ? text : read(text));
}

const ofVersion = (version: 4 | 6, description: string): z.ZodString =>
  spelled(
    (text) => {
      const cidr = ipNetwork(text);
      if (cidr.version !== version) throw networkError.version(text, cidr.version, cidr.toString());
    },
    { description, examples: [version === 4 ? "10.0.0.0/24" : "fd00:10::/64"] },
  );
