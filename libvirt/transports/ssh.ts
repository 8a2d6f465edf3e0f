import { spawn } from "node:child_process";
import { sshMissing } from "../connect-errors.ts";
import type { LibvirtUri } from "../uri.ts";
import { childTransport } from "./child.ts";
import { sshFailure } from "./ssh-failure.ts";
import type { Transport } from "./transport.ts";

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command on the host: libvirt's own helper, or netcat on the socket, as in libvirt's client. */
export const remoteScript = (uri: LibvirtUri): string => {
  const { proxy = "auto", netcat = "nc", socket, mode } = uri.options;
  const helper = `virt-ssh-helper ${quote(uri.name)}`;
  if (proxy === "native") return `exec ${helper}`;
  const folder = uri.session ? "${XDG_RUNTIME_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}}/libvirt" : "/run/libvirt";
  const find =
    socket !== undefined
      ? `s=${quote(socket)}`
      : mode === "legacy"
        ? `s=${folder}/libvirt-sock`
        : `s=${folder}/virtqemud-sock; ${mode === "direct" ? ":" : `test -S $s || s=${folder}/libvirt-sock`}`;
  const nc = quote(netcat);
  const cat = `${find}; q=; if ${nc} -q 2>&1 | grep -q "requires an argument"; then q=-q0; fi; exec ${nc} $q -U "$s"`;
  if (proxy === "netcat" || socket !== undefined) return cat;
  return `if command -v virt-ssh-helper >/dev/null 2>&1; then exec ${helper}; else ${cat}; fi`;
};

/** OpenSSH's options for libvirt's ways to verify a host key; `auto` accepts the key of a new host. */
const VERIFY: Readonly<Record<string, readonly string[]>> = {
  normal: ["StrictHostKeyChecking=yes"],
  auto: ["StrictHostKeyChecking=accept-new"],
  ignore: ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null"],
};

/** Restricts OpenSSH to the keys of an agent, or away from it; of its authentication methods, only keys need no prompt. */
const logins = (sshauth: string): string[] => {
  const methods = sshauth.split(",");
  return [
    "PreferredAuthentications=publickey",
    ...(methods.includes("agent") ? [] : ["IdentityAgent=none"]),
    ...(methods.includes("privkey") ? [] : ["IdentityFile=none"]),
  ];
};

/** The arguments of OpenSSH: never a prompt, no terminal, otherwise the user's own configuration. */
export const sshArguments = (uri: LibvirtUri): string[] => {
  const { keyfile, sshauth, no_verify: noVerify, known_hosts: knownHosts, known_hosts_verify: verify = "" } = uri.options;
  const args = ["-T", "-e", "none", "-o", "BatchMode=yes"];
  if (uri.port !== undefined) args.push("-p", String(uri.port));
  if (uri.user !== undefined) args.push("-l", uri.user);
  if (keyfile !== undefined) args.push("-i", keyfile);
  if (noVerify === "1") args.push("-o", "StrictHostKeyChecking=no");
  for (const setting of [...(VERIFY[verify] ?? []), ...(sshauth === undefined ? [] : logins(sshauth))]) args.push("-o", setting);
  if (knownHosts !== undefined) args.push("-o", `UserKnownHostsFile=${knownHosts}`);
  return [...args, "--", uri.host, `sh -c ${quote(remoteScript(uri))}`];
};

/** `qemu+ssh://`: libvirt's protocol through the stdin and stdout of OpenSSH. */
export const dialSsh = async (uri: LibvirtUri, signal: AbortSignal): Promise<Transport> => {
  const program = uri.options["command"] ?? "ssh";
  const child = spawn(program, sshArguments(uri), { stdio: ["pipe", "pipe", "pipe"] });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
  } catch (cause) {
    throw sshMissing(uri, program, cause);
  }
  const transport = childTransport(child, (status, stderr) => sshFailure(uri, status, stderr));
  if (!signal.aborted) return transport;
  await transport.close();
  throw signal.reason;
};
