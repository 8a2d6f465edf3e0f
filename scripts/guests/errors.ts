import { CdkvmError, type ErrorDetails, messageOf } from "../../model/errors.ts";

/** The errors of building guests. */

const buildError = (details: Omit<ErrorDetails, "code">): CdkvmError => new CdkvmError({ code: "CDKVM_GUEST_BUILD", ...details });

const TINY = "build the tiny guest";
const DEBIAN = "build the Debian guest";

export const commandFailed = (command: string, args: readonly string[], cause: unknown): CdkvmError => {
  const { stderr } = cause as { stderr?: string };
  return buildError({
    doing: "build a guest from Debian packages",
    problem: `${command} ${args.slice(0, 3).join(" ")}: ${stderr?.trim().split("\n").slice(-5).join("; ") || messageOf(cause)}`,
    cause,
  });
};

export const noMirror = (codename: string): CdkvmError =>
  buildError({
    doing: DEBIAN,
    problem: `apt's configuration names no mirror of ${codename || "this machine's release"}`,
    fix: 'run "apt-get update"',
  });

export const notRoot = (): CdkvmError => buildError({ doing: DEBIAN, problem: "building it requires root", fix: "run this as root" });

export const noKernelPackage = (packages: readonly string[]): CdkvmError =>
  buildError({
    doing: "find a kernel for the guest",
    problem: `apt finds none of ${packages.join(", ")}`,
    likely: "its package lists are empty or old",
    fix: `run "${process.getuid?.() === 0 ? "" : "sudo "}apt-get update"`,
  });

export const noKernelIn = (name: string): CdkvmError =>
  buildError({ doing: "unpack the guest's kernel", problem: `the package ${name} contains no vmlinuz` });

export const noBusybox = (path: string): CdkvmError =>
  buildError({ doing: TINY, problem: `${path} is missing, or has no DHCP client`, fix: "install the package busybox-static" });
