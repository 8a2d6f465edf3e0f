import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { KvmEvidence } from "./kvm-evidence.ts";
import type { Libvirt } from "./connection.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import type { Uptime } from "./this-machine.ts";

/** A host that has just been queried. */
export interface Asked {
  readonly libvirt: Libvirt;
  readonly host: HostCapabilities;
  readonly uptime: Uptime;
  /** See {@link keyOf}. */
  readonly key: string;
}

interface Entry {
  readonly boot?: string;
  /** Time in milliseconds since 1970. */
  readonly at: number;
  readonly evidence: KvmEvidence;
}

/**
 * Lifetime of results that a busy host, or an administrator, can change: long enough for an apply to decide as its plan did, and
 * short enough that one bad moment does not last. All other results are valid until the host reboots.
 */
const PASSING_MS = 10 * 60_000;
const PASSING: ReadonlySet<string> = new Set(["no-virtualization", "refused", "silent", "unanswered"]);

const folder = (): string => join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "cdkvm", "kvm");

/** A key for the host, from its own identity: one machine has several URIs, and a URI may lead elsewhere another day. */
export async function keyOf({ libvirt, host }: Pick<Asked, "libvirt" | "host">): Promise<string> {
  const { uri, node } = libvirt;
  const user = uri.session ? (uri.user ?? userInfo().username) : ""; // a session's QEMU runs as its user
  const identity = [host.uuid, await node.hostname(), uri.name, user].join("\0");
  return createHash("sha256").update(identity).digest("hex").slice(0, 40);
}

const fileOf = ({ key }: Asked): string => join(folder(), `${key}.json`);

/** What was found out about a host since its last boot, if still valid. */
export async function rememberedTrial(asked: Asked): Promise<KvmEvidence | undefined> {
  return evidenceIn(await read(fileOf(asked)), asked.uptime);
}

function evidenceIn(entry: Entry | undefined, { boot, ms }: Uptime): KvmEvidence | undefined {
  if (entry === undefined) return undefined;
  const age = Date.now() - entry.at;
  const isOfThisBoot = boot !== undefined && entry.boot !== undefined ? boot === entry.boot : age < ms;
  const { evidence } = entry;
  const counts = age >= 0 && isOfThisBoot && (evidence.works || !PASSING.has(evidence.end) || age < PASSING_MS);
  return counts ? evidence : undefined;
}

/**
 * Stores the result and returns the valid one: if KVM worked for another process meanwhile, it works. If no folder is writable, the
 * next plan repeats the trial.
 */
export async function rememberTrial(asked: Asked, evidence: KvmEvidence): Promise<KvmEvidence> {
  const file = fileOf(asked);
  const other = evidenceIn(await read(file), asked.uptime);
  if (!evidence.works && PASSING.has(evidence.end) && other?.works === true) return other;
  const { boot } = asked.uptime;
  const mine = `${file}.${process.pid}`;
  try {
    await mkdir(folder(), { recursive: true, mode: 0o700 });
    await writeFile(mine, JSON.stringify({ ...(boot !== undefined && { boot }), at: Date.now(), evidence } satisfies Entry), {
      mode: 0o600,
    });
    await rename(mine, file);
  } catch (error) {
    await rm(mine, { force: true }).catch(() => {});
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
  }
  return evidence;
}

/** Undefined if nothing has been written yet, or the file is not an entry. */
async function read(file: string): Promise<Entry | undefined> {
  try {
    const { boot, at, evidence } = JSON.parse(await readFile(file, "utf8")) as Partial<Entry>;
    if (typeof at !== "number" || typeof evidence !== "object" || evidence === null) return undefined;
    const { works } = evidence;
    if (works ? typeof evidence.by !== "string" : works || typeof evidence.end !== "string") return undefined;
    return { at, evidence, ...(typeof boot === "string" && { boot }) };
  } catch {
    return undefined;
  }
}
