import { ByteSize } from "../../model/bytes.ts";
import type { PropPath } from "../../model/schema-at.ts";
import type { Fault } from "../../model/file-error.ts";
import type { FleetProblem } from "../errors.ts";
import type { WholeEntry } from "../guests.ts";
import type { FleetData } from "../schema.ts";
import type { FleetSource } from "../source/source.ts";
import { guestPath } from "./checked.ts";
import { referenceFault } from "./faults.ts";

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
  expect(path: PropPath, name: string, sections: readonly Section[], hosts: readonly string[] = []): void {
    const section = sections.find((one) => Object.hasOwn(this.#data[one] ?? {}, name));
    if (section === undefined) {
      // Items that exist but are invalid are already reported.
      if (sections.some((one) => this.#source.has([one, name]))) return;
      const known = sections.flatMap((one) => this.names(one));
      const noun = sections.map((one) => ONE[one]).join(" or ");
      this.#say(path, referenceFault.unknown(noun, name, known, sections));
      return;
    }
    const item: unknown = this.#data[section]?.[name];
    const lacks = hosts.filter((host) => !isOn(item, host));
    if (lacks.length === 0) return;
    const { onHosts: has = [] } = item as { readonly onHosts?: readonly string[] };
    this.#say(path, referenceFault.otherHosts(ONE[section], name, { has, lacks }));
  }

  /** All names used by an entry of `guests`. */
  guest(entry: string, whole: WholeEntry, hosts: readonly string[]): void {
    const inFile = (path: PropPath): PropPath => guestPath(this.#source, ["guests", entry, ...path]);
    const look = (path: PropPath, name: string | undefined, ...sections: Section[]): void => {
      if (name !== undefined) this.expect(inFile(path), name, sections, hosts);
    };
    look(["pool"], whole.pool, "pools");
    for (const [index, disk] of (whole.disks ?? []).entries()) {
      const { image, volume, pool, cdrom } = typeof disk === "string" ? { image: disk } : disk;
      const place = (key: string): PropPath => (typeof disk === "string" ? ["disks", index] : ["disks", index, key]);
      if (typeof disk === "string" && isSize(disk) && !this.names("images").includes(disk))
        this.#say(inFile(["disks", index]), referenceFault.sizeAsImage(`disks[${index}]`, disk));
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

  #say(path: PropPath, fault: Fault): void {
    this.problems.push(this.#source.problem(path, fault));
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
