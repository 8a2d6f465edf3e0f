import { z } from "zod";
import { nearest } from "../spelling.ts";
import { uriError } from "../value-errors.ts";
import { rolloutProps } from "./rollout.ts";
import { matching, name, spelled } from "./shared.ts";

const TRANSPORTS = ["qemu", "qemu+unix", "qemu+ssh", "qemu+tcp", "qemu+tls"];

/** A host without a scheme: `kvm1`, `root@kvm1.example.org:2222`. */
const BARE_HOST = /^([\w.-]+@)?[a-z0-9][a-z0-9.-]*(:\d+)?(?=\/?$)/i;

/** A libvirt connection URI (https://libvirt.org/uri.html). @throws CdkvmError */
export function libvirtUri(text: string): string {
  if (text.includes("${")) return text;
  const match = /^([a-z0-9+]+):\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/i.exec(text);
  const bare = BARE_HOST.exec(text)?.[0];
  if (bare !== undefined) throw uriError.bareHost(text, bare === "localhost" ? "qemu:///system" : `qemu+ssh://${bare}/system`);
  if (!match) throw uriError.syntax(text);
  const [, scheme = "", host = "", path = ""] = match;
  if (!TRANSPORTS.includes(scheme)) {
    const near = scheme === "ssh" ? "qemu+ssh" : nearest(scheme, TRANSPORTS);
    throw uriError.driver(text, scheme, near && `${near}://${host}${path || "/system"}`, TRANSPORTS);
  }
  if (path !== "/system" && path !== "/session") throw uriError.path(text, `${scheme}://${host}/system`);
  if (host === "" && /ssh|tcp|tls/.test(scheme)) throw uriError.noHost(text, `${scheme}://kvm1${path}`);
  return text;
}

export const acceleration = z.enum(["kvm", "qemu"]);
export const providerKind = z.enum(["embedded", "registry"]);

export const hostProps = z
  .strictObject({
    uri: spelled(libvirtUri, {
      description: "The libvirt connection URI. Default: LIBVIRT_DEFAULT_URI, else qemu:///system.",
      examples: ["qemu:///system", "qemu+ssh://root@kvm1.example.org/system"],
    }).optional(),
    provider: providerKind.optional().meta({
      description: "embedded: the provider in this package; registry: dmacvicar/libvirt. Default: CDKVM_PROVIDER, else embedded.",
    }),
    acceleration: acceleration.optional().meta({
      description:
        "kvm: on the host's CPU; qemu: emulated. Default: CDKVM_ACCELERATION, else the plan decides for each new guest by what the host can do (registry: kvm).",
    }),
    poolPath: matching(/^\//, (text) => `${text} is not an absolute path on the host`, 'start it with "/"')
      .optional()
      .meta({ description: "Directory of the host's own pool. Default: /var/lib/libvirt/images/<stack>." }),
    rollout: rolloutProps.optional(),
    defaultPool: name("The pool for disks that name none: an existing pool of the host, by name. Default: a new pool.").optional(),
  })
  .meta({ id: "Host", description: "A KVM host." });
