/** The numbers of a CPU list in libvirt's syntax: `0-3,^2,8`. */
export function cpusOf(set: string): number[] {
  const cpus = new Set<number>();
  for (const part of set.split(",")) {
    const match = /^\s*(\^?)(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match === null) continue;
    const first = Number(match[2]);
    const last = Math.min(Number(match[3] ?? first), first + 65_535);
    for (let cpu = first; cpu <= last; cpu++) {
      if (match[1] === "^") cpus.delete(cpu);
      else cpus.add(cpu);
    }
  }
  return [...cpus].sort((a, b) => a - b);
}
