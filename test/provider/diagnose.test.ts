import { expect, test } from "vitest";
import { ErrorCode, LibvirtError } from "../../libvirt/errors.ts";
import { domain as table } from "../../model/domain/index.ts";
import type { Values } from "../../model/values.ts";
import { reasons } from "../../provider/domain/applying/reasons.ts";
import { DiagnosticsError } from "../../provider/protocol/resource.ts";
import { blamed, diagnosed } from "../../provider/diagnose.ts";

const guest: Values = {
  name: "web1",
  type: "kvm",
  memory: 64,
  cpu: { mode: "host-passthrough" },
  sys_info: [{ smbios: { system: { entry: [{ name: "uuid", value: "c7a5fdbd-edaf-9455-926a-d65c16db1809" }] } } }],
  os: { type: "hvm", type_machine: "pc-q35-99", kernel: "/boot/k" },
  devices: {
    disks: [{ source: { file: { file: "/images/a.qcow2" } } }, { source: { volume: { pool: "fast", volume: "b" } } }],
    interfaces: [
      { source: { network: { network: "lan" } } },
      { source: { bridge: { bridge: "br7" } } },
      { source: { direct: { dev: "eth9" } } },
    ],
    graphics: [{ vnc: { passwd: "hunter22" } }],
  },
};

test.for([
  ["Cannot access storage file '/images/a.qcow2': No such file or directory", "devices.disks.0.source.file.file"],
  ["Storage pool not found: no storage pool with matching name 'fast'", "devices.disks.1.source.volume.pool"],
  ["Network not found: no network with matching name 'lan'", "devices.interfaces.0.source.network.network"],
  ["Cannot get interface MTU on 'br7': No such device", "devices.interfaces.1.source.bridge.bridge"],
  ["Unable to get index for interface eth9: No such device", "devices.interfaces.2.source.direct.dev"],
  ["unable to stat: /boot/k: No such file or directory", "os.kernel"],
  ["unsupported configuration: Emulator '/usr/bin/qemu-system-x86_64' does not support virt type 'kvm'", "type"],
  ["unsupported configuration: Emulator '/usr/bin/qemu-system-x86_64' does not support machine type 'pc-q35-99'", "os.type_machine"],
  ["UUID mismatch between <uuid> and <sysinfo>", "sys_info"],
  [
    "unsupported configuration: CPU mode 'host-passthrough' for x86_64 qemu domain on x86_64 host is not supported by hypervisor",
    "cpu.mode",
  ],
  [
    "internal error: process exited while connecting to monitor: qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory",
    "memory",
  ],
])("%s", ([message = "", path]) => {
  const error = diagnosed(new LibvirtError(message, ErrorCode.INTERNAL_ERROR), {
    doing: "start the guest web1",
    fields: table.fields,
    values: guest,
    rules: reasons,
  });
  expect(error).toBeInstanceOf(DiagnosticsError);
  const [diagnostic] = (error as DiagnosticsError).diagnostics;
  expect(diagnostic?.path?.join(".")).toBe(path);
  expect(diagnostic?.summary).toBe(message);
  expect(diagnostic?.detail).toContain("start the guest web1");
  expect(diagnostic?.detail).toContain("fix: ");
});

test("secrets are never matched, and other errors are returned unchanged", () => {
  expect(blamed(table.fields, guest, "bad password 'hunter22'")).toBeUndefined();
  const other = new Error("x");
  expect(diagnosed(other, { doing: "", fields: table.fields, values: guest })).toBe(other);
});
