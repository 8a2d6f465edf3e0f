/** `did you mean "a" or "b"?` */
export const didYouMean = (...suggestions: readonly string[]): string => `did you mean ${suggestions.join(" or ")}?`;

/** The edit distance of two words (insert, delete, replace, transpose). */
export function distance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (older[j - 2] ?? 0) + 1);
      current.push(best);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The known word closest to `word`; undefined if none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  const wanted = plain(word);
  let best: { name: string; score: number } | undefined;
  for (const name of known) {
    const candidate = plain(name);
    const prefix = wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate)) ? 1 : Infinity;
    const score = Math.min(distance(wanted, candidate), prefix);
    if (score <= Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3)) && score < (best?.score ?? Infinity))
      best = { name, score };
  }
  return best?.name;
}

/** Other tools' names for keys and kinds of pools and bridges. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  vcpu: "cpus", vcpus: "cpus", cpucount: "cpus", cpunumber: "cpus", numcpus: "cpus", ncpus: "cpus", cores: "cpus",
  ram: "memory", mem: "memory", memorymb: "memory", memorysize: "memory", maxvcpus: "maxCpus",
  nic: "networks", nics: "networks", interfaces: "networks", networkinterfaces: "networks",
  drives: "disks", storage: "disks", hdd: "disks", cdrom: "disks", userdata: "cloudInit", hypervisors: "hosts", nodes: "hosts",
  vms: "guests", virtualmachines: "guests", domains: "guests", instances: "guests", servers: "guests", replicas: "count",
  cidr: "ipv4", subnet: "ipv4", address: "ip", ipaddress: "ip", macaddress: "mac", capacity: "size",
  preventdestroy: "protect", deletionprotection: "protect", sshauthorizedkeys: "sshKeys", sshkey: "sshKeys",
  lvm: "logical", nfs: "netfs", cifs: "netfs", ceph: "rbd", ovs: "openvswitch", linuxbridge: "existing",
}; // prettier-ignore

/** The known word that an unknown word most likely stands for. */
export function suggest(word: string, known: ReadonlySet<string>): string | undefined {
  const usual = ELSEWHERE[word.toLowerCase().replaceAll(/[-_ ]/g, "")];
  return usual !== undefined && known.has(usual) ? usual : nearest(word, known);
}
