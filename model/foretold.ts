/** Provider warnings in a plan that cdkvm's own review also shows, so that they are not printed twice. */

/** `web1 will restart: memory` */
export const RESTART = / will restart: /;

/** `new guests run on KVM at qemu:///system: a Linux kernel boots on it`; shown only by cdkvm, since it is no warning. */
export const ON_KVM = "new guests run on KVM at ";

/** `new guests are emulated at qemu:///system: the CPU has neither vmx nor svm` */
export const EMULATED = "new guests are emulated at ";

/** `The data of volume web1-data will be lost`, with the name. */
export const DATA_LOSS = /^The data of volume (.*) will be lost$/;

/** `Network lan goes, although it is used: web9 (interface, it runs)`: what somebody else uses goes because `--allow-in-use` was given. */
export const IN_USE = {
  summary: (what: string, users: string): string => `${what.slice(0, 1).toUpperCase()}${what.slice(1)}${GOES}${users}`,
  /** What goes (`network lan`), and who uses it. */
  parse: (summary: string): readonly [what: string, users: string] | undefined => {
    const [what = "", users] = summary.split(GOES);
    return users === undefined ? undefined : [`${what.slice(0, 1).toLowerCase()}${what.slice(1)}`, users];
  },
} as const;
const GOES = " goes, although it is used: ";
