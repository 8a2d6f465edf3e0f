import { describe, expect, test } from "vitest";
import { ErrorCode, isAlreadyExists, isLibvirtError, isNotFound, LibvirtError, readError } from "../../libvirt/errors.ts";
import { sshFailure } from "../../libvirt/transports/ssh-failure.ts";
import { parseUri } from "../../libvirt/uri.ts";
import { XdrReader } from "../../libvirt/xdr/reader.ts";
import { XdrWriter } from "../../libvirt/xdr/writer.ts";
import { CdkvmError } from "../../model/errors.ts";

describe("libvirt's errors", () => {
  test("keep libvirt's messages, numbers and names", () => {
    const body = new XdrWriter().int(42).int(10).optionalString("Domain not found: no domain with matching name 'web'").int(2);
    const error = readError(new XdrReader(body.bytes()));
    expect(error).toMatchObject({ message: "Domain not found: no domain with matching name 'web'", code: 42, domain: 10, level: 2 });
    expect([error.codeName, error.domainName]).toEqual(["NO_DOMAIN", "QEMU"]);
  });

  test("have a name without a message, and a number for an unknown code", () => {
    expect(readError(new XdrReader(new XdrWriter().int(38).int(18).uint(0).int(2).bytes())).message).toBe("libvirt error SYSTEM_ERROR");
    expect(new LibvirtError("new", 4711).codeName).toBe("4711");
  });

  test("only libvirt's own codes count as not found", () => {
    for (const name of ["NO_DOMAIN", "NO_NETWORK", "NO_STORAGE_POOL", "NO_STORAGE_VOL", "NO_SECRET"] as const) {
      expect(isNotFound(new LibvirtError("gone", ErrorCode[name]))).toBe(true);
    }
    expect(isNotFound(new LibvirtError("Storage volume not found", ErrorCode.INTERNAL_ERROR))).toBe(false);
    expect(isNotFound(new LibvirtError("pool is not active", ErrorCode.OPERATION_INVALID))).toBe(false);
    expect(isNotFound(new CdkvmError({ code: "CDKVM_CONNECTION_LOST", doing: "x", problem: "y" }))).toBe(false);
    expect(isNotFound(new Error("not found"))).toBe(false);
  });

  test("a taken name is recognized by its code, or by its message if libvirt has no code", () => {
    expect(isAlreadyExists(new LibvirtError("x", ErrorCode.STORAGE_VOL_EXIST))).toBe(true);
    expect(isAlreadyExists(new LibvirtError("operation failed: domain 'a' already exists with uuid 1", ErrorCode.OPERATION_FAILED))).toBe(
      true,
    );
    expect(isAlreadyExists(new LibvirtError("operation failed: cannot start", ErrorCode.OPERATION_FAILED))).toBe(false);
    expect(isLibvirtError(new LibvirtError("x", 9), "OPERATION_FAILED")).toBe(true);
  });
});

describe("what ssh says", () => {
  const uri = parseUri("qemu+ssh://me@kvm1:2222/system");
  test.each([
    ["ssh: Could not resolve hostname kvm1: Name or service not known", "CDKVM_HOST_UNKNOWN", "~/.ssh/config"],
    [
      "No ED25519 host key is known for kvm1 and you have requested strict checking.\nHost key verification failed.",
      "CDKVM_HOST_KEY",
      "ssh -p 2222 me@kvm1",
    ],
    ["me@kvm1: Permission denied (publickey,password).", "CDKVM_HOST_REFUSED_LOGIN", "ssh-copy-id -p 2222 me@kvm1"],
    ["ssh: connect to host kvm1 port 2222: Connection refused", "CDKVM_HOST_UNREACHABLE", "ssh -p 2222 me@kvm1 true"],
    ["ssh: connect to host kvm1 port 2222: No route to host", "CDKVM_HOST_UNREACHABLE", "check"],
    ["nc: /run/libvirt/libvirt-sock: Permission denied", "CDKVM_SOCKET_PERMISSION", "usermod -aG libvirt"],
    ["nc: unix connect failed: No such file or directory", "CDKVM_SOCKET_MISSING", "systemctl enable --now libvirtd.socket"],
    ["sh: 1: nc: not found", "CDKVM_SSH_FAILED", "apt-get install libvirt-daemon-system"],
    ["Bad configuration option: foo", "CDKVM_SSH_FAILED", "ssh -p 2222 me@kvm1 virsh list"],
  ])("%j becomes %s", (stderr, code, fix) => {
    const error = sshFailure(uri, 255, stderr);
    expect(error.code).toBe(code);
    expect(error.details.fix).toContain(fix);
    expect(error.details.problem).toContain(stderr.split("\n").at(-1));
  });

  test("an exit without a message names the status", () => {
    expect(sshFailure(uri, "SIGKILL", "").details.problem).toBe("ssh ended with SIGKILL");
  });
});
