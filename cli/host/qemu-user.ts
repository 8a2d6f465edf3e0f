import { readFile } from "node:fs/promises";

/** The user and the group that QEMU runs as. */
export interface QemuUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user that the system's libvirt runs QEMU as: from qemu.conf, else the distribution's. Nothing if there is none. */
export async function qemuUser(): Promise<QemuUser | undefined> {
  const [conf, passwd] = await Promise.all(["/etc/libvirt/qemu.conf", "/etc/passwd"].map((path) => readFile(path, "utf8").catch(() => "")));
  const configured = /^\s*user\s*=\s*"([^"]*)"/m.exec(conf ?? "")?.[1];
  for (const name of configured === undefined ? ["libvirt-qemu", "qemu"] : [configured]) {
    const fields = passwd
      ?.split("\n")
      .find((line) => line.startsWith(`${name}:`))
      ?.split(":");
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}
