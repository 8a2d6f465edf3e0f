/** A stack that the program made, or an earlier one. */
export interface Stack {
  readonly name: string;
  /** The folder that the engine works in. */
  readonly folder: string;
  /** Stacks that must be applied before. */
  readonly dependencies: readonly string[];
  /** What the command line says for it: `kvm1`, or `kvm1 lab.yaml`. @default its name */
  readonly typed?: string;
}
