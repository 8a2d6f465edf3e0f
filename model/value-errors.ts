import { CdkvmError, quoted } from "./errors.ts";
import { didYouMean } from "./spelling.ts";

/** The errors of texts that name a value: sizes, durations, addresses, names, keys, URIs. */

const invalid = (noun: string, problem: string, fix?: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_VALUE", doing: `read ${noun}`, problem, fix });

export const sizeError = {
  syntax: (text: string) => invalid("a size", `${quoted(text)} is not a size`, 'write a number and a unit, for example "4 GiB"'),
  noUnit: (digits: string, ...units: string[]) =>
    invalid("a size", `${digits} has no unit`, didYouMean(...units.map((unit) => `"${digits} ${unit}"`))),
  unknownUnit: (text: string, unit: string, suggestion: string) =>
    invalid("a size", `unknown unit ${quoted(unit)} in ${quoted(text)}`, didYouMean(quoted(suggestion))),
  comma: (text: string, suggestion: string) => invalid("a size", `${quoted(text)} has a decimal comma`, didYouMean(quoted(suggestion))),
  negative: (size: string) => invalid("a size", `${size} is negative`, "use a size of 0 or more"),
  tooLarge: (size: string) => invalid("a size", `${size} is too large`, "the maximum is 8191 TiB"),
  partOfByte: (size: string, suggestion: string) =>
    invalid("a size", `${size} is not a whole number of bytes`, didYouMean(quoted(suggestion))),
};

export const memoryError = {
  none: (text: string) => invalid("a memory size", `${text} is no memory`, "use at least a few MiB"),
  partOfKib: (text: string, kib: number) => invalid("a memory size", `${text} is not a whole number of KiB`, didYouMean(`"${kib} KiB"`)),
};

export const durationError = {
  syntax: (text: string) => invalid("a duration", `${quoted(text)} is not a duration`, 'write a number and a unit, for example "5 min"'),
  noUnit: (text: string) => invalid("a duration", `${text} has no unit`, didYouMean(`"${text} s"`, `"${text} min"`)),
  unknownUnit: (text: string, unit: string) =>
    invalid("a duration", `unknown unit ${quoted(unit)} in ${quoted(text)}`, "use s, min, h or day"),
  partOfSecond: (text: string, seconds: number) =>
    invalid("a duration", `${text} is not a whole number of seconds`, didYouMean(`"${seconds} s"`)),
};

export const ipError = {
  syntax: (text: string) => invalid("an IP address", `${quoted(text)} is not an IP address`, 'for example "10.0.0.10" or "fd00::10"'),
  tooLarge: (text: string) => invalid("an IP address", `${quoted(text)} is not an IP address`, "each number must be from 0 to 255"),
  leadingZero: (text: string, suggestion: string) =>
    invalid("an IP address", `${quoted(text)} is not an IP address`, didYouMean(suggestion)),
  prefix: (text: string, address: string) => invalid("an IP address", `${text} has a prefix length`, didYouMean(address)),
};

export const networkError = {
  noPrefix: (text: string, suggestion: string) => invalid("an IP network", `${text} has no prefix length`, didYouMean(suggestion)),
  badPrefix: (text: string, prefix: string, maximum: number) =>
    invalid("an IP network", `${text} has an invalid prefix length, ${quoted(prefix)}`, `use a number from 0 to ${maximum}`),
  netmask: (text: string, suggestion: string) =>
    invalid("an IP network", `${text} has a netmask in place of a prefix length`, didYouMean(suggestion)),
  noAddress: (network: string, size: bigint, n: number) =>
    invalid("an IP network", `${network} has ${size} addresses, and none with the number ${n}`),
  hostBits: (text: string, network: string) =>
    invalid("an IP network", `${text} is an address in the network ${network}`, didYouMean(network)),
  version: (text: string, version: 4 | 6, network: string) =>
    invalid("an IP network", `${text} is an IPv${version} network`, didYouMean(`ipv${version}: "${network}"`)),
};

export const macError = {
  syntax: (text: string, suggestion: string | undefined) =>
    invalid(
      "a MAC address",
      `${quoted(text)} is not a MAC address`,
      suggestion === undefined ? 'write six pairs of hexadecimal digits, for example "52:54:00:12:34:56"' : didYouMean(suggestion),
    ),
  multicast: (mac: string) =>
    invalid("a MAC address", `${mac} is a multicast address, which no interface can have`, "use an address that starts with 52:54:00"),
};

export const nameError = {
  blank: (text: string) => invalid("a name", `${quoted(text)} is blank`, "use at least one letter"),
  dots: (text: string) => invalid("a name", `"${text}" is not a name`, "use letters and digits"),
  character: (text: string, character: string, suggestion: string) =>
    invalid("a name", `${quoted(text)} contains ${character}`, didYouMean(quoted(suggestion))),
  long: (text: string, bytes: number) => invalid("a name", `"${text.slice(0, 40)}..." is longer than ${bytes} bytes`, "use a shorter name"),
  longInterface: (text: string, suggestion: string) =>
    invalid(
      "an interface name",
      `${quoted(text)} has more than 15 characters, the limit for interface names on Linux`,
      didYouMean(quoted(suggestion)),
    ),
  interface: (text: string, suggestion: string) =>
    invalid("an interface name", `${quoted(text)} is not an interface name`, didYouMean(quoted(suggestion))),
  host: (text: string, suggestion: string | undefined) =>
    invalid(
      "a host name",
      `${quoted(text)} is not a host name`,
      suggestion === undefined ? "use letters, digits and hyphens" : didYouMean(quoted(suggestion)),
    ),
};

const WHOLE_LINE = "copy the whole line of the file that ends in .pub";

export const sshKeyError = {
  private: () => invalid("an SSH key", "this is a private key (not shown)", "use the public key, in the file that ends in .pub"),
  lines: () => invalid("an SSH key", "this has several lines", "write each key as an item of its own"),
  path: (shown: string) => invalid("an SSH key", `${shown} is a path`, "use the content of that file"),
  noType: (shown: string, suggestion: string | undefined) =>
    invalid(
      "an SSH key",
      `${shown} does not start with a key type`,
      suggestion === undefined ? "put the type first, for example ssh-ed25519" : didYouMean(quoted(suggestion)),
    ),
  syntax: (shown: string) =>
    invalid(
      "an SSH key",
      `${shown} is not a public SSH key`,
      'create one with ssh-keygen; it looks like "ssh-ed25519 AAAAC3Nz... me@laptop"',
    ),
  incomplete: (shown: string) => invalid("an SSH key", `${shown} is incomplete or not a key`, WHOLE_LINE),
  otherType: (shown: string, type: string, actual: string) =>
    invalid("an SSH key", `${shown} starts with ${type}, but contains a key of type ${actual}`, WHOLE_LINE),
};

export const uriError = {
  bareHost: (text: string, suggestion: string) =>
    invalid("a libvirt URI", `${quoted(text)} is not a libvirt URI`, didYouMean(quoted(suggestion))),
  syntax: (text: string) =>
    invalid("a libvirt URI", `${quoted(text)} is not a libvirt URI`, 'for example "qemu:///system" or "qemu+ssh://root@kvm1/system"'),
  driver: (text: string, scheme: string, suggestion: string | undefined, known: readonly string[]) =>
    invalid(
      "a libvirt URI",
      `unknown driver ${quoted(scheme)} in ${quoted(text)}`,
      suggestion === undefined ? `use one of ${known.join(", ")}` : didYouMean(quoted(suggestion)),
    ),
  path: (text: string, suggestion: string) =>
    invalid("a libvirt URI", `${quoted(text)} does not end in /system or /session`, didYouMean(quoted(suggestion))),
  noHost: (text: string, example: string) => invalid("a libvirt URI", `${quoted(text)} names no host`, `for example ${quoted(example)}`),
};

export const checksumError = {
  algorithm: (algorithm: string) =>
    invalid("a checksum", `unknown checksum algorithm ${quoted(algorithm)}`, 'write "sha256:..." or "sha512:..."'),
  digits: (algorithm: string, digits: string, length: number) =>
    invalid("a checksum", `${quoted(digits)} is not a ${algorithm} checksum`, `write ${length} hexadecimal digits`),
};

export const urlError = {
  path: (text: string) => invalid("a URL", `${quoted(text)} is a path`, didYouMean(`path: ${quoted(text)}`)),
  scheme: (text: string) =>
    invalid("a URL", `${quoted(text)} is not an http, https or file URL`, 'for example "https://example.org/debian.qcow2"'),
};

export const pathError = {
  relative: (text: string) =>
    invalid("a path", `${quoted(text)} is not an absolute path on the host`, 'start it with "/", for example "/var/lib/libvirt/images"'),
};
