import { CdkvmError } from "../model/errors.ts";
import { readOption, type TransportName, transports } from "./uri-options.ts";

/** A connection URI (https://libvirt.org/uri.html) in its parts. */
export interface LibvirtUri {
  /** As given. */
  readonly text: string;
  readonly transport: TransportName;
  /** What libvirtd is asked to open: `qemu:///system`. */
  readonly name: string;
  readonly session: boolean;
  /** Empty for this machine. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** Options after the `?`; the transport decides which of them apply. */
  readonly options: Readonly<Record<string, string>>;
}

const bad = (text: string, problem: string, fix: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_BAD_URI", doing: `read the connection URI "${text}"`, problem, fix });

const EXAMPLES = "use qemu:///system, qemu:///session, qemu+ssh://user@host/system, qemu+tls://host/system or qemu+tcp://host/system";

const isTransport = (value: string): value is TransportName => (transports as readonly string[]).includes(value);

/** Throws CDKVM_BAD_URI with the fix. */
export const parseUri = (text: string): LibvirtUri => {
  const match = /^(?<driver>[a-z0-9]+)(?:\+(?<transport>[a-z0-9]+))?:\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)(?:\?(?<query>[^#]*))?$/i.exec(
    text.trim(),
  );
  const { driver = "", transport: named, authority = "", path = "", query } = match?.groups ?? {};
  if (!match) {
    const host = /^[\w.@-]+$/.test(text) ? `it looks like a host: qemu+ssh://${text}/system` : EXAMPLES;
    throw bad(text, "it is not a libvirt URI", host);
  }
  if (driver.toLowerCase() !== "qemu") throw bad(text, `its driver is "${driver}", cdkvm manages QEMU and KVM`, EXAMPLES);
  const url = parseAuthority(text, authority);
  const transport = named?.toLowerCase() ?? (url.host === "" ? "unix" : "tls");
  if (transport === "libssh" || transport === "libssh2" || transport === "ext") {
    throw bad(text, `its transport is "${transport}"`, `write ${text.replace(`+${named}`, "+ssh")}: cdkvm runs your own ssh`);
  }
  if (!isTransport(transport)) throw bad(text, `its transport is "${transport}"`, EXAMPLES);
  if (transport === "unix" && url.host !== "")
    throw bad(text, "a unix socket is on this machine, but it names a host", `write qemu+ssh://${authority}${path || "/system"}`);
  if (transport !== "unix" && url.host === "")
    throw bad(text, `it names no host for ${transport}`, `write qemu+${transport}://HOST${path || "/system"}`);
  if (path !== "/system" && path !== "/session") {
    const fix = path === "" || path === "/" ? `write ${text.split("?")[0]?.replace(/\/$/, "")}/system` : EXAMPLES;
    throw bad(text, `its path is "${path}", QEMU has /system and /session`, fix);
  }
  const options = parseOptions(text, transport, query);
  return {
    text: text.trim(),
    transport,
    name: options["name"] ?? `qemu://${path}`,
    session: path === "/session",
    ...url,
    options,
  };
};

const parseAuthority = (text: string, authority: string): Pick<LibvirtUri, "host" | "port" | "user"> => {
  const match = /^(?:(?<user>[^@]*)@)?(?:\[(?<ip6>[^\]]+)\]|(?<host>[^:@]*))(?::(?<port>\d*))?$/.exec(authority);
  if (!match) throw bad(text, `"${authority}" is not a host`, "write HOST, USER@HOST or USER@HOST:PORT; an IPv6 address in brackets");
  const { user, ip6, host = "", port } = match.groups ?? {};
  const name = ip6 ?? decode(text, host);
  // what ssh would interpret as an option, or the shell as more
  if (!/^[\w.:%-]*$/.test(name) || name.startsWith("-")) throw bad(text, `"${name}" is not a host name`, EXAMPLES);
  const number = port ? Number(port) : undefined;
  if (number !== undefined && (number < 1 || number > 65535))
    throw bad(text, `port ${port} is not between 1 and 65535`, "leave it out for the default");
  const login = user === undefined ? undefined : decode(text, user);
  if (login?.includes(":")) throw bad(text, "it holds a password", "use an ssh key or agent and leave the password out");
  if (login !== undefined && (login === "" || login.startsWith("-"))) throw bad(text, `"${login}" is not a user name`, EXAMPLES);
  return { host: name, ...(number !== undefined && { port: number }), ...(login !== undefined && { user: login }) };
};

const decode = (text: string, part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw bad(text, `"${part}" is not percent-encoded correctly`, "write % as %25");
  }
};

const parseOptions = (text: string, transport: TransportName, query: string | undefined): Record<string, string> => {
  const options: Record<string, string> = {};
  for (const pair of query?.split(/[&;]/) ?? []) {
    if (pair === "") continue;
    const [key = "", ...value] = pair.split("=");
    const read = readOption(key, decode(text, value.join("=")), transport);
    if (typeof read !== "string") throw bad(text, read.problem, read.fix);
    options[key] = read;
  }
  return options;
};
