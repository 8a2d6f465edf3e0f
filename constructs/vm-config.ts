import { ByteSize } from "../model/bytes.ts";
import { Duration } from "../model/duration.ts";
import { cpuTopology } from "./errors.ts";
import type { Acceleration } from "./host-settings.ts";
import type { DomainConfig, DomainCpu, DomainDevices, DomainOs } from "./provider-libvirt/index.ts";
import type { Architecture, CpuProps, GraphicsProps, VMProps, WaitForIpProps } from "./vm-props.ts";

const MACHINES: Readonly<Record<Architecture, string>> = {
  x86_64: "q35",
  i686: "q35",
  aarch64: "virt",
  armv7l: "virt",
  riscv64: "virt",
  ppc64le: "pseries",
  s390x: "s390-ccw-virtio",
};

export const isX86 = (architecture: Architecture): boolean => architecture === "x86_64" || architecture === "i686";

/** A guest's configuration except disks and interfaces, for the provider (https://libvirt.org/formatdomain.html). */
export function domainConfig(name: string, props: VMProps, acceleration: Acceleration | undefined, what: string): DomainConfig {
  const architecture = props.architecture ?? "x86_64";
  const timeout = Duration.of(props.shutdownTimeout ?? "5 min").seconds;
  const cpus = props.cpus ?? 1;
  return {
    name,
    type: acceleration,
    title: props.title,
    description: props.description,
    ...memory(props),
    vcpu: props.maxCpus ?? cpus,
    vcpuCurrent: props.maxCpus === undefined || props.maxCpus === cpus ? undefined : cpus,
    cpu: cpu(props, acceleration, what),
    os: os(props, architecture),
    features: features(props, architecture),
    clock: { offset: "utc" },
    autostart: props.autostart ?? false,
    running: props.running ?? true,
    destroy: { graceful: true, shutdown: { timeout } },
    update: { shutdown: { timeout } },
    restart: props.restart,
    shutdown: props.shutdown,
    ...(props.protect ? { lifecycle: { preventDestroy: true } } : {}),
  };
}

/** The guest starts with `memory`; the balloon can extend it up to `maxMemory`. */
function memory(props: VMProps): Pick<DomainConfig, "memory" | "memoryUnit" | "currentMemory" | "currentMemoryUnit"> {
  const now = inKibOrMore(props.memory);
  if (props.maxMemory === undefined || ByteSize.of(props.maxMemory).bytes === ByteSize.of(props.memory).bytes)
    return { memory: now.amount, memoryUnit: now.unit };
  const most = inKibOrMore(props.maxMemory);
  return { memory: most.amount, memoryUnit: most.unit, currentMemory: now.amount, currentMemoryUnit: now.unit };
}

const inKibOrMore = (size: ByteSize | string): { readonly amount: number; readonly unit: string } =>
  ByteSize.of(size).largest(["KiB", "MiB", "GiB", "TiB"]);

const USUAL_CPU: Readonly<Record<Acceleration, string>> = { kvm: "host-passthrough", qemu: "maximum" };

/**
 * Under emulation only emulated CPUs work, whatever the program sets for KVM. If the acceleration is undecided, the provider
 * also chooses the mode.
 */
function cpu(props: VMProps, acceleration: Acceleration | undefined, what: string): DomainCpu {
  const wanted: CpuProps = typeof props.cpu === "string" ? { mode: props.cpu } : (props.cpu ?? {});
  const usual = wanted.model === undefined ? acceleration && USUAL_CPU[acceleration] : "custom";
  const mode = acceleration === "qemu" && wanted.mode?.startsWith("host-") ? "maximum" : (wanted.mode ?? usual);
  const { topology, features, model } = wanted;
  if (topology) {
    const { sockets = 1, dies = 1, cores, threads = 1 } = topology;
    const given = props.maxCpus === undefined ? "cpus" : "maxCpus";
    const count = props[given] ?? 1;
    if (sockets * dies * cores * threads !== count) throw cpuTopology(what, [sockets, dies, cores, threads], given, count);
  }
  return {
    mode,
    model,
    topology: topology && { sockets: topology.sockets ?? 1, dies: topology.dies, cores: topology.cores, threads: topology.threads ?? 1 },
    features: features && Object.entries(features).map(([name, policy]) => ({ name, policy })),
  };
}

const BOOT_DEVICES = { disk: "hd", cdrom: "cdrom", network: "network" } as const;

function os(props: VMProps, architecture: Architecture): DomainOs {
  const firmware = props.firmware ?? (architecture === "aarch64" && props.kernel === undefined ? "uefi" : "bios");
  const secure = firmware === "uefi-secure-boot" ? "yes" : "no";
  return {
    type: "hvm",
    typeArch: architecture,
    typeMachine: props.machine ?? MACHINES[architecture],
    ...(firmware === "bios"
      ? {}
      : {
          firmware: "efi",
          firmwareInfo: {
            features: [{ name: "secure-boot", enabled: secure }, ...(secure === "yes" ? [{ name: "enrolled-keys", enabled: "yes" }] : [])],
          },
        }),
    bootDevices:
      props.bootOrder?.map((device) => ({ dev: BOOT_DEVICES[device] })) ?? (props.kernel === undefined ? [{ dev: "hd" }] : undefined),
    kernel: props.kernel,
    initrd: props.initrd,
    cmdline: props.cmdline,
  };
}

function features(props: VMProps, architecture: Architecture): DomainConfig["features"] {
  if (isX86(architecture)) return { acpi: true, apic: {}, smm: props.firmware === "uefi-secure-boot" ? { state: "on" } : undefined };
  return architecture === "aarch64" ? { acpi: true } : undefined;
}

/** The devices that every guest has, apart from disks and interfaces. */
export function commonDevices(props: VMProps): DomainDevices {
  const graphics: GraphicsProps | undefined =
    props.graphics === undefined || props.graphics === "none"
      ? undefined
      : typeof props.graphics === "string"
        ? { type: props.graphics }
        : props.graphics;
  const video = props.video ?? (graphics ? "virtio" : undefined);
  return {
    // A serial console is also a serial port; libvirt adds that port itself.
    consoles: props.console === false ? undefined : [{ target: { type: "serial", port: 0 } }],
    channels: props.agent === false ? undefined : [{ source: { unix: {} }, target: { virtIo: { name: "org.qemu.guest_agent.0" } } }],
    rngs: props.rng === false ? undefined : [{ model: "virtio", backend: { random: "/dev/urandom" } }],
    memBalloon: { model: "virtio" },
    tpms: tpms(props),
    graphics: graphics && [screen(graphics)],
    inputs: graphics && [{ type: "tablet", bus: "usb" }],
    videos: video && [{ model: { type: video, ...(video === "none" ? {} : { heads: 1, primary: "yes" }) } }],
  };
}

function screen({
  type,
  listen,
  port,
  keymap,
}: GraphicsProps): NonNullable<Extract<DomainDevices["graphics"], readonly unknown[]>>[number] {
  const options = { autoPort: port === undefined, port, listen: listen ?? "127.0.0.1", keymap };
  return type === "vnc" ? { vnc: options } : { spice: options };
}

function tpms(props: VMProps): DomainDevices["tpms"] {
  if (props.tpm === undefined || props.tpm === false) return undefined;
  const { version = "2.0", model, passthrough } = props.tpm === true ? {} : props.tpm;
  const architecture = props.architecture ?? "x86_64";
  const usual = architecture === "ppc64le" ? "tpm-spapr" : version === "1.2" || !isX86(architecture) ? "tpm-tis" : "tpm-crb";
  return [
    {
      model: model ?? usual,
      backend: passthrough === undefined ? { emulator: { version } } : { passthrough: { device: { path: passthrough } } },
    },
  ];
}

/** How to wait for an address; undefined if not waiting. */
export function waiting(waitForIp: VMProps["waitForIp"]): { readonly timeout: number; readonly source: string } | undefined {
  if (waitForIp === undefined || waitForIp === false) return undefined;
  const { timeout, source }: WaitForIpProps =
    waitForIp === true ? {} : typeof waitForIp === "string" || waitForIp instanceof Duration ? { timeout: waitForIp } : waitForIp;
  return { timeout: Duration.of(timeout ?? "5 min").seconds, source: source ?? "any" };
}
