type Block = Record<string, unknown>;

/** A guest that boots nothing, as a configuration has it. */
export const bareGuest = (more: Block = {}): Block => ({
  name: "web1",
  type: "qemu",
  memory: 64,
  memory_unit: "MiB",
  vcpu: 1,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
  cpu: { mode: "maximum" },
  ...more,
});
