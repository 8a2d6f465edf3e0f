import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CdkvmError } from "../../model/errors.ts";
import { remoteScript, sshArguments } from "../../libvirt/transports/ssh.ts";
import { socketPaths } from "../../libvirt/transports/unix.ts";
import { parseUri } from "../../libvirt/uri.ts";
import { userRuntime } from "../../libvirt/user-runtime.ts";

const failure = (text: string): CdkvmError => {
  try {
    parseUri(text);
  } catch (error) {
    if (error instanceof CdkvmError) return error;
  }
  throw new Error(`${text} was taken for a URI`);
};

describe("connection URIs", () => {
  test.each([
    ["qemu:///system", { transport: "unix", name: "qemu:///system", session: false, host: "" }],
    ["qemu:///session", { transport: "unix", name: "qemu:///session", session: true }],
    ["qemu+unix:///system?socket=/tmp/a%20b/sock", { transport: "unix", options: { socket: "/tmp/a b/sock" } }],
    ["qemu+ssh://root@kvm1/system", { transport: "ssh", user: "root", host: "kvm1", name: "qemu:///system" }],
    ["qemu+ssh://kvm1:2222/session?keyfile=/k&proxy=netcat", { port: 2222, options: { keyfile: "/k", proxy: "netcat" }, session: true }],
    ["qemu+tcp://[fe80::1]:16509/system", { transport: "tcp", host: "fe80::1", port: 16509 }],
    ["qemu://kvm1/system", { transport: "tls", host: "kvm1" }],
    ["QEMU+SSH://kvm1/system", { transport: "ssh" }],
  ])("%s is parsed", (text, expected) => {
    expect(parseUri(text)).toMatchObject(expected);
  });

  test.each([
    ["kvm1", "for a host, write qemu+ssh://kvm1/system"],
    ["qemu+ssh://kvm1", "write qemu+ssh://kvm1/system"],
    ["qemu+ssh:///system", "write qemu+ssh://HOST/system"],
    ["qemu+unix://kvm1/system", "write qemu+ssh://kvm1/system"],
    ["qemu+libssh2://kvm1/system", "write qemu+ssh://kvm1/system: cdkvm runs your own ssh"],
    ["qemu+ssh://me:secret@kvm1/system", "omit the password, and use an ssh key or agent"],
    ["qemu+ssh://kvm1:99999/system", "omit it for the default"],
    ["qemu+ssh://kvm1/system?keyfil=/k", "use one of name, socket, mode, command, keyfile"],
    ["xen:///system", "use qemu:///system"],
    ["qemu:///sytem", "use qemu:///system"],
    ["qemu+tls://kvm1/system?tls_priority=NORMAL", "set tls_priority in libvirtd.conf on the host"],
    ["qemu+tcp://kvm1/system?authfile=/a", "qemu+tls:// with certificates"],
    ["qemu+tls://kvm1/system?keyfile=/k", "use one of name, no_verify, pkipath"],
    ["qemu+ssh://kvm1/system?sshauth=agent,password", "write agent, privkey or agent,privkey"],
    ["qemu+ssh://kvm1/system?known_hosts_verify=off", "write normal, auto or ignore"],
    ["qemu+ssh://kvm1/system?no_verify=true", "write 1, or omit it"],
    ["qemu+ssh://kvm1/system?no_tty=0", "log in with an ssh key or agent"],
    ["qemu+ssh://kvm1/system?proxy=direct", "write auto, netcat or native"],
    ["qemu:///system?mode=modular", "write auto, direct or legacy"],
    ["qemu+ssh://kvm1/system?toString=1", "use one of name, socket"],
    ["", "use qemu:///system"],
    ["qemu+ssh://-oProxyCommand=x/system", "use qemu:///system"],
    ["qemu+ssh://-x@kvm1/system", "use qemu:///system"],
    ["qemu+ssh://kvm1/system?keyfile=%zz", "write % as %25"],
  ])("%j is refused, with the fix", (text, fix) => {
    const error = failure(text);
    expect(error.code).toBe("CDKVM_BAD_URI");
    expect(error.details.fix).toContain(fix);
  });

  test("a session's sockets are in the user's runtime folder", () => {
    expect(socketPaths(parseUri("qemu:///session")).every((path) => path.endsWith("-sock"))).toBe(true);
    expect(userRuntime({ XDG_RUNTIME_DIR: "/run/user/1000", XDG_CACHE_HOME: "/cache" })).toBe("/run/user/1000/libvirt");
    expect(userRuntime({ XDG_RUNTIME_DIR: "", XDG_CACHE_HOME: "/cache" })).toBe("/cache/libvirt");
    expect(userRuntime({ XDG_CACHE_HOME: "" })).toBe(join(homedir(), ".cache/libvirt"));
    expect(socketPaths(parseUri("qemu:///system"))).toEqual(["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"]);
    expect(socketPaths(parseUri("qemu+unix:///system?mode=legacy"))).toEqual(["/run/libvirt/libvirt-sock"]);
  });
});

describe("ssh", () => {
  test("never prompts, never takes a host for an option, and otherwise uses the user's configuration", () => {
    const args = sshArguments(parseUri("qemu+ssh://root@kvm1:2222/system?keyfile=/home/me/my key&no_verify=1"));
    expect(args.slice(0, -1)).toEqual([
      "-T",
      "-e",
      "none",
      "-o",
      "BatchMode=yes",
      "-p",
      "2222",
      "-l",
      "root",
      "-i",
      "/home/me/my key",
      "-o",
      "StrictHostKeyChecking=no",
      "--",
      "kvm1",
    ]);
    expect(args.at(-1)).toMatch(/^sh -c '/);
  });

  test.each([
    ["known_hosts_verify=normal", ["StrictHostKeyChecking=yes"]],
    ["known_hosts_verify=auto&known_hosts=/k", ["UserKnownHostsFile=/k", "StrictHostKeyChecking=accept-new"]],
    ["known_hosts_verify=ignore", ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null"]],
    ["no_verify=2", ["StrictHostKeyChecking=no"]],
    ["no_verify=0&no_tty=1", []],
    ["sshauth=agent", ["PreferredAuthentications=publickey", "IdentityFile=none"]],
    ["sshauth=privkey", ["PreferredAuthentications=publickey", "IdentityAgent=none"]],
    ["sshauth=agent,privkey", ["PreferredAuthentications=publickey"]],
  ])("?%s sets ssh's options", (query, settings) => {
    const args = sshArguments(parseUri(`qemu+ssh://kvm1/system?${query}`));
    const given = args.filter((_, index) => args[index - 1] === "-o" && args[index] !== "BatchMode=yes");
    expect(given.toSorted()).toEqual(settings.toSorted());
  });

  test("an unknown option is an error that lists the known ones", () => {
    expect(failure("qemu+tls://kvm1/system?tls_priority=NORMAL").details.problem).toContain(
      'cdkvm does not support the option "tls_priority"',
    );
  });

  test("runs libvirt's own helper if installed; otherwise, or if a socket is given, netcat", () => {
    expect(remoteScript(parseUri("qemu+ssh://kvm1/system"))).toContain("exec virt-ssh-helper 'qemu:///system'");
    expect(remoteScript(parseUri("qemu+ssh://kvm1/system?proxy=native"))).toBe("exec virt-ssh-helper 'qemu:///system'");
    expect(remoteScript(parseUri("qemu+ssh://kvm1/system?socket=/a'b&netcat=ncat"))).toMatch(/^s='\/a'\\''b'; .*exec 'ncat' \$q -U "\$s"$/);
  });
});
