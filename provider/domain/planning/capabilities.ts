import { isLibvirtError } from "../../../libvirt/errors.ts";
import { child, childrenNamed, parseXml, textOf, type XmlElement } from "../../../model/xml.ts";
import { asText, isList, isValues, UNKNOWN, type Value, type Values, valueAt } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Diagnostic, Path } from "../../protocol/resource.ts";
import { badCpuModel } from "./cpu-models.ts";
import type { Finding } from "./finding.ts";

/** What a host's libvirt and QEMU support, queried before anything is created. https://libvirt.org/formatdomaincaps.html */

interface Refused {
  readonly refusal: string;
}

/** The parts of the configuration that this host does not support. Values known only at apply are left to apply. */
export async function unsupported(host: Host, config: Values): Promise<readonly Diagnostic[]> {
  const emulator = valueAt(config, "devices", "emulator");
  const arch = valueAt(config, "os", "type_arch");
  const machine = valueAt(config, "os", "type_machine");
  const type = config["type"] ?? null;
  if ([emulator, arch, machine, type, config["os"], config["devices"]].includes(UNKNOWN)) return [];
  const found = await ask(host, [textOr(emulator), textOr(arch), textOr(machine), textOr(type)]);
  const findings = "refusal" in found ? refusalOf(found.refusal, config) : [...missingIn(found, config)];
  return findings.map(({ severity = "error", path, summary, likely, fix }) => ({
    severity,
    summary,
    detail: `${likely === undefined ? "" : `  likely: ${likely}\n`}  fix: ${fix}`,
    path,
  }));
}

const textOr = (value: Value): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

type Question = readonly [emulator: string | undefined, arch: string | undefined, machine: string | undefined, type: string | undefined];

/** The guests of a fleet ask the same few questions. */
const ask = (host: Host, question: Question): Promise<XmlElement | Refused> =>
  host.once.ask(`capabilities ${JSON.stringify(question)}`, async () => {
    try {
      return parseXml(await (await host.libvirt()).node.domainCapabilities(...question));
    } catch (error) {
      if (isLibvirtError(error)) return { refusal: error.message };
      throw error;
    }
  });

/** libvirt's error if the host lacks the type, architecture, machine or QEMU; other errors are left to apply. */
function refusalOf(message: string, config: Values): readonly Finding[] {
  const said = (path: Path): Value => valueAt(config, ...path);
  const type = asText(config["type"]);
  const rules: readonly (readonly [RegExp, Path, string, Omit<Finding, "path" | "summary">])[] = [
    [
      /the accel '[^']*' is not supported|[Uu]nknown virttype|does not support virt type/,
      ["type"],
      `This host does not offer ${type}`,
      type === "kvm"
        ? {
            likely: "the host has no usable /dev/kvm: virtualization is off in its firmware, or the host is itself a guest without nesting",
            fix: 'switch virtualization on (`cdkvm doctor` says how), or set type = "qemu" for slow emulation',
          }
        : { fix: '`virsh capabilities` lists the types this host has: "kvm", "qemu"' },
    ],
    [
      /the machine '[^']*' is not supported/,
      ["os", "type_machine"],
      `This host's QEMU has no machine type ${JSON.stringify(said(["os", "type_machine"]))}`,
      {
        likely: "it is misspelled, or this QEMU is older or newer than the machine type",
        fix: 'use the alias "q35" or "pc" ("virt" for aarch64), or one that `virsh capabilities` lists',
      },
    ],
    [
      /unable to find any emulator to serve '[^']*' architecture|[Uu]nknown architecture|unknown arch/,
      ["os", "type_arch"],
      `This host has no QEMU for the architecture ${JSON.stringify(said(["os", "type_arch"]))}`,
      { fix: "install it on the host: apt-get install qemu-system; or correct the architecture: x86_64, aarch64, ..." },
    ],
    [
      /architecture from emulator '[^']*' doesn't match given architecture/,
      ["devices", "emulator"],
      `The emulator ${JSON.stringify(said(["devices", "emulator"]))} is one for another architecture`,
      { fix: "leave the emulator out: libvirt finds the right one" },
    ],
    [
      /[Cc]annot check QEMU binary|unable to find emulator|[Nn]o such file/,
      ["devices", "emulator"],
      `There is no emulator ${JSON.stringify(said(["devices", "emulator"]))} on this host`,
      { fix: "leave the emulator out: libvirt finds one" },
    ],
  ];
  const rule = rules.find(([pattern, path]) => pattern.test(message) && said(path) !== null);
  return rule === undefined ? [] : [{ path: rule[1], summary: rule[2], ...rule[3] }];
}

/** Values that the capabilities do not list. What the capabilities do not mention is not judged. */
function* missingIn(capabilities: XmlElement, config: Values): Generator<Finding> {
  const os = child(capabilities, "os");
  const devices = child(capabilities, "devices");
  const most = Number(child(capabilities, "vcpu")?.attributes["max"]);
  const { vcpu } = config;
  if (typeof vcpu === "number" && vcpu > most)
    yield { path: ["vcpu"], summary: `vcpu = ${vcpu} is more than the ${most} that this machine type takes`, fix: `use ${most} or fewer` };

  const mode = valueAt(config, "cpu", "mode");
  const modes = childrenNamed(child(capabilities, "cpu") ?? capabilities, "mode");
  if (typeof mode === "string" && modes.some(({ attributes }) => attributes["name"] === mode && attributes["supported"] === "no")) {
    const others = modes.flatMap(({ attributes }) => (attributes["supported"] === "yes" ? [attributes["name"] ?? ""] : []));
    const emulated = mode === "host-passthrough" && config["type"] === "qemu";
    yield {
      path: ["cpu", "mode"],
      summary: `The CPU mode ${mode} is not offered ${emulated ? "under emulation" : "by this host"}`,
      fix: `use ${others.join(", ")}${emulated ? ', or type = "kvm"' : ""}`,
    };
  }

  yield* badCpuModel(capabilities, config);

  const firmware = valueAt(config, "os", "firmware");
  const firmwares = enumOf(os, "firmware");
  if (typeof firmware === "string" && firmwares !== undefined && !firmwares.includes(firmware)) {
    yield {
      path: ["os", "firmware"],
      summary: `This host has no ${firmware} firmware for this machine type`,
      ...(firmware === "efi" ? { likely: "the package with UEFI images is not installed" } : {}),
      fix: firmware === "efi" ? "install it on the host: apt-get install ovmf (aarch64: qemu-efi-aarch64)" : "leave os.firmware out",
    };
  } else {
    const secure = secureBootPath(config);
    const offered = enumOf(child(os ?? capabilities, "loader"), "secure");
    if (secure !== undefined && offered !== undefined && !offered.includes("yes"))
      yield {
        path: secure,
        summary: "This host has no firmware with secure boot for this machine type",
        likely: "secure boot needs a q35 machine and UEFI images with it",
        fix: 'set os.type_machine = "q35", and install the images on the host: apt-get install ovmf',
      };
  }

  yield* badItems(devices, "disk", "diskDevice", config, "disks", ["device"], "kind of disk");
  yield* badItems(devices, "rng", "model", config, "rngs", ["model"], "source of entropy");
  yield* badItems(devices, "redirdev", "bus", config, "redir_devs", ["bus"], "redirected bus");
  yield* badHostdevs(child(devices ?? capabilities, "hostdev"), config);
  yield* badItems(devices, "disk", "bus", config, "disks", ["target", "bus"], "disk bus");
  yield* badItems(devices, "video", "modelType", config, "videos", ["model", "type"], "video model");
  yield* badTpms(child(devices ?? capabilities, "tpm"), config);
  const displays = enumOf(child(devices ?? capabilities, "graphics"), "type");
  for (const [index, display] of listOf(config, "graphics").entries()) {
    for (const kind of ["vnc", "spice"]) {
      if (isValues(display) && isValues(display[kind]) && displays !== undefined && !displays.includes(kind))
        yield {
          path: ["devices", "graphics", index, kind],
          summary: `This host's QEMU has no ${kind}`,
          fix: `use one of ${displays.join(", ")}`,
        };
    }
  }
}

/** Where the configuration asks for secure boot. */
function secureBootPath(config: Values): Path | undefined {
  if (valueAt(config, "os", "loader_secure") === "yes") return ["os", "loader_secure"];
  const features = valueAt(config, "os", "firmware_info", "features");
  const index = isList(features)
    ? features.findIndex((one) => isValues(one) && one["name"] === "secure-boot" && one["enabled"] === "yes")
    : -1;
  return index < 0 ? undefined : ["os", "firmware_info", "features", index, "enabled"];
}

function* badItems(
  devices: XmlElement | undefined,
  elementName: string,
  name: string,
  config: Values,
  list: string,
  inner: readonly string[],
  noun: string,
): Generator<Finding> {
  const offered = enumOf(devices && child(devices, elementName), name);
  if (offered === undefined || offered.length === 0) return;
  for (const [index, item] of listOf(config, list).entries()) {
    const value = valueAt(item, ...inner);
    if (typeof value === "string" && !offered.includes(value))
      yield {
        path: ["devices", list, index, ...inner],
        summary: `This machine type has no ${noun} ${JSON.stringify(value)}`,
        fix: `use one of ${offered.join(", ")}`,
      };
  }
}

/** The kinds of host devices that the capabilities cover. */
const HOSTDEVS = { subsys_pci: "pci", subsys_usb: "usb", subsys_scsi: "scsi" } as const;

function* badHostdevs(hostdev: XmlElement | undefined, config: Values): Generator<Finding> {
  const kinds = enumOf(hostdev, "subsysType");
  if (hostdev === undefined || kinds === undefined) return;
  for (const [index, item] of listOf(config, "hostdevs").entries()) {
    for (const [variant, kind] of Object.entries(HOSTDEVS)) {
      if (!isValues(item) || !isValues(item[variant]) || (hostdev.attributes["supported"] !== "no" && kinds.includes(kind))) continue;
      yield {
        path: ["devices", "hostdevs", index, variant],
        summary: `This host cannot hand ${kind.toUpperCase()} devices to guests`,
        fix: kinds.length === 0 ? "leave the host device out" : `it can hand over: ${kinds.join(", ")}`,
      };
    }
  }
}

function* badTpms(tpm: XmlElement | undefined, config: Values): Generator<Finding> {
  if (tpm === undefined) return;
  const backends = enumOf(tpm, "backendModel");
  const models = enumOf(tpm, "model");
  for (const [index, item] of listOf(config, "tpms").entries()) {
    const path: Path = ["devices", "tpms", index];
    const emulated = isValues(valueAt(item, "backend", "emulator"));
    const model = valueAt(item, "model");
    if (tpm.attributes["supported"] === "no" || (emulated && backends !== undefined && !backends.includes("emulator"))) {
      yield {
        path: [...path, ...(emulated ? ["backend", "emulator"] : [])],
        summary: `This host has no ${emulated ? "emulated " : ""}TPM for guests`,
        ...(emulated ? { likely: "swtpm is not installed on the host" } : {}),
        fix: emulated ? "install it there: apt-get install swtpm swtpm-tools" : "leave the TPM out",
      };
    } else if (typeof model === "string" && models !== undefined && !models.includes(model)) {
      yield {
        path: [...path, "model"],
        summary: `This machine type has no TPM model ${JSON.stringify(model)}`,
        fix: `use one of ${models.join(", ")}`,
      };
    }
  }
}

function listOf(config: Values, list: string): readonly Value[] {
  const items = valueAt(config, "devices", list);
  return isList(items) ? items : [];
}

/** The values of an `<enum>`; `undefined` if it is missing: then anything is accepted. */
function enumOf(parent: XmlElement | undefined, name: string): readonly string[] | undefined {
  const found = parent && childrenNamed(parent, "enum").find(({ attributes }) => attributes["name"] === name);
  return found && childrenNamed(found, "value").map(textOf);
}
