import { readFile, stat } from "node:fs/promises";
import { type QemuUser, qemuUser } from "./qemu-user.ts";

/** The device QEMU opens for KVM: absent, or with its permissions. */
export type KvmDevice =
  | { readonly is: "absent" }
  | {
      readonly is: "open" | "denied";
      /** `0660` */
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
      /** The user that runs the system's guests. */
      readonly user: string;
    };

const table = async (path: string): Promise<readonly (readonly string[])[]> =>
  (await readFile(path, "utf8").catch(() => "")).split("\n").map((line) => line.split(":"));

/** Checks /dev/kvm as QEMU's user; ignores access control lists. */
export async function kvmDevice(user?: QemuUser): Promise<KvmDevice> {
  const qemu = user ?? (await qemuUser());
  const found = await stat("/dev/kvm").catch(() => undefined);
  if (found === undefined) return { is: "absent" };
  const [users, groups] = await Promise.all([table("/etc/passwd"), table("/etc/group")]);
  const nameOf = (all: typeof users, id: number): string => all.find((fields) => fields[2] === String(id))?.[0] ?? String(id);
  const name = qemu === undefined ? "nobody" : nameOf(users, qemu.uid);
  const isIn = (gid: number): boolean =>
    qemu?.gid === gid || groups.some(([, , id, members = ""]) => id === String(gid) && members.split(",").includes(name));
  const shift = found.uid === qemu?.uid ? 6 : isIn(found.gid) ? 3 : 0;
  const readAndWrite = (found.mode >> shift) & 6;
  return {
    is: readAndWrite === 6 || qemu?.uid === 0 ? "open" : "denied",
    mode: (found.mode & 0o7777).toString(8).padStart(4, "0"),
    owner: nameOf(users, found.uid),
    group: nameOf(groups, found.gid),
    user: name,
  };
}

/** `/dev/kvm is 0600 root:root, so libvirt-qemu, which runs guests, cannot open it` */
export const deniedWords = ({ mode, owner, group, user }: KvmDevice & { readonly is: "open" | "denied" }): string =>
  `/dev/kvm is ${mode} ${owner}:${group}, so ${user}, which runs guests, cannot open it`;
