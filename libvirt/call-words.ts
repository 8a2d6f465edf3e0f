import { Procedure } from "./procedures.ts";
import { XdrReader } from "./xdr/reader.ts";

const names = new Map<number, string>(Object.entries(Procedure).map(([name, number]) => [number, name]));
const ACRONYMS: ReadonlySet<string> = new Set(["CPU", "DHCP", "UUID", "XML"]);

/** libvirt's function for a procedure: `virStorageVolGetXMLDesc`. */
export function callOf(procedure: number): string {
  const words = (names.get(procedure) ?? String(procedure)).split("_");
  return `vir${words.map((word) => (ACRONYMS.has(word) ? word : word.charAt(0) + word.slice(1).toLowerCase())).join("")}`;
}

/** What the first arguments of these are about. */
const nouns: readonly (readonly [prefix: string, noun: string])[] = [
  ["DOMAIN_", "guest"],
  ["NETWORK_", "network"],
  ["STORAGE_POOL_", "pool"],
  ["STORAGE_VOL_", "volume"],
  ["NODE_DEVICE_", "device"],
];

/** A name as it is, or the one in a definition. */
const nameIn = (text: string): string => (text.startsWith("<") ? (/<name>([^<]*)<\/name>/.exec(text)?.[1] ?? "") : text);

/** What a call is about, out of its arguments: `volume data.qcow2 in pool images`. */
export function objectOf(procedure: number, args: Uint8Array): string | undefined {
  const call = names.get(procedure) ?? "";
  const noun = nouns.find(([prefix]) => call.startsWith(prefix))?.[1];
  if (noun === undefined) return undefined;
  const reader = new XdrReader(args);
  try {
    if (call.endsWith("_BY_UUID")) return `${noun} ${reader.fixed(16).toString("hex")}`;
    const first = nameIn(reader.string());
    if (noun !== "volume" || /_BY_(KEY|PATH)$/.test(call)) return `${noun} ${first}`;
    // of the pool that it is looked for or made in there is the UUID too
    if (/_(CREATE_XML|BY_NAME)/.test(call)) reader.fixed(16);
    return `volume ${nameIn(reader.string())} in pool ${first}`;
  } catch {
    return undefined;
  }
}
