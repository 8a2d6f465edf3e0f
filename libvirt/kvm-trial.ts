import { randomUUID } from "node:crypto";
import type { Libvirt } from "./connection.ts";
import { isLibvirtError, isNotFound } from "./errors.ts";
import { DomainDestroy, DomainStart } from "./flags.ts";
import { hostCapabilities, type HostCapabilities, virtualizationOf } from "./host-capabilities.ts";
import type { DomainRef } from "./refs.ts";
import { element, serializeXml, type XmlElement } from "../model/xml.ts";

/** Why guests of a host do not run on KVM. */
export type KvmRefusal =
  /** libvirt does not offer the domain type `kvm` there, for guests of that architecture. */
  | { readonly end: "not-offered"; readonly arch: string }
  /** There was no kernel to try, and the CPU has neither vmx nor svm. */
  | { readonly end: "no-virtualization" }
  /** libvirt or QEMU refused to start the guest. `said`: their message. */
  | { readonly end: "refused"; readonly said: string }
  /** QEMU paused the guest: KVM cannot continue on such a processor. */
  | { readonly end: "paused" }
  /** The guest stopped before its kernel had booted. `detail`: from libvirt's event. */
  | { readonly end: "stopped"; readonly detail: string }
  /** The kernel panicked before it looked for its root file system. */
  | { readonly end: "panicked"; readonly said: string }
  /** The guest produced no output for this long. */
  | { readonly end: "silent"; readonly seconds: number }
  /** libvirt itself did not answer for this long. */
  | { readonly end: "unanswered"; readonly seconds: number };

/** Whether a host's guests run on KVM, and the evidence. */
export type KvmTrial =
  /** A Linux kernel booted. `words`: its console output. */
  | { readonly works: true; readonly by: "kernel"; readonly words: string }
  /** There was no kernel to try; the CPU supports it. */
  | { readonly works: true; readonly by: "cpu"; readonly feature: "vmx" | "svm" }
  /** There was no kernel to try; libvirt offers it, and the architecture has no such flag. */
  | { readonly works: true; readonly by: "offer" }
  | ({ readonly works: false } & KvmRefusal);

export interface TrialOptions {
  /** A Linux kernel, as a path on the host that QEMU may read; libvirt changes the file's owner to QEMU's user. */
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  /** Milliseconds without a sign of life from the guest, or an answer from libvirt. @default 20000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export const TRIAL_TIMEOUT_MS = 20_000;
/** A guest that keeps producing output gets up to this multiple of the timeout. */
const PATIENCE = 3;
/** How much of the console's text is examined. */
const KEPT = 64 * 1024;

/** The first serial console, by architecture. */
const consoles: Readonly<Record<string, string>> = {
  x86_64: "ttyS0",
  i686: "ttyS0",
  riscv64: "ttyS0",
  aarch64: "ttyAMA0",
  ppc64: "hvc0",
  ppc64le: "hvc0",
  s390x: "ttysclp0",
};

/** Machine types of current guests, if not libvirt's default. */
const machines: Readonly<Record<string, string>> = { x86_64: "q35", aarch64: "virt", riscv64: "virt" };

/** A kernel that gets here has found all processors, memory and devices, and lacks only a root file system. */
const BOOTED = /Kernel panic - not syncing: (VFS: Unable to mount root|No working init|Attempted to kill init)|Run \S+ as init process/;
const PANIC = /Kernel panic - not syncing: .*/;

/**
 * Whether guests run on KVM on this host, determined with a guest: a Linux kernel, started by libvirt like any guest, so that QEMU's
 * user, permissions and confinement apply. The guest has no disk and no network, and is removed afterwards, even if this process is
 * killed. Takes as long as the kernel needs to boot, about a second if KVM works.
 *
 * @throws the signal's reason; CDKVM_CONNECTION_LOST
 */
export async function tryKvm(libvirt: Libvirt, options: TrialOptions = {}): Promise<KvmTrial> {
  const { kernel, timeoutMs = TRIAL_TIMEOUT_MS, signal } = options;
  signal?.throwIfAborted();
  const clock = new Clock(timeoutMs, signal);
  try {
    const host = await clock.race(hostCapabilities(libvirt));
    if (!host.typesFor(host.arch).has("kvm")) return no({ end: "not-offered", arch: host.arch });
    const booted = kernel === undefined ? undefined : await bootKernel(libvirt, host, { ...options, kernel }, clock);
    if (booted !== undefined) return booted;
    if (!/^(x86_64|i686)$/.test(host.arch)) return { works: true, by: "offer" };
    const feature = await clock.race(virtualizationOf(libvirt, host));
    return feature === undefined ? no({ end: "no-virtualization" }) : { works: true, by: "cpu", feature };
  } catch (error) {
    if (error instanceof OutOfTime) return no({ end: "unanswered", seconds: timeoutMs / 1000 });
    throw error;
  } finally {
    clock.stop();
  }
}

const no = (refusal: KvmRefusal): KvmTrial => ({ works: false, ...refusal });

class OutOfTime extends Error {}

/** Aborts what is awaited after a time without a sign of life, or on the signal. */
class Clock {
  readonly #ms: number;
  readonly #end: number;
  readonly #signal: AbortSignal | undefined;
  readonly #over = Promise.withResolvers<never>();
  readonly #onAbort = (): void => this.#over.reject(this.#signal?.reason);
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number, signal: AbortSignal | undefined) {
    this.#ms = ms;
    this.#end = Date.now() + PATIENCE * ms;
    this.#signal = signal;
    this.#over.promise.catch(() => {}); // nobody may be waiting for the rejection
    signal?.addEventListener("abort", this.#onAbort);
    this.restart();
  }

  /** Call on each sign of life. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#over.reject(new OutOfTime()), Math.min(this.#ms, this.#end - Date.now()));
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#over.promise]);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** Undefined if the kernel could not be tried: the same guest does not even start under emulation. */
async function bootKernel(
  libvirt: Libvirt,
  { arch }: HostCapabilities,
  { kernel, initrd, timeoutMs = TRIAL_TIMEOUT_MS }: TrialOptions & { readonly kernel: string },
  clock: Clock,
): Promise<KvmTrial | undefined> {
  // paused, so that no output is lost before the console is open
  const start = (uuid: string, type: "kvm" | "qemu"): Promise<DomainRef> =>
    libvirt.domains.createTransient(guestXml({ uuid, type, arch, kernel, initrd }), DomainStart.PAUSED | DomainStart.AUTODESTROY);
  const uuid = randomUUID();
  try {
    return await listen(libvirt, await clock.race(start(uuid, "kvm")), clock);
  } catch (error) {
    if (error instanceof OutOfTime) return no({ end: "silent", seconds: timeoutMs / 1000 });
    if (!isLibvirtError(error)) throw error;
    const refused = no({ end: "refused", said: error.message });
    const emulated = randomUUID();
    try {
      await clock.race(start(emulated, "qemu"));
      return refused;
    } catch (why) {
      if (isLibvirtError(why)) return undefined;
      throw why;
    } finally {
      await remove(libvirt, emulated);
    }
  } finally {
    await remove(libvirt, uuid);
  }
}

/** Runs the guest until its console or an event shows the result. */
async function listen(libvirt: Libvirt, domain: DomainRef, clock: Clock): Promise<KvmTrial> {
  const events = await clock.race(libvirt.events.subscribe("lifecycle", domain));
  const console = await clock.race(libvirt.domains.devices.openConsole(domain));
  const heard = Promise.withResolvers<KvmTrial>();
  let text = "";
  const judge = (): KvmTrial | undefined => {
    const words = BOOTED.exec(text)?.[0];
    if (words !== undefined) return { works: true, by: "kernel", words };
    const said = PANIC.exec(text)?.[0].trim();
    return said === undefined || !text.includes(`${said}\r`) ? undefined : no({ end: "panicked", said });
  };
  console.on("data", (chunk: Buffer) => {
    clock.restart();
    text = (text + chunk.toString("latin1")).slice(-KEPT);
    const verdict = judge();
    if (verdict !== undefined) heard.resolve(verdict);
  });
  const ended = Promise.withResolvers<void>();
  console
    .on("close", () => ended.resolve())
    .on("end", () => ended.resolve())
    .on("error", () => ended.resolve());
  const fate = async (): Promise<KvmTrial> => {
    for await (const { event, detail } of events) {
      if (event === "suspended") return no({ end: "paused" });
      if (event !== "stopped" && event !== "crashed") continue;
      await ended.promise; // the guest's last output explains its end
      return judge() ?? no({ end: "stopped", detail });
    }
    return no({ end: "stopped", detail: "unknown" });
  };
  try {
    await clock.race(libvirt.domains.resume(domain)).catch((error: unknown) => {
      if (!isLibvirtError(error)) throw error; // the guest is already gone or paused, which the event reports
    });
    const gone = fate();
    gone.catch(() => {}); // the connection may be lost while the console has the answer
    return await clock.race(Promise.race([heard.promise, gone]));
  } finally {
    console.destroy();
    await events.close();
  }
}

/** Also ends a hanging start: libvirt kills QEMU, and the pending call fails. */
async function remove(libvirt: Libvirt, uuid: string): Promise<void> {
  for (const flags of [DomainDestroy.REMOVE_LOGS, DomainDestroy.DEFAULT]) {
    try {
      return await libvirt.domains.destroy({ name: "", uuid }, flags);
    } catch (error) {
      if (isNotFound(error) || isLibvirtError(error, "OPERATION_INVALID")) return;
      if (!isLibvirtError(error, "INVALID_ARG")) throw error; // before libvirt 8.3 the log stays
    }
  }
}

const TRIAL = "cdkvm-trial-";

/** Whether a guest belongs to a trial, possibly another process's. */
export const isTrialGuest = ({ name }: DomainRef): boolean => name.startsWith(TRIAL);

interface TrialGuest {
  readonly uuid: string;
  readonly type: "kvm" | "qemu";
  readonly arch: string;
  readonly kernel: string;
  readonly initrd: string | undefined;
}

function guestXml({ uuid, type, arch, kernel, initrd }: TrialGuest): string {
  const node = (name: string, attributes: Record<string, string>, ...children: (XmlElement | string)[]): XmlElement => ({
    ...element(name),
    attributes,
    children,
  });
  const machine = machines[arch];
  const cmdline = `console=${consoles[arch] ?? "ttyS0"} loglevel=7 panic=0 cdkvm.hostname=trial`;
  return serializeXml(
    node(
      "domain",
      { type },
      node("name", {}, `${TRIAL}${uuid.slice(0, 8)}`),
      node("uuid", {}, uuid),
      node("title", {}, "cdkvm: test of KVM"),
      node("memory", { unit: "MiB" }, "256"),
      node("vcpu", {}, "1"),
      node(
        "os",
        {},
        node("type", { arch, ...(machine === undefined ? {} : { machine }) }, "hvm"),
        node("kernel", {}, kernel),
        ...(initrd === undefined ? [] : [node("initrd", {}, initrd)]),
        node("cmdline", {}, cmdline),
      ),
      node("features", {}, node("acpi", {})),
      node("cpu", type === "kvm" ? { mode: "host-passthrough", check: "none" } : { mode: "maximum" }),
      node("on_reboot", {}, "destroy"),
      node("on_crash", {}, "destroy"),
      node(
        "devices",
        {},
        node("controller", { type: "usb", model: "none" }),
        node("console", { type: "pty" }),
        node("memballoon", { model: "none" }),
      ),
    ),
  );
}
