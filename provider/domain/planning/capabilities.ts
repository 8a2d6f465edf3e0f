import { isLibvirtError } from "../../../libvirt/errors.ts";
import { child, childrenNamed, parseXml, textOf, type XmlElement } from "../../../model/xml.ts";
import { asText, isList, isValues, UNKNOWN, type Value, type Values, valueAt, type AttributePath } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Diagnostic } from "../../protocol/resource.ts";
import { badCpuModel } from "./cpu-models.ts";
import { diagnosticOf, type Finding } from "./finding.ts";
import {
  cpuModeNotOffered,
  noArchitecture,
  noDisplay,
  noEmulator,
  noFirmware,
  noMachine,
  noPassthrough,
  noSecureBoot,
  notOffered,
  noTpm,
  otherEmulator,
  tooManyCpus,
  typeNotOffered,
} from "./host-findings.ts";

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
  return findings.map(diagnosticOf);
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
  const { type } = config;
  const rules: readonly (readonly [RegExp, Finding])[] = [
    [/the accel '[^']*' is not supported|[Uu]nknown virttype|does not support virt type/, typeNotOffered(asText(type))],
    [/the machine '[^']*' is not supported/, noMachine(valueAt(config, "os", "type_machine"))],
    [
      /unable to find any emulator to serve '[^']*' architecture|[Uu]nknown architecture|unknown arch/,
      noArchitecture(valueAt(config, "os", "type_arch")),
    ],
    [/architecture from emulator '[^']*' doesn't match given architecture/, otherEmulator(valueAt(config, "devices", "emulator"))],
    [/[Cc]annot check QEMU binary|unable to find emulator|[Nn]o such file/, noEmulator(valueAt(config, "devices", "emulator"))],
  ];
  const rule = rules.find(([pattern, { path }]) => pattern.test(message) && valueAt(config, ...path) !== null);
  return rule === undefined ? [] : [rule[1]];
}

/** Values that the capabilities do not list. What the capabilities do not mention is not judged. */
function* missingIn(capabilities: XmlElement, config: Values): Generator<Finding> {
  const os = child(capabilities, "os");
  const devices = child(capabilities, "devices");
  const most = Number(child(capabilities, "vcpu")?.attributes["max"]);
  const { vcpu } = config;
  if (typeof vcpu === "number" && vcpu > most) yield tooManyCpus(vcpu, most);

  const mode = valueAt(config, "cpu", "mode");
  const modes = childrenNamed(child(capabilities, "cpu") ?? capabilities, "mode");
  if (typeof mode === "string" && modes.some(({ attributes }) => attributes["name"] === mode && attributes["supported"] === "no")) {
    const others = modes.flatMap(({ attributes }) => (attributes["supported"] === "yes" ? [attributes["name"] ?? ""] : []));
    yield cpuModeNotOffered(mode, others, mode === "host-passthrough" && config["type"] === "qemu");
  }

  yield* badCpuModel(capabilities, config);

  const firmware = valueAt(config, "os", "firmware");
  const firmwares = enumOf(os, "firmware");
  if (typeof firmware === "string" && firmwares !== undefined && !firmwares.includes(firmware)) {
    yield noFirmware(firmware);
  } else {
    const secure = secureBootPath(config);
    const offered = enumOf(child(os ?? capabilities, "loader"), "secure");
    if (secure !== undefined && offered !== undefined && !offered.includes("yes")) yield noSecureBoot(secure);
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
        yield noDisplay(["devices", "graphics", index, kind], kind, displays);
    }
  }
}

/** Where the configuration asks for secure boot. */
function secureBootPath(config: Values): AttributePath | undefined {
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
    if (typeof value === "string" && !offered.includes(value)) yield notOffered(["devices", list, index, ...inner], noun, value, offered);
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
      yield noPassthrough(["devices", "hostdevs", index, variant], kind, kinds);
    }
  }
}

function* badTpms(tpm: XmlElement | undefined, config: Values): Generator<Finding> {
  if (tpm === undefined) return;
  const backends = enumOf(tpm, "backendModel");
  const models = enumOf(tpm, "model");
  for (const [index, item] of listOf(config, "tpms").entries()) {
    const path: AttributePath = ["devices", "tpms", index];
    const emulated = isValues(valueAt(item, "backend", "emulator"));
    const model = valueAt(item, "model");
    if (tpm.attributes["supported"] === "no" || (emulated && backends !== undefined && !backends.includes("emulator"))) {
      yield noTpm(path, emulated);
    } else if (typeof model === "string" && models !== undefined && !models.includes(model)) {
      yield notOffered([...path, "model"], "TPM model", model, models);
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
