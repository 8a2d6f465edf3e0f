/**
 * Provider warnings whose meaning the command line needs: only their text crosses the engine. Each has its formatter and its parser here.
 * `parse` returns undefined for any other warning; it inverts `format` unless a name contains the fixed words.
 */

/** `web1 will restart: memory`, `network lan will restart: MTU` */
export const RESTART = between(" will restart: ");

/** `new guests run on KVM at qemu:///system: a Linux kernel boots on it`; shown only by cdkvm, since it is no warning. */
export const ON_KVM = prefixed("new guests run on KVM at ");

/** `new guests are emulated at qemu:///system: the CPU has neither vmx nor svm` */
export const EMULATED = prefixed("new guests are emulated at ");

/** `The data of volume web1-data will be lost`, with the volume's name. */
export const DATA_LOSS = {
  format: (volume: string): string => `The data of volume ${volume} will be lost`,
  parse: (summary: string): string | undefined => /^The data of volume (.*) will be lost$/s.exec(summary)?.[1],
} as const;

/** `network lan is removed although it is in use: web9 (interface, it runs)`, due to `--allow-in-use`. */
export const IN_USE = between(" is removed although it is in use: ");

type Two = readonly [first: string, second: string];

interface Warning {
  readonly format: (first: string, second: string) => string;
  readonly parse: (summary: string) => Two | undefined;
}

function between(words: string): Warning {
  return {
    format: (first, second) => `${first}${words}${second}`,
    parse: (summary) => {
      const at = summary.indexOf(words);
      return at < 0 ? undefined : [summary.slice(0, at), summary.slice(at + words.length)];
    },
  };
}

/** The host's URI, which contains no blank, and the reason. */
function prefixed(words: string): Warning {
  const { format, parse } = between(": ");
  return {
    format: (uri, reason) => `${words}${format(uri, reason)}`,
    parse: (summary) => (summary.startsWith(words) ? parse(summary.slice(words.length)) : undefined),
  };
}
