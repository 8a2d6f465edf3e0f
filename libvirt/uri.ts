import { uriError } from "./uri-errors.ts";
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

const isTransport = (value: string): value is TransportName => (transports as readonly string[]).includes(value);

/** Throws CDKVM_BAD_URI with the fix. */
export const parseUri = (text: string): LibvirtUri => {
  const match = /^(?<driver>[a-z0-9]+)(?:\+(?<transport>[a-z0-9]+))?:\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)(?:\?(?<query>[^#]*))?$/i.exec(
    text.trim(),
  );
  const { driver = "", transport: named, authority = "", path = "", query } = match?.groups ?? {};
  if (!match) throw uriError.syntax(text);
  if (driver.toLowerCase() !== "qemu") throw uriError.driver(text, driver);
  const url = parseAuthority(text, authority);
  const transport = named?.toLowerCase() ?? (url.host === "" ? "unix" : "tls");
  if (transport === "libssh" || transport === "libssh2" || transport === "ext")
    throw uriError.sshLibrary(text, transport, text.replace(`+${named}`, "+ssh"));
  if (!isTransport(transport)) throw uriError.transport(text, transport);
  if (transport === "unix" && url.host !== "") throw uriError.hostOfUnix(text, `qemu+ssh://${authority}${path || "/system"}`);
  if (transport !== "unix" && url.host === "") throw uriError.noHost(text, transport, path || "/system");
  if (path === "" || path === "/") throw uriError.noPath(text, `${text.split("?")[0]?.replace(/\/$/, "")}/system`);
  if (path !== "/system" && path !== "/session") throw uriError.path(text, path);
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
  if (!match) throw uriError.authority(text, authority);
  const { user, ip6, host = "", port } = match.groups ?? {};
  const name = ip6 ?? decode(text, host);
  // what ssh would interpret as an option, or the shell as more
  if (!/^[\w.:%-]*$/.test(name) || name.startsWith("-")) throw uriError.host(text, name);
  const number = port ? Number(port) : undefined;
  if (number !== undefined && (number < 1 || number > 65535)) throw uriError.port(text, String(port));
  const login = user === undefined ? undefined : decode(text, user);
  if (login?.includes(":")) throw uriError.password(text);
  if (login !== undefined && (login === "" || login.startsWith("-"))) throw uriError.user(text, login);
  return { host: name, ...(number !== undefined && { port: number }), ...(login !== undefined && { user: login }) };
};

const decode = (text: string, part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw uriError.encoding(text, part);
  }
};

const parseOptions = (text: string, transport: TransportName, query: string | undefined): Record<string, string> => {
  const options: Record<string, string> = {};
  for (const pair of query?.split(/[&;]/) ?? []) {
    if (pair === "") continue;
    const [key = "", ...value] = pair.split("=");
    const read = readOption(key, decode(text, value.join("=")), transport);
    if (typeof read !== "string") throw uriError.option(text, read);
    options[key] = read;
  }
  return options;
};
