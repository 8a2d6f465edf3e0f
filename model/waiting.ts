/** A libvirt call that has been waiting for a while. */
export interface Waiting {
  /** The host's URI. */
  readonly host: string;
  /** The libvirt function: `virDomainGetXMLDesc`. */
  readonly call: string;
  /** The affected object: `guest web1`. */
  readonly object?: string;
  readonly seconds: number;
}

/** `virDomainGetXMLDesc of guest web1` */
export const callWords = ({ call, object }: Pick<Waiting, "call" | "object">): string =>
  object === undefined ? call : `${call} of ${object}`;

export const waitingWords = (waiting: Waiting): string =>
  `${waiting.host}: libvirt has not answered ${callWords(waiting)} for ${waiting.seconds} seconds; still waiting`;
