/** A stack of the program, or of an earlier run. */
export interface Stack {
  readonly name: string;
  /** The engine's working directory. */
  readonly folder: string;
  /** Stacks that must be applied first. */
  readonly dependencies: readonly string[];
  /** How the command line selects it: `kvm1`, or `kvm1 lab.yaml`. @default its name */
  readonly typed?: string;
}
