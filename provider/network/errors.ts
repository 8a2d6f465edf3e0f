import type { Cidr } from "../../model/cidr.ts";
import { errorAt } from "../diagnose.ts";
import { ownerUnknown } from "../users/errors.ts";

/** A planned range and the range of another network that overlaps it. */
export interface Overlap {
  /** The planned network. */
  readonly name: string;
  /** Its range: `ips[index]`. */
  readonly cidr: Cidr;
  readonly index: number;
  /** The other network. */
  readonly other: string;
  readonly taken: Cidr;
}

/** `10.0.0.0/16 overlaps 10.0.7.0/24 of the network lan on this host` */
export const overlapText = ({ cidr, other, taken }: Overlap): string =>
  `${cidr.toString()} overlaps ${taken.toString()} of the network ${other} on this host`;

export const networkOverlaps = (overlap: Overlap): Error =>
  errorAt(["ips", overlap.index], {
    code: "CDKVM_NETWORK_OVERLAP",
    doing: `plan the network ${overlap.name}`,
    problem: `${overlapText(overlap)}, which is not in this state`,
    likely: "another stack or another person created it; libvirt does not start a second network with the same addresses",
    fix: `choose another range; \`virsh net-dumpxml ${overlap.other}\` shows that network`,
  });

export const overlapUnknown = ({ name, taken }: Overlap): Error =>
  ownerUnknown(`plan the network ${name}`, `the addresses ${taken.toString()} are taken`);
