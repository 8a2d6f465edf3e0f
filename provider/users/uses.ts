import type { VolumeName } from "../volume/name.ts";
import { child, childrenNamed, textOf, type XmlElement } from "../../model/xml.ts";

/** Something on the host that a guest is defined with, or runs with. */
export interface Use {
  /** `boot`: a kernel, an initrd or firmware, read at each start. `removable`: a CD or floppy drive. */
  readonly as: "disk" | "removable" | "boot" | "share" | "interface";
  /** The device's target (`vda`), MAC address or folder in the guest; for `boot`, what is booted: `kernel`. */
  readonly device: string;
  /** A file or block device. For a disk, also each one in its backing chain, as far as libvirt reports it. */
  readonly path?: string;
  readonly volume?: VolumeName;
  readonly network?: string;
  /** Whether it is in the disk's backing chain. */
  readonly beneath?: boolean;
}

/** Everything that a domain's XML refers to. https://libvirt.org/formatdomain.html */
export function usesIn(domain: XmlElement): readonly Use[] {
  const os = child(domain, "os");
  const devices = child(domain, "devices");
  const all = (name: string): XmlElement[] => (devices === undefined ? [] : childrenNamed(devices, name));
  return [
    ...(os === undefined ? [] : booted(os)),
    ...all("disk").flatMap(disk),
    ...all("filesystem").flatMap(share),
    ...all("interface").flatMap(nic),
  ];
}

const booted = (os: XmlElement): Use[] =>
  ["kernel", "initrd", "dtb", "loader", "nvram"].flatMap((device) =>
    childrenNamed(os, device).flatMap((one): Use[] => {
      const path = textOf(one).trim();
      return path === "" ? [] : [{ as: "boot", device, path }];
    }),
  );

function disk(one: XmlElement): Use[] {
  const { device: kind = "disk" } = one.attributes;
  const device = child(one, "target")?.attributes["dev"] ?? "";
  const as = kind === "cdrom" || kind === "floppy" ? "removable" : "disk";
  const found: Use[] = [];
  for (let layer: XmlElement | undefined = one; layer !== undefined; layer = child(layer, "backingStore")) {
    const { file, dev, dir, pool, volume } = child(layer, "source")?.attributes ?? {};
    const path = file ?? dev ?? dir;
    const beneath = layer === one ? {} : { beneath: true };
    if (path !== undefined) found.push({ as, device, path, ...beneath });
    else if (pool !== undefined && volume !== undefined) found.push({ as, device, volume: { pool, name: volume }, ...beneath });
  }
  return found;
}

function share(one: XmlElement): Use[] {
  const { dir, file, dev, pool, volume } = child(one, "source")?.attributes ?? {};
  const device = child(one, "target")?.attributes["dir"] ?? "";
  const path = dir ?? file ?? dev;
  if (path !== undefined) return [{ as: "share", device, path }];
  return pool === undefined || volume === undefined ? [] : [{ as: "share", device, volume: { pool, name: volume } }];
}

function nic(one: XmlElement): Use[] {
  const network = child(one, "source")?.attributes["network"];
  return network === undefined ? [] : [{ as: "interface", device: child(one, "mac")?.attributes["address"] ?? "", network }];
}

/** `disk vda`, for messages. */
export function useText({ as, device }: Use): string {
  if (as === "removable") return `drive ${device}`;
  return as === "boot" ? device : `${as} ${device}`.trim();
}
