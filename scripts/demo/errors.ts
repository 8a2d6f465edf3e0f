import { CdkvmError, type ErrorDetails, messageOf } from "../../model/errors.ts";

/** The errors of the demo. */

const demoError = (details: Omit<ErrorDetails, "code">): CdkvmError => new CdkvmError({ code: "CDKVM_DEMO", ...details });

export const commandFailed = (args: readonly string[], code: number): CdkvmError =>
  demoError({
    doing: `run cdkvm ${args.join(" ")}`,
    problem: `it ended with exit code ${code}`,
    fix: "fix the error above; `npm run demo -- --destroy` removes everything that the demo created",
  });

export const alreadyRunning = (process: number): CdkvmError =>
  demoError({
    doing: "run the demo",
    problem: `the demo is already running: process ${process}`,
    fix: "wait until it ends, or end it with Ctrl-C",
  });

export const removalFailed = (uri: string, cause: Error): CdkvmError =>
  demoError({
    doing: "remove the demo's guests, network and pool",
    problem: cause.message,
    fix: `check virsh -c ${uri} list --all, and run it again`,
    cause,
  });

export const noFreeSubnet = (): CdkvmError =>
  demoError({
    doing: "choose the guests' network",
    problem: "all of 10.77.0.0/16 is in use on this machine",
    fix: "check ip route and virsh net-list --all; the demo needs one /24 of it",
  });

export const noFreePort = (): CdkvmError => demoError({ doing: "choose a port for web1's page", problem: "no port of 127.0.0.1 is free" });

export const noAddress = (guest: string, uri: string): CdkvmError =>
  demoError({
    doing: `find the address of ${guest}`,
    problem: "it has no DHCP lease",
    fix: `check virsh -c ${uri} net-dhcp-leases cdkvm-demo`,
  });

/** @param brokenKvm why KVM does not run guests, if it does not */
export const noCapabilities = (uri: string, seconds: number, brokenKvm: string | undefined): CdkvmError =>
  demoError({
    doing: `query QEMU's capabilities from libvirt at ${uri}`,
    problem: `no answer within ${seconds} seconds`,
    ...(brokenKvm !== undefined && { likely: `QEMU hangs when libvirt tests it with /dev/kvm, which does not run guests (${brokenKvm})` }),
    fix: "stop this libvirtd and run the demo again, which starts one without /dev/kvm; or remove /dev/kvm (rmmod kvm_intel kvm_amd) and restart libvirtd",
  });

export const noPage = (url: string, uri: string, guest: string, cause: unknown): CdkvmError =>
  demoError({
    doing: `fetch ${url}`,
    problem: messageOf(cause),
    likely: "the guest has not booted",
    fix: `check its console: virsh -c ${uri} console ${guest}`,
    cause,
  });

export const onlyUserInNamespace = (): CdkvmError =>
  demoError({
    doing: "choose where the guests run",
    problem: "this is root of a user namespace without other users, but libvirtd runs QEMU as another user",
    fix: "run the demo as yourself outside the namespace; it then uses your own session (qemu:///session)",
  });

export const missingPackages = (packages: readonly string[]): CdkvmError =>
  demoError({
    doing: "check what guests need",
    problem: `missing packages: ${packages.join(" ")}; installing them requires root or sudo`,
    fix: `ask an administrator to run: apt-get install --no-install-recommends ${packages.join(" ")}`,
  });
