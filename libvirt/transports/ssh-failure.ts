import { CdkvmError } from "../../model/errors.ts";
import type { LibvirtUri } from "../uri.ts";

interface Kind {
  readonly says: RegExp;
  readonly code: string;
  readonly problem: (host: string) => string;
  readonly likely?: string;
  readonly fix: (login: string, port: string) => string;
}

const kinds: readonly Kind[] = [
  {
    says: /could not resolve hostname|name or service not known/i,
    code: "CDKVM_HOST_UNKNOWN",
    problem: (host) => `the name ${host} does not resolve`,
    fix: () => "check the host's name, or write its address, or add it to ~/.ssh/config",
  },
  {
    says: /host key verification failed|host identification has changed|no .* host key is known/i,
    code: "CDKVM_HOST_KEY",
    problem: (host) => `ssh does not trust the host key of ${host}`,
    likely: "this is the first connection to it, or the host was installed anew",
    fix: (login, port) => `connect once by hand and check the key: ssh ${port}${login}`,
  },
  {
    says: /permission denied \(|too many authentication failures|no supported authentication methods/i,
    code: "CDKVM_HOST_REFUSED_LOGIN",
    problem: (host) => `${host} refuses the login`,
    likely: "your key is not on the host, or ssh-agent does not hold it (cdkvm cannot type a password)",
    fix: (login, port) => `run: ssh-copy-id ${port}${login}`,
  },
  {
    says: /connection refused|connection timed out|no route to host|network is unreachable|operation timed out/i,
    code: "CDKVM_HOST_UNREACHABLE",
    problem: (host) => `${host} cannot be reached by ssh`,
    likely: "the host is down, sshd does not run there, or a firewall is between",
    fix: (login, port) => `check: ssh ${port}${login} true`,
  },
  {
    says: /permission denied/i,
    code: "CDKVM_SOCKET_PERMISSION",
    problem: (host) => `the login works, but that user may not open libvirt's socket on ${host}`,
    likely: "the user is not in the group libvirt",
    fix: (login, port) => `run: ssh -t ${port}${login} 'sudo usermod -aG libvirt $USER'`,
  },
  {
    says: /no such file or directory|cannot connect to|failed to connect/i,
    code: "CDKVM_SOCKET_MISSING",
    problem: (host) => `the login works, but there is no libvirt socket on ${host}`,
    likely: "libvirtd is not installed or not running there",
    fix: (login, port) => `run: ssh -t ${port}${login} sudo systemctl enable --now libvirtd.socket`,
  },
  {
    says: /not found/i,
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
  const said = last === "" ? `ssh ended with ${status ?? "no status"}` : `ssh said: ${last}`;
  const kind = kinds.find(({ says }) => says.test(stderr));
  if (kind === undefined) {
    return new CdkvmError({ code: "CDKVM_SSH_FAILED", doing, problem: said, fix: `try by hand: ssh ${port}${login} virsh list` });
  }
  return new CdkvmError({
    code: kind.code,
    doing,
    problem: `${kind.problem(uri.host)} (${said})`,
    ...(kind.likely !== undefined && { likely: kind.likely }),
    fix: kind.fix(login, port),
  });
};
