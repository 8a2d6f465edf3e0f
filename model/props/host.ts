import { z } from "zod";
import { CdkvmError } from "../errors.ts";
import { nearest } from "../spelling.ts";
import { name, spelled } from "./shared.ts";

const TRANSPORTS = ["qemu", "qemu+unix", "qemu+ssh", "qemu+tcp", "qemu+tls"];

/** A host without a scheme: `kvm1`, `root@kvm1.example.org:2222`. */
const BARE_HOST = /^([\w.-]+@)?[a-z0-9][a-z0-9.-]*(:\d+)?(?=\/?$)/i;

/** A libvirt connection URI (https://libvirt.org/uri.html). @throws CdkvmError */
export function libvirtUri(text: string): string {
  if (text.includes("${")) return text;
  const match = /^([a-z0-9+]+):\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/i.exec(text);
  const wrong = (problem: string): CdkvmError => new CdkvmError({ code: "CDKVM_VALUE", doing: "read a libvirt URI", problem });
  const bare = BARE_HOST.exec(text)?.[0];
  if (bare !== undefined) {
    const likely = bare === "localhost" ? "qemu:///system" : `qemu+ssh://${bare}/system`;
    throw wrong(`${JSON.stringify(text)} says no way to the host; did you mean "${likely}"?`);
  }
  if (!match) throw wrong(`${JSON.stringify(text)} is not a libvirt URI; it is as "qemu:///system" or "qemu+ssh://root@kvm1/system"`);
  const [, scheme = "", host = "", path = ""] = match;
  if (!TRANSPORTS.includes(scheme)) {
    const near = scheme === "ssh" ? "qemu+ssh" : nearest(scheme, TRANSPORTS);
    throw wrong(
      `${JSON.stringify(text)} has the driver ${JSON.stringify(scheme)}${near ? `; did you mean "${near}://${host}${path || "/system"}"?` : `; it is one of ${TRANSPORTS.join(", ")}`}`,
    );
  }
  if (path !== "/system" && path !== "/session")
    throw wrong(`${JSON.stringify(text)} does not say which libvirt; did you mean "${scheme}://${host}/system"?`);
  if (host === "" && /ssh|tcp|tls/.test(scheme))
    throw wrong(`${JSON.stringify(text)} names no host; write it as "${scheme}://kvm1${path}"`);
  return text;
}

export const acceleration = z.enum(["kvm", "qemu"]);
export const providerKind = z.enum(["embedded", "registry"]);

export const hostProps = z
  .strictObject({
    uri: spelled(libvirtUri, {
      description: "The libvirt that the stack is for. Default: LIBVIRT_DEFAULT_URI, else qemu:///system.",
      examples: ["qemu:///system", "qemu+ssh://root@kvm1.example.org/system"],
    }).optional(),
    provider: providerKind.optional().meta({
      description: "embedded: the provider in this package; registry: dmacvicar/libvirt. Default: CDKVM_PROVIDER, else embedded.",
    }),
    acceleration: acceleration.optional().meta({
      description:
        "kvm: on the host's CPU; qemu: emulated. Default: CDKVM_ACCELERATION, else each new guest's plan decides by what the host can (registry: kvm).",
    }),
    poolPath: z
      .string()
      .startsWith("/")
      .optional()
      .meta({ description: "Directory of the host's own pool. Default: /var/lib/libvirt/images/<stack>." }),
    defaultPool: name("Pool for disks that name none, where the host has one already. Default: a pool of the stack's own.").optional(),
  })
  .meta({ id: "Host", description: "A KVM host." });
