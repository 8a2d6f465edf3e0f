import { type OptionProblem, optionProblem, unsupportedOption, valueProblem } from "./uri-errors.ts";

/** How the host is reached. */
export const transports = ["unix", "ssh", "tcp", "tls"] as const;
export type TransportName = (typeof transports)[number];

interface UriOption {
  /** The transports to which it applies. */
  readonly of: readonly TransportName[];
  /** Returns the effective value. Default: any value, unchanged. */
  readonly read?: (value: string) => string | OptionProblem;
  /** libvirt supports it, but cdkvm does not. */
  readonly unsupported?: OptionProblem;
}

/** libvirt treats any number but 0 as yes. */
const yes = (value: string): string | OptionProblem =>
  /^[+-]?\d+$/.test(value) ? String(Math.min(1, Math.abs(Number(value)))) : valueProblem.notANumber(value);

const oneOf =
  (...values: readonly string[]) =>
  (value: string): string | OptionProblem =>
    values.includes(value) ? value : valueProblem.notOneOf(value, values);

const LOGINS: ReadonlySet<string> = new Set(["agent", "privkey"]);

/** The options of libvirt's remote driver: https://libvirt.org/uri.html#transport-configuration */
const uriOptions: Readonly<Record<string, UriOption>> = {
  name: { of: transports },
  socket: { of: ["unix", "ssh"] },
  mode: { of: ["unix", "ssh"], read: oneOf("auto", "direct", "legacy") },
  command: { of: ["ssh"] },
  keyfile: { of: ["ssh"] },
  netcat: { of: ["ssh"] },
  proxy: { of: ["ssh"], read: oneOf("auto", "netcat", "native") },
  no_verify: { of: ["ssh", "tls"], read: yes },
  no_tty: {
    of: ["ssh"],
    read: (value) => {
      const parsed = yes(value);
      return parsed === "0" ? valueProblem.prompt : parsed;
    },
  },
  known_hosts: { of: ["ssh"] },
  known_hosts_verify: { of: ["ssh"], read: oneOf("normal", "auto", "ignore") },
  sshauth: {
    of: ["ssh"],
    read: (value) => {
      const other = value.split(",").find((one) => !LOGINS.has(one));
      return other === undefined ? value : valueProblem.loginMethod(other);
    },
  },
  pkipath: { of: ["tls"] },
  tls_priority: { of: ["tls"], unsupported: unsupportedOption.tlsPriority },
  authfile: { of: transports, unsupported: unsupportedOption.authfile },
};

/** The options of a transport that cdkvm supports. */
const optionsOf = (transport: TransportName): string[] =>
  Object.keys(uriOptions).filter((name) => uriOptions[name]?.of.includes(transport) && uriOptions[name]?.unsupported === undefined);

/** The effective value of an option, or why it is refused. */
export function readOption(name: string, value: string, transport: TransportName): string | OptionProblem {
  const option = Object.hasOwn(uriOptions, name) ? uriOptions[name] : undefined;
  if (option === undefined) return optionProblem.unknown(name, optionsOf(transport));
  if (!option.of.includes(transport)) return optionProblem.otherTransport(name, transport, option.of, optionsOf(transport));
  if (option.unsupported) return optionProblem.unsupported(name, option.unsupported);
  const read = option.read?.(value) ?? value;
  return typeof read === "string" ? read : optionProblem.value(name, read);
}
