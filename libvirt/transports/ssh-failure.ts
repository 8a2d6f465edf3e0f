import { CdkvmError } from "../../model/errors.ts";
import type { LibvirtUri } from "../uri.ts";

interface Failure {
  readonly pattern: RegExp;
  readonly code: string;
  readonly problem: (host: string) => string;
  readonly likely?: string;
  readonly fix: (login: string, port: string) => string;
}

const failures: readonly Failure[] = [
  {
    pattern: /could not resolve hostname|name or service not known/i,
    code: "CDKVM_HOST_UNKNOWN",
    problem: (host) => `the name ${host} does not resolve`,
    fix: () => "check the host's name, use its address, or add it to ~/.ssh/config",
  },
  {
    pattern: /host key verification failed|host identification has changed|no .* host key is known/i,
    code: "CDKVM_HOST_KEY",
    problem: (host) => `ssh does not trust the host key of ${host}`,
    likely: "this is the first connection to the host, or it was reinstalled",
    fix: (login, port) => `connect once by hand to check the key: ssh ${port}${login}`,
  },
  {
    pattern: /permission denied \(|too many authentication failures|no supported authentication methods/i,
    code: "CDKVM_HOST_REFUSED_LOGIN",
    problem: (host) => `${host} refuses the login`,
    likely: "your key is not on the host, or ssh-agent does not hold it (cdkvm cannot type a password)",
    fix: (login, port) => `run: ssh-copy-id ${port}${login}`,
  },
  {
    pattern: /connection refused|connection timed out|no route to host|network is unreachable|operation timed out/i,
    code: "CDKVM_HOST_UNREACHABLE",
    problem: (host) => `ssh cannot reach ${host}`,
    likely: "the host is down, sshd does not run there, or a firewall blocks the connection",
    fix: (login, port) => `check: ssh ${port}${login} true`,
  },
  {
    pattern: /permission denied/i,
    code: "CDKVM_SOCKET_PERMISSION",
    problem: (host) => `the login works, but the user has no permission to open libvirt's socket on ${host}`,
    likely: "the user is not in the group libvirt",
    fix: (login, port) => `run: ssh -t ${port}${login} 'sudo usermod -aG libvirt $USER'`,
  },
  {
    pattern: /no such file or directory|cannot connect to|failed to connect/i,
    code: "CDKVM_SOCKET_MISSING",
    problem: (host) => `the login works, but there is no libvirt socket on ${host}`,
    likely: "libvirtd is not installed or not running there",
    fix: (login, port) => `run: ssh -t ${port}${login} sudo systemctl enable --now libvirtd.socket`,
  },
  {
    pattern: /not found/i,
    code: "CDKVM_SSH_FAILED",
    problem: (host) => `the login works, but ${host} has neither virt-ssh-helper nor nc`,
    fix: () => "install libvirt there (Debian, Ubuntu: apt-get install libvirt-daemon-system; the helper is in libvirt-daemon)",
  },
];

/** Interprets the exit of ssh for the user; always includes ssh's own output. */
export const sshFailure = (uri: LibvirtUri, status: number | NodeJS.Signals | null, stderr: string): CdkvmError => {
  const doing = `connect to ${uri.text}`;
  const login = uri.user === undefined ? uri.host : `${uri.user}@${uri.host}`;
  const port = uri.port === undefined ? "" : `-p ${uri.port} `;
  const last = stderr.split("\n").filter(Boolean).slice(-3).join("; ");
  const output = last === "" ? `ssh ended with ${status ?? "no status"}` : `ssh: ${last}`;
  const failure = failures.find(({ pattern }) => pattern.test(stderr));
  if (failure === undefined) {
    return new CdkvmError({ code: "CDKVM_SSH_FAILED", doing, problem: output, fix: `try by hand: ssh ${port}${login} virsh list` });
  }
  return new CdkvmError({
    code: failure.code,
    doing,
    problem: `${failure.problem(uri.host)} (${output})`,
    ...(failure.likely !== undefined && { likely: failure.likely }),
    fix: failure.fix(login, port),
  });
};
