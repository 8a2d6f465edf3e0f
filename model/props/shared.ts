import { z } from "zod";
import { ByteSize } from "../bytes.ts";
import { ipNetwork } from "../cidr.ts";
import { Duration } from "../duration.ts";
import { CdkvmError } from "../errors.ts";
import { Ip } from "../ip.ts";
import { macAddress } from "../mac.ts";
import { hostName, interfaceName, libvirtName } from "../name.ts";
import { sshPublicKey } from "../ssh-key.ts";

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
        context.issues.push({ code: "custom", continue: true, input: context.value, message: error.details.problem });
      }
    })
    .meta({ ...meta, ...(meta.examples ? { examples: meta.examples } : {}) });

export const size = (description: string, ...examples: string[]): z.ZodString =>
  spelled((text) => ByteSize.parse(text), { description, examples: examples.length > 0 ? examples : ["20 GiB"] });

/** libvirt and QEMU store memory in KiB. */
export const memory = (description: string): z.ZodString =>
  spelled(
    (text) => {
      const amount = ByteSize.parse(text);
      const kib = amount.in("KiB");
      if (kib === undefined || kib === 0) {
        throw new CdkvmError({
          code: "CDKVM_VALUE",
          doing: "read a memory size",
          problem:
            kib === 0
              ? `${text} is no memory at all; give it a few MiB`
              : `${text} is not a whole number of KiB; did you mean "${Math.ceil(amount.bytes / 1024)} KiB"?`,
        });
      }
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
      if (!text.startsWith("/")) {
        throw new CdkvmError({
          code: "CDKVM_VALUE",
          doing: "read a path",
          problem: `${JSON.stringify(text)} is not an absolute path on the host; write it from the root, as in "/var/lib/libvirt/images"`,
        });
      }
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
      if (cidr.version !== version) {
        throw new CdkvmError({
          code: "CDKVM_VALUE",
          doing: "read an IP network",
          problem: `${text} is an IPv${cidr.version} network; did you mean ipv${cidr.version}: "${cidr.toString()}"?`,
        });
      }
    },
    { description, examples: [version === 4 ? "10.0.0.0/24" : "fd00:10::/64"] },
  );
