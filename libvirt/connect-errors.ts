import { CdkvmError, messageOf } from "../model/errors.ts";
import type { LibvirtError } from "./errors.ts";
import type { LibvirtUri } from "./uri.ts";

/** The errors of opening a connection. Those of ssh are in transports/ssh-failure.ts. */

const connecting = (uri: LibvirtUri): string => `connect to ${uri.text}`;

export const noAnswer = (uri: LibvirtUri, timeoutMs: number): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_HOST_UNREACHABLE",
    doing: connecting(uri),
    problem: `no answer within ${timeoutMs / 1000} seconds`,
    likely: uri.transport === "unix" ? "libvirtd hangs" : "the host is down, or a firewall drops the packets",
    fix: uri.transport === "unix" ? "run: sudo systemctl restart libvirtd" : `check: ping ${uri.host}`,
  });

export const userRefused = (uri: LibvirtUri, cause: LibvirtError): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_HOST_REFUSED_LOGIN",
    doing: connecting(uri),
    problem: `libvirtd refuses this user: ${cause.message}`,
    likely: "polkit allows libvirt only to members of the group libvirt",
    fix: `add the user${uri.host ? ` on ${uri.host}` : ""} to it: sudo usermod -aG libvirt USER; then log in again`,
    cause,
  });

/** @param method that libvirtd requires; a number for an unknown one */
export const loginRequired = (uri: LibvirtUri, method: "SASL" | readonly number[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_HOST_REFUSED_LOGIN",
    doing: connecting(uri),
    problem:
      method === "SASL"
        ? "libvirtd requires a SASL login, which cdkvm does not support"
        : `libvirtd requires an unknown authentication method (${method.join(", ")})`,
    fix: otherLogin(uri),
  });

/** Never recommends a libvirtd without authentication: whoever can reach it owns its host. */
function otherLogin({ transport, host, name }: LibvirtUri): string {
  const path = name.replace(/^.*:\/\//, "");
  const ssh = `use qemu+ssh://${host || "HOST"}${path}`;
  switch (transport) {
    case "tcp":
      return `${ssh}, or qemu+tls://${host}${path} with a certificate for each client; keep the SASL login of the open port`;
    case "tls":
      return (
        `${ssh}, or authenticate the clients by their certificates: in libvirtd.conf on the host, set tls_no_verify_certificate = 0, ` +
        'tls_allowed_dn_list = ["..."] with the clients\' names, then auth_tls = "none"'
      );
    case "unix":
    case "ssh":
      return 'in libvirtd.conf on the host, set auth_unix_rw = "polkit", so that members of the group libvirt may connect';
  }
}

export const libvirtRefused = (uri: LibvirtUri, cause: LibvirtError): CdkvmError =>
  new CdkvmError({ code: "CDKVM_CONNECT_FAILED", doing: connecting(uri), problem: `libvirtd returned an error: ${cause.message}`, cause });

export const connectFailed = (uri: LibvirtUri, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_CONNECT_FAILED",
    doing: connecting(uri),
    problem: cause instanceof CdkvmError ? cause.details.problem : messageOf(cause),
    likely: "the peer is not libvirt, or libvirtd closed the connection (max_clients in libvirtd.conf)",
    fix: "check libvirtd's log on the host: journalctl -u libvirtd",
    cause,
  });

export const unknownHost = (uri: LibvirtUri, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_HOST_UNKNOWN",
    doing: connecting(uri),
    problem: `the name ${uri.host} does not resolve`,
    fix: "check the host's name, or use its address",
    cause,
  });

export const portRefused = (uri: LibvirtUri, port: number, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_HOST_UNREACHABLE",
    doing: connecting(uri),
    problem: `${uri.host} refuses connections on port ${port}`,
    likely: `libvirtd does not listen for ${uri.transport} there`,
    fix: `on ${uri.host}: systemctl enable --now libvirtd-${uri.transport}.socket; or use qemu+ssh://${uri.host}/system, which needs no setup`,
    cause,
  });

export const hostUnreachable = (uri: LibvirtUri, port: number, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_HOST_UNREACHABLE",
    doing: connecting(uri),
    problem: `${uri.host} port ${port}: ${messageOf(cause)}`,
    likely: "the host is down, or a firewall blocks the connection",
    fix: `check: ping ${uri.host}`,
    cause,
  });

/** @param paths where it was looked for */
export const noCaCertificate = (uri: LibvirtUri, paths: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_TLS_FAILED",
    doing: connecting(uri),
    problem: `there is no CA certificate at ${paths.join(" or ")}`,
    fix: `put cacert.pem, clientcert.pem and clientkey.pem in a folder and name it: ?pkipath=FOLDER; or use qemu+ssh://${uri.host}/system`,
  });

export const tlsFailed = (uri: LibvirtUri, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_TLS_FAILED",
    doing: connecting(uri),
    problem: messageOf(cause),
    likely: "the certificates of the client and the host are from different CAs, or the host's certificate is for another name",
    fix: "check them as described on https://libvirt.org/kbase/tlscerts.html",
    cause,
  });

export const sshMissing = (uri: LibvirtUri, program: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_SSH_MISSING",
    doing: connecting(uri),
    problem: `cannot run ${program}`,
    fix: "install OpenSSH (Debian, Ubuntu: apt-get install openssh-client), or name the program: ?command=/path/to/ssh",
    cause,
  });

export const socketDenied = (uri: LibvirtUri, path: string, user: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_SOCKET_PERMISSION",
    doing: connecting(uri),
    problem: `${user} has no permission to open ${path}`,
    likely: "your user is not in the group libvirt",
    fix: `run: sudo usermod -aG libvirt ${user}; then log in again`,
    cause,
  });

export const socketMissing = (uri: LibvirtUri, paths: readonly string[], cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_SOCKET_MISSING",
    doing: connecting(uri),
    problem: `there is no libvirt socket at ${paths.join(" or ")}`,
    likely: "libvirtd is not installed or not running on this machine",
    fix:
      "run: sudo systemctl enable --now libvirtd.socket (Debian, Ubuntu: apt-get install libvirt-daemon-system first); " +
      "for another host use qemu+ssh://",
    cause,
  });

export const socketRefused = (uri: LibvirtUri, path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_SOCKET_REFUSED",
    doing: connecting(uri),
    problem: `nothing listens on ${path}`,
    likely: "libvirtd has stopped",
    fix: "run: sudo systemctl restart libvirtd; then check its log: journalctl -u libvirtd",
    cause,
  });

export const socketFailed = (uri: LibvirtUri, path: string, cause: unknown): CdkvmError =>
  new CdkvmError({ code: "CDKVM_SOCKET_FAILED", doing: connecting(uri), problem: `${path}: ${messageOf(cause)}`, cause });
