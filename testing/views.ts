import { formatBytes } from "../review/units.ts";
import { ByteSize } from "../model/bytes.ts";
import { isRecord, type JsonRecord, recordOf } from "../model/records.ts";
import { type Resource, resourcesOf } from "./resources.ts";
import type { Synthesized } from "./synth.ts";

/** What matchers compare of a guest. Sizes are texts such as `4 GiB`. */
export interface GuestView {
  readonly name: string;
  readonly stack: string;
  readonly memory: string | undefined;
  readonly cpus: number | undefined;
  readonly running: boolean;
  readonly autostart: boolean;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** Its networks and bridges, by name, in order. */
  readonly networks: readonly string[];
  /** The addresses that its networks reserve for it. */
  readonly ips: readonly string[];
  /** The sizes of its disks' new volumes, in order; of others, the volume's or file's name. */
  readonly disks: readonly string[];
}

export interface NetworkView {
  readonly name: string;
  readonly stack: string;
  /** `nat`, `route`, `open`, ..., or `isolated`. */
  readonly mode: string;
  /** Of the host in it: `10.0.0.1/24`. */
  readonly addresses: readonly string[];
  readonly domain: string | undefined;
  readonly autostart: boolean;
}

export interface VolumeView {
  readonly name: string;
  readonly stack: string;
  readonly pool: string | undefined;
  readonly size: string | undefined;
  readonly format: string | undefined;
  /** What it is filled from. */
  readonly source: string | undefined;
}

export const guestsOf = (synthesized: Synthesized): GuestView[] => viewsOf(synthesized, "libvirt_domain", guestView);
export const networksOf = (synthesized: Synthesized): NetworkView[] => viewsOf(synthesized, "libvirt_network", networkView);
export const volumesOf = (synthesized: Synthesized): VolumeView[] => viewsOf(synthesized, "libvirt_volume", volumeView);

type Viewer<View> = (values: JsonRecord, stack: string, all: readonly Resource[]) => View;

const viewsOf = <View>({ stacks }: Synthesized, type: string, view: Viewer<View>): View[] =>
  stacks.flatMap((stack) => {
    const all = resourcesOf(stack);
    return all.filter((one) => one.type === type).map(({ values }) => view(values, stack.name, all));
  });

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const records = (value: unknown): readonly JsonRecord[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce<unknown>((here, step) => recordOf(here)[step], value);

function sizeAt(values: JsonRecord, name: string, usual: string): string | undefined {
  const amount = values[name];
  return typeof amount === "number" ? formatBytes(ByteSize.of(`${amount} ${text(values[`${name}_unit`]) ?? usual}`).bytes) : undefined;
}

function guestView(values: JsonRecord, stack: string, all: readonly Resource[]): GuestView {
  const { vcpu, vcpu_current: current } = values;
  const nics = records(at(values, "devices", "interfaces"));
  const macs = new Set(nics.map((nic) => text(at(nic, "mac", "address"))?.toLowerCase()));
  const reservations = all
    .filter(({ type }) => type === "libvirt_network")
    .flatMap((one) => records(one.values["ips"]).flatMap((ip) => records(at(ip, "dhcp", "hosts"))));
  return {
    name: text(values["name"]) ?? "",
    stack,
    memory: sizeAt(values, values["current_memory"] === undefined ? "memory" : "current_memory", "KiB"),
    cpus: typeof current === "number" ? current : typeof vcpu === "number" ? vcpu : undefined,
    running: values["running"] !== false,
    autostart: values["autostart"] === true,
    title: text(values["title"]),
    description: text(values["description"]),
    networks: nics.map(
      (nic) =>
        text(at(nic, "source", "network", "network")) ??
        text(at(nic, "source", "bridge", "bridge")) ??
        text(at(nic, "source", "direct", "dev")) ??
        "?",
    ),
    ips: reservations.filter(({ mac }) => macs.has(text(mac)?.toLowerCase() ?? "?")).flatMap(({ ip }) => text(ip) ?? []),
    disks: records(at(values, "devices", "disks"))
      .filter(({ device }) => device !== "cdrom")
      .map((disk) => diskText(disk, all)),
  };
}

function diskText(disk: JsonRecord, all: readonly Resource[]): string {
  const name = text(at(disk, "source", "volume", "volume"));
  const volume = name === undefined ? undefined : all.find(({ type, values }) => type === "libvirt_volume" && values["name"] === name);
  return (
    (volume && sizeAt(volume.values, "capacity", "bytes")) ??
    name ??
    text(at(disk, "source", "file", "file")) ??
    text(at(disk, "source", "block", "dev")) ??
    "?"
  );
}

const networkView: Viewer<NetworkView> = (values, stack) => ({
  name: text(values["name"]) ?? "",
  stack,
  mode: text(at(values, "forward", "mode")) ?? "isolated",
  addresses: records(values["ips"]).map(({ address, prefix }) => `${String(address)}/${String(prefix)}`),
  domain: text(at(values, "domain", "name")),
  autostart: values["autostart"] === true,
});

const volumeView: Viewer<VolumeView> = (values, stack) => ({
  name: text(values["name"]) ?? "",
  stack,
  pool: text(values["pool"]),
  size: sizeAt(values, "capacity", "bytes"),
  format: text(at(values, "target", "format", "type")),
  source: text(at(values, "create", "content", "url")),
});
