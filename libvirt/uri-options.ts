/** How the host is reached. */
export const transports = ["unix", "ssh", "tcp", "tls"] as const;
export type TransportName = (typeof transports)[number];

/** Why a value is refused, and what to write. */
interface Refusal {
  readonly problem: string;
  readonly fix: string;
}

interface UriOption {
  /** The transports to which it applies. */
  readonly of: readonly TransportName[];
  /** Returns the effective value. Default: any value, unchanged. */
  readonly read?: (value: string) => string | Refusal;
  /** libvirt supports it, but cdkvm does not. */
  readonly refused?: Refusal;
}

/** libvirt treats any number but 0 as yes. */
const yes = (value: string): string | Refusal =>
  /^[+-]?\d+$/.test(value)
    ? String(Math.min(1, Math.abs(Number(value))))
    : { problem: `"${value}" is not a number`, fix: "write 1, or leave it out" };

const oneOf =
  (...values: readonly string[]) =>
  (value: string): string | Refusal =>
    values.includes(value)
      ? value
      : { problem: `"${value}" is none of its values`, fix: `write ${values.slice(0, -1).join(", ")} or ${values.at(-1)}` };

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
      const is = yes(value);
      return is === "0"
        ? { problem: "with 0 ssh could ask, and cdkvm never lets it", fix: "leave it out, and log in with an ssh key or agent" }
        : is;
    },
  },
  known_hosts: { of: ["ssh"] },
  known_hosts_verify: { of: ["ssh"], read: oneOf("normal", "auto", "ignore") },
  sshauth: {
    of: ["ssh"],
    read: (value) => {
      const other = value.split(",").find((one) => !LOGINS.has(one));
      if (other === undefined) return value;
      return {
        problem: `cdkvm does not know "${other}": it runs your own ssh, which may not ask for anything`,
        fix: "write agent, privkey or agent,privkey, or leave it out: ssh tries what its configuration has",
      };
    },
  },
  pkipath: { of: ["tls"] },
  tls_priority: {
    of: ["tls"],
    refused: {
      problem: "its value is in GnuTLS's words, and cdkvm does not use GnuTLS",
      fix: "leave it out, and restrict what is spoken on the host: tls_priority in libvirtd.conf",
    },
  },
  authfile: {
    of: transports,
    refused: {
      problem: "it holds the names and passwords of SASL logins, which cdkvm does not speak",
      fix: "leave it out, and use qemu+ssh://, or qemu+tls:// with certificates",
    },
  },
};

/** The options of a transport that cdkvm supports. */
const optionsOf = (transport: TransportName): string[] =>
  Object.keys(uriOptions).filter((name) => uriOptions[name]?.of.includes(transport) && uriOptions[name]?.refused === undefined);

/** The effective value of an option, or why it is refused. */
export function readOption(name: string, value: string, transport: TransportName): string | Refusal {
  const option = Object.hasOwn(uriOptions, name) ? uriOptions[name] : undefined;
  const known = `its options are ${optionsOf(transport).join(", ")}`;
  if (option === undefined) return { problem: `cdkvm does not know the option "${name}"`, fix: known };
  if (!option.of.includes(transport))
    return { problem: `"${name}" is not an option of the ${transport} transport, but of ${option.of.join(" and ")}`, fix: known };
  if (option.refused) return { ...option.refused, problem: `cdkvm does not know the option "${name}": ${option.refused.problem}` };
  const read = option.read?.(value) ?? value;
  return typeof read === "string" ? read : { ...read, problem: `option "${name}": ${read.problem}` };
}
