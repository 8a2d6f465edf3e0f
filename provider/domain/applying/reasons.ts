import type { Rule } from "../../diagnose.ts";

/** What libvirt and QEMU errors mean when a guest cannot be defined or started, as seen on libvirt 9.0 with QEMU 7.2. */
export const reasons: readonly Rule[] = [
  {
    pattern:
      /does not support virt type '?kvm|KVM is not available|[Ff]ailed to initialize KVM|could not access KVM kernel module|invalid accelerator kvm/i,
    path: ["type"],
    likely: "the host has no usable /dev/kvm: virtualization is off in its firmware, or the host is itself a guest without nesting",
    fix: 'turn virtualization on (`cdkvm doctor` says how), or set type = "qemu" for slow emulation',
  },
  { pattern: /does not support virt type/, path: ["type"], fix: '`virsh capabilities` lists the types this host has: "kvm", "qemu"' },
  {
    pattern: /cannot acquire state change lock/,
    likely: "another operation is running on the guest: a save, a dump, a snapshot, a migration",
    fix: "wait for it (virsh domjobinfo NAME shows the progress), and apply again",
  },
  {
    pattern: /active block job|block ?copy|blockjob/i,
    path: ["devices", "disks"],
    likely: "a block job is running on the disk: a copy, a commit, a pull, a backup",
    fix: "let it finish or abort it (virsh blockjob NAME DISK --info, --abort), and apply again",
  },
  {
    pattern: /does not support machine type '([^']+)'|unsupported machine type/,
    path: ["os", "type_machine"],
    likely: "this host's QEMU is older or newer than the machine type",
    fix: 'use the alias "q35" or "pc", or one that `virsh capabilities` lists',
  },
  {
    pattern:
      /(no emulator|could not find a? ?capable emulator|unable to find any emulator|No emulator found for arch|does not support arch)/i,
    path: ["os", "type_arch"],
    likely: "QEMU for this architecture is not installed on the host",
    fix: "install it: apt-get install qemu-system",
  },
  {
    pattern:
      /cannot set up guest memory|Cannot allocate memory|cannot allocate|unable to map backing store for guest RAM|exceeds? (the )?available memory/i,
    path: ["memory"],
    likely: "the host does not have that much free memory",
    fix: "give the guest less memory, or stop other guests",
  },
  {
    pattern: /UUID mismatch between <uuid> and <sysinfo>/,
    path: ["sys_info"],
    likely: "the entry uuid is another guest's: cdkvm gives each guest a UUID of its own, which the guest also sees without the entry",
    fix: "leave the entry uuid out of sys_info",
  },
  {
    pattern: /hugetlbfs|[Hh]uge ?page/,
    path: ["memory_backing", "memory_huge_pages"],
    likely: "the host has no huge pages of that size reserved",
    fix: "reserve some: sysctl vm.nr_hugepages=N, and mount hugetlbfs",
  },
  {
    pattern: /CPU mode '[^']+' .* not supported|unsupported CPU mode/,
    path: ["cpu", "mode"],
    likely: '"host-passthrough" needs type = "kvm"',
    fix: 'use "maximum" or "custom" with a model for an emulated guest',
  },
  {
    pattern:
      /guest CPU doesn't match|[Hh]ost CPU does not provide required features|incompatible with host CPU|CPU feature|Unknown CPU model|missing features/,
    path: ["cpu"],
    likely: "the host's CPU lacks what the guest's CPU model asks for",
    fix: 'use mode "host-model", or a model that `virsh domcapabilities` lists as usable',
  },
  {
    pattern: /Cannot access (?:storage|backing) file '([^']+)'.*No such file/,
    likely:
      "the file or device does not exist on the host; refer to a volume created in the same apply by its pool and name, not by its path",
    fix: "create it, or correct the path",
  },
  {
    pattern: /Cannot access (?:storage|backing) file '([^']+)'.*Permission denied|Could not open '([^']+)': Permission denied/,
    likely: "QEMU's user (libvirt-qemu) cannot reach the path, for example below /root or a home directory",
    fix: "put the image into a storage pool, for example /var/lib/libvirt/images",
  },
  {
    pattern: /Could not open '([^']+)': No such file/,
    likely: "the file does not exist on the host",
    fix: "create it, or correct the path",
  },
  {
    pattern: /Failed to get "(?:write|shared "write"|consistent read)" lock|Failed to get .* lock/,
    path: ["devices", "disks"],
    likely: "another running guest, or qemu-img, has the image open",
    fix: "give each guest a disk of its own; mark an image that many guests read shareable or read_only",
  },
  {
    pattern: /[Ss]torage pool not found: no storage pool with matching name '([^']+)'|pool '([^']+)' is not active/,
    likely: "the pool does not exist or does not run",
    fix: "refer to a libvirt_pool of this configuration, or: virsh pool-start NAME",
  },
  {
    pattern: /[Ss]torage volume not found/,
    likely: "the pool has no volume of that name",
    fix: "refer to a libvirt_volume of this configuration, or: virsh pool-refresh NAME",
  },
  {
    pattern: /[Nn]etwork not found: no network with matching name '([^']+)'/,
    likely: "the network does not exist on this host",
    fix: "refer to a libvirt_network of this configuration; `virsh net-list --all` lists those that exist",
  },
  {
    pattern: /network '([^']+)' is not active/,
    likely: "the network is defined but not started",
    fix: (match) => `start it: virsh net-start ${match[1]}`,
  },
  {
    pattern: /Cannot get interface MTU on '([^']+)'|[Uu]nable to add bridge (\S+) port|Unable to get index for interface (\S+):/,
    likely: "the host has no bridge or interface of that name",
    fix: "`ip link` on the host lists those that exist",
  },
  {
    pattern: /tc qdisc|qdisc kind is unknown/,
    likely: "the host's kernel lacks the modules for traffic shaping (sch_htb, sch_sfq)",
    fix: "load them on the host, or leave bandwidth out",
  },
  { pattern: /export directory '([^']+)' does not exist/, fix: "create the directory on the host, or correct the path" },
  { pattern: /unable to stat: (\S+): No such file/, likely: "the file does not exist on the host", fix: "create it, or correct the path" },
  { pattern: /UEFI requires ACPI/, path: ["features", "acpi"], fix: "set features.acpi = true" },
  {
    pattern: /(Unable to find any|Unable to find) (firmware|'efi')|no suitable firmware/i,
    path: ["os", "firmware"],
    likely: "no UEFI firmware is installed on the host",
    fix: "install it: apt-get install ovmf",
  },
  {
    pattern: /(port|Address) .*already in use|Failed to find an available port|bind.*Address already in use/,
    path: ["devices", "graphics"],
    fix: "use auto_port = true, or another port",
  },
  {
    pattern: /TPM|swtpm/,
    path: ["devices", "tpms"],
    likely: "the TPM emulator is not installed on the host",
    fix: "install it: apt-get install swtpm swtpm-tools",
  },
  {
    pattern: /passthrough of host PCI devices|VFIO|vfio/,
    path: ["devices", "hostdevs"],
    likely: "the host's IOMMU is off",
    fix: "boot the host with intel_iommu=on (or amd_iommu=on) and VT-d/AMD-Vi enabled in its firmware",
  },
  { pattern: /target '([^']+)' duplicated/, fix: "give each disk a target.dev of its own" },
];
