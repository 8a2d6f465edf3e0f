import { ByteSize } from "../../model/bytes.ts";
import { nearest } from "../../model/spelling.ts";
import type { FleetProblem } from "../errors.ts";
import type { WholeEntry } from "../guests.ts";
import type { FleetData } from "../schema.ts";
import type { FleetSource, Path } from "../source/source.ts";

type Section = "hosts" | "networks" | "bridges" | "pools" | "images" | "volumes";
const ONE: Readonly<Record<Section, string>> = {
  hosts: "host", networks: "network", bridges: "bridge", pools: "pool", images: "image", volumes: "volume",
}; // prettier-ignore

/** Whether an item, which may list its hosts, is on a host. */
export const isOn = (item: unknown, host: string): boolean => {
  const { onHosts } = (item ?? {}) as { readonly onHosts?: readonly string[] };
  return onHosts === undefined || onHosts.includes(host);
};

/** Resolves names and reports those that do not exist. */
export class References {
  readonly problems: FleetProblem[] = [];
  readonly #source: FleetSource;
  readonly #data: FleetData;

  constructor(source: FleetSource, data: FleetData) {
    this.#source = source;
    this.#data = data;
  }

  names(section: Section): readonly string[] {
    return Object.keys(this.#data[section] ?? {});
  }

  /** Checks that a name is in a section, and on the hosts that need it. */
  expect(path: Path, name: string, sections: readonly Section[], hosts: readonly string[] = []): void {
    const section = sections.find((one) => Object.hasOwn(this.#data[one] ?? {}, name));
    if (section === undefined) {
      // Items that exist but are invalid are already reported.
      if (sections.some((one) => this.#source.has([one, name]))) return;
      const known = sections.flatMap((one) => this.names(one));
      const noun = sections.map((one) => ONE[one]).join(" or ");
      const near = nearest(name, known);
      const fix = near
        ? `did you mean "${near}"?`
        : known.length > 0
          ? `there are ${known.join(", ")}`
          : `the file has none; add it to ${sections.map((one) => `${one}:`).join(" or ")}`;
      this.#say(path, `there is no ${noun} ${JSON.stringify(name)}`, fix);
      return;
    }
    const item: unknown = this.#data[section]?.[name];
    const lacking = hosts.filter((host) => !isOn(item, host));
    if (lacking.length === 0) return;
    const on = (item as { readonly onHosts?: readonly string[] }).onHosts ?? [];
    this.#say(
      path,
      `the ${ONE[section]} ${JSON.stringify(name)} is on ${on.join(", ")}, and not on ${lacking.join(", ")}, where this is`,
      `add ${lacking.join(", ")} to onHosts of ${section}.${name}`,
    );
  }

  /** All names used by an entry of `guests`. */
  guest(base: Path, at: (path: Path) => Path, whole: WholeEntry, hosts: readonly string[]): void {
    const look = (path: Path, name: string | undefined, ...sections: Section[]): void => {
      if (name !== undefined) this.expect(at([...base, ...path]), name, sections, hosts);
    };
    look(["pool"], whole.pool, "pools");
    for (const [index, disk] of (whole.disks ?? []).entries()) {
      const { image, volume, pool, cdrom } = typeof disk === "string" ? { image: disk } : disk;
      const place = (key: string): Path => (typeof disk === "string" ? ["disks", index] : ["disks", index, key]);
      if (typeof disk === "string" && isSize(disk) && !this.names("images").includes(disk))
        this.#say(
          at([...base, "disks", index]),
          `disks[${index}]: ${disk} alone would be the name of an image`,
          `did you mean { size: ${disk} }?`,
        );
      else if (image !== undefined && !isAddress(image)) look(place("image"), image, "images");
      look(place("volume"), volume, "volumes");
      look(place("pool"), pool, "pools");
      if (typeof cdrom === "string" && !isAddress(cdrom)) look(place("cdrom"), cdrom, "images", "volumes");
    }
    for (const [index, nic] of (whole.networks ?? []).entries()) {
      if (typeof nic === "string") look(["networks", index], nic, "networks", "bridges");
      else {
        look(["networks", index, "network"], nic.network, "networks");
        look(["networks", index, "bridge"], nic.bridge, "bridges");
      }
    }
  }

  /** All names used by the other sections. */
  sections(): void {
    for (const section of ["networks", "bridges", "pools", "volumes"] as const) {
      for (const [name, item] of Object.entries(this.#data[section] ?? {})) {
        for (const [index, host] of (item.onHosts ?? []).entries()) this.expect([section, name, "onHosts", index], host, ["hosts"]);
      }
    }
    for (const [name, volume] of Object.entries(this.#data.volumes ?? {})) {
      const hosts = (volume.onHosts ?? this.names("hosts")).filter((host) => this.names("hosts").includes(host));
      const look = (key: "pool" | "image" | "backing", ...sections: Section[]): void => {
        const given = volume[key];
        if (given !== undefined) this.expect(["volumes", name, key], given, sections, hosts);
      };
      look("pool", "pools");
      look("image", "images");
      look("backing", "volumes", "images");
    }
  }

  #say(path: Path, message: string, fix: string): void {
    this.problems.push(this.#source.problem(path, message, fix));
  }
}

function isSize(text: string): boolean {
  try {
    return ByteSize.parse(text).bytes > 0;
  } catch {
    return false;
  }
}

/** A URL or a path, not a name in the file. */
export const isAddress = (text: string): boolean => text.startsWith("/") || /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
