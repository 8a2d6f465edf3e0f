import { CdkvmError } from "../model/errors.ts";

/** The errors of a connection URI. */

const invalid = (text: string, problem: string, fix: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_BAD_URI", doing: `read the connection URI "${text}"`, problem, fix });

const EXAMPLES = "use qemu:///system, qemu:///session, qemu+ssh://user@host/system, qemu+tls://host/system or qemu+tcp://host/system";

export const uriError = {
  syntax: (text: string) =>
    invalid(text, "it is not a libvirt URI", /^[\w.@-]+$/.test(text) ? `for a host, write qemu+ssh://${text}/system` : EXAMPLES),
  driver: (text: string, driver: string) => invalid(text, `unsupported driver "${driver}"; cdkvm manages QEMU and KVM`, EXAMPLES),
  transport: (text: string, transport: string) => invalid(text, `unknown transport "${transport}"`, EXAMPLES),
  /** @param instead the URI with ssh */
  sshLibrary: (text: string, transport: string, instead: string) =>
    invalid(text, `unsupported transport "${transport}"`, `write ${instead}: cdkvm runs your own ssh`),
  /** @param instead the URI with ssh */
  hostOfUnix: (text: string, instead: string) =>
    invalid(text, "a Unix socket is on this machine, but the URI names a host", `write ${instead}`),
  noHost: (text: string, transport: string, path: string) =>
    invalid(text, `${transport} needs a host`, `write qemu+${transport}://HOST${path}`),
  /** @param instead the URI with a path */
  noPath: (text: string, instead: string) => invalid(text, "the path is missing; QEMU has /system and /session", `write ${instead}`),
  path: (text: string, path: string) => invalid(text, `unknown path "${path}"; QEMU has /system and /session`, EXAMPLES),
  authority: (text: string, authority: string) =>
    invalid(text, `"${authority}" is not a host`, "write HOST, USER@HOST or USER@HOST:PORT, with an IPv6 address in brackets"),
  host: (text: string, host: string) => invalid(text, `"${host}" is not a host name`, EXAMPLES),
  port: (text: string, port: string) => invalid(text, `port ${port} is not between 1 and 65535`, "omit it for the default"),
  password: (text: string) => invalid(text, "it contains a password", "omit the password, and use an ssh key or agent"),
  user: (text: string, user: string) => invalid(text, `"${user}" is not a user name`, EXAMPLES),
  encoding: (text: string, part: string) => invalid(text, `"${part}" is not percent-encoded correctly`, "write % as %25"),
  option: (text: string, { problem, fix }: OptionProblem) => invalid(text, problem, fix),
};

/** Why an option, or its value, is refused, and what to write. */
export interface OptionProblem {
  readonly problem: string;
  readonly fix: string;
}

const list = (values: readonly string[]): string => `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;

/** @param known the options of the transport */
export const optionProblem = {
  unknown: (name: string, known: readonly string[]): OptionProblem => ({
    problem: `unknown option "${name}"`,
    fix: `use one of ${known.join(", ")}`,
  }),
  otherTransport: (name: string, transport: string, transports: readonly string[], known: readonly string[]): OptionProblem => ({
    problem: `"${name}" is an option of ${transports.join(" and ")}, not of the transport ${transport}`,
    fix: `use one of ${known.join(", ")}`,
  }),
  unsupported: (name: string, { problem, fix }: OptionProblem): OptionProblem => ({
    problem: `cdkvm does not support the option "${name}": ${problem}`,
    fix,
  }),
  value: (name: string, { problem, fix }: OptionProblem): OptionProblem => ({ problem: `option "${name}": ${problem}`, fix }),
};

/** Problems of an option's value. */
export const valueProblem = {
  notANumber: (value: string): OptionProblem => ({ problem: `"${value}" is not a number`, fix: "write 1, or omit it" }),
  notOneOf: (value: string, values: readonly string[]): OptionProblem => ({
    problem: `invalid value "${value}"`,
    fix: `write ${list(values)}`,
  }),
  prompt: { problem: "0 would let ssh prompt, which cdkvm never allows", fix: "omit it, and log in with an ssh key or agent" },
  loginMethod: (method: string): OptionProblem => ({
    problem: `unsupported method "${method}": cdkvm runs your own ssh, which may not prompt`,
    fix: "write agent, privkey or agent,privkey, or omit it to use what ssh is configured for",
  }),
};

/** Why cdkvm does not support an option. */
export const unsupportedOption = {
  tlsPriority: {
    problem: "its value has GnuTLS's syntax, and cdkvm does not use GnuTLS",
    fix: "omit it, and set tls_priority in libvirtd.conf on the host",
  },
  authfile: {
    problem: "it names the credentials of SASL logins, which cdkvm does not support",
    fix: "omit it, and use qemu+ssh://, or qemu+tls:// with certificates",
  },
};
