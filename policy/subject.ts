import type { HostFacts } from "../model/host-facts.ts";
import type { Review } from "../review/index.ts";

/** What rules judge: one stack's plan, and what is on its hosts after apply. */
export interface StackSubject {
  /** Undefined if the plan does not name its stack. */
  readonly stack: string | undefined;
  readonly review: Review;
  /** The stacks that are applied before it. @default none */
  readonly dependencies?: readonly string[] | undefined;
  /** Undefined if only a review is given, without its plan. */
  readonly facts: Facts | undefined;
  /** What its host has, and all guests there before apply. Undefined if the host did not answer, or nobody asked it: a saved plan without its folder. */
  readonly host?: HostFacts | undefined;
}

/** The objects of a stack after apply, unchanged ones included. No secret is in it. */
export interface Facts {
  readonly guests: readonly GuestFact[];
  readonly volumes: readonly VolumeFact[];
  readonly pools: readonly ObjectFact[];
  readonly networks: readonly NetworkFact[];
  readonly cloudInit: readonly CloudInitFact[];
  readonly hosts: readonly HostFact[];
}

export interface ObjectFact {
  /** Terraform's address. */
  readonly address: string;
  readonly name: string;
}

export interface GuestFact extends ObjectFact {
  /** Undefined if neither the configuration nor the state says. */
  readonly running: boolean | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** Names of the labels in its title, description (`backup: daily`) and metadata (an element `backup`). */
  readonly labels: readonly string[];
  /** The networks that it is on, by name. */
  readonly networks: readonly string[];
  readonly displays: readonly DisplayFact[];
  /** Whether a security label of it is turned off. */
  readonly unconfined: boolean;
}

export interface DisplayFact {
  readonly type: "vnc" | "spice";
  /** Addresses; none: libvirt's default. */
  readonly listens: readonly string[];
}

export interface VolumeFact extends ObjectFact {
  readonly pool: string | undefined;
  /** Bytes. */
  readonly capacity: number | undefined;
  /** The URL that it is filled from, without logins. */
  readonly source: string | undefined;
  readonly hasChecksum: boolean;
}

export interface NetworkFact extends ObjectFact {
  /** `nat`, `route`, `bridge`, ...; undefined for an isolated one. */
  readonly mode: string | undefined;
}

/** How a password may be used to log in: by ssh; by a user whose password is not locked; because the text sets one. */
export type PasswordLogin = "ssh" | "user" | "password";

export interface CloudInitFact extends ObjectFact {
  /** Undefined if the text is secret or not known before apply. */
  readonly passwordLogins: readonly PasswordLogin[] | undefined;
}

export interface HostFact {
  /** Of the provider block: `provider.libvirt`. */
  readonly address: string;
  /** From the URI: `kvm1.example.org`; `localhost` without one. Undefined if the URI is not a constant. */
  readonly name: string | undefined;
  /** The URI's parameters that turn off the check of the host's key or certificate: `no_verify=1`. */
  readonly unchecked: readonly string[];
  /** Bytes. Undefined if no data source of the stack reads it. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
}
