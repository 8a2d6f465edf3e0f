import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cached } from "../../scripts/guests/cache.ts";
import { candidate, unpack } from "../../scripts/guests/debs.ts";
import type { Host } from "./host.ts";

export interface HostSsh {
  readonly port: number;
  /** Private key accepted by root's account on the host. */
  readonly keyfile: string;
  /** known_hosts file with the host's key. */
  readonly knownHosts: string;
  /** OpenSSH client configuration in which the host's name is an alias: `ssh -F <config> kvm1`. */
  readonly config: string;
  /** An `ssh` that uses `config`: for libvirt's URI parameter `command`. */
  readonly command: string;
  /** `qemu+ssh://<name>/system?command=...`, also accepted by virsh. */
  readonly uri: string;
}

/** sshd and its libraries, unpacked but not installed: a test run must not open the machine itself to ssh. */
async function sshd(): Promise<string> {
  const names = ["openssh-server", "libwrap0"];
  const versions = await Promise.all(names.map(async (name) => `${name} ${await candidate(name)}`));
  return cached("sshd", versions, (dir) => unpack(names, dir));
}

const answers = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(port, host, () => resolve(true));
    client.on("error", () => resolve(false)).on("connect", () => client.destroy());
  });

/** Starts sshd on a host, for `qemu+ssh`; it ends with the host. */
export async function startSshd(host: Host, port = 22): Promise<HostSsh> {
  const files = await sshd();
  const dir = join(host.dir, "ssh");
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(dir, name);
  for (const key of ["host", "client"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", at(key)]);
  const hostKey = (await readFile(at("host.pub"), "utf8")).trim();
  await writeFile(at("authorized_keys"), await readFile(at("client.pub")));
  await writeFile(at("known_hosts"), [host.ip, `[${host.ip}]:${port}`, host.name].map((name) => `${name} ${hostKey}\n`).join(""));
  const server = [
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "StrictModes no",
    `Port ${port}`,
    `ListenAddress ${host.ip}`,
  ];
  await writeFile(at("sshd_config"), [...server, `HostKey ${at("host")}`, `AuthorizedKeysFile ${at("authorized_keys")}`, ""].join("\n"));
  const client = [`HostName ${host.ip}`, `Port ${port}`, "User root", `IdentityFile ${at("client")}`, "IdentitiesOnly yes"];
  const checks = [`UserKnownHostsFile ${at("known_hosts")}`, "StrictHostKeyChecking yes", `HostKeyAlias ${host.name}`];
  await writeFile(at("config"), [`Host ${host.name}`, ...client, ...checks, ""].join("\n  "), { mode: 0o600 });

  // sshd without PAM requires its own account and refuses a locked root
  const passwd = (await readFile("/etc/passwd", "utf8")).split("\n").filter((line) => line !== "" && !line.startsWith("sshd:"));
  await writeFile(at("passwd"), [...passwd, "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin", ""].join("\n"));
  await writeFile(at("shadow"), passwd.map((line) => `${line.split(":")[0]}:*:19000:0:99999:7:::\n`).join(""), { mode: 0o640 });
  await host.exec("sh", [
    "-c",
    'mkdir -p /run/sshd; mount --bind "$1/passwd" /etc/passwd; mount --bind "$1/shadow" /etc/shadow',
    "sh",
    dir,
  ]);
  const libraries = `LD_LIBRARY_PATH=${["usr/lib", "lib"].map((lib) => join(files, lib, process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu")).join(":")}`;
  await host.exec("env", [libraries, join(files, "usr/sbin/sshd"), "-f", at("sshd_config"), "-E", at("log")]);
  for (const until = Date.now() + 5000; !(await answers(port, host.ip)); await delay(20)) {
    if (Date.now() > until) throw new Error(`sshd on ${host.name} does not answer: ${await readFile(at("log"), "utf8")}`);
  }
  await writeFile(at("ssh"), `#!/bin/sh\nexec ssh -F '${at("config")}' "$@"\n`, { mode: 0o755 });
  const uri = `qemu+ssh://${host.name}/system?command=${at("ssh")}`;
  return { port, keyfile: at("client"), knownHosts: at("known_hosts"), config: at("config"), command: at("ssh"), uri };
}
