import { createHmac, randomBytes } from "node:crypto";

/** The parts of a text that may be disclosed: a review names these, and never shows the text. */
export type PartKind =
  | "user"
  | "group"
  | "password"
  | "SSH key"
  | "package"
  | "package source"
  | "file"
  | "directory"
  | "link"
  | "file system"
  | "disk"
  | "RAID"
  | "encrypted volume"
  | "unit"
  | "command"
  | "boot command"
  | "script"
  | "included text"
  | "attachment"
  | "setting"
  | "kernel argument"
  | "argument"
  | "text";

export interface Fact {
  readonly name: string;
  /** User-facing text; without it, only presence and change may be disclosed. */
  readonly value?: string;
  readonly digest: string;
}

export interface Part {
  readonly kind: PartKind;
  /** Identifies it among others of its kind: validated, so that it cannot be free text; empty if it has no name that may be shown. */
  readonly name: string;
  readonly facts: readonly Fact[];
  /** Covers the whole part, including what is not shown. */
  readonly digest: string;
}

const processKey = randomBytes(32);

/** Shows only whether two values are the same: the key exists only for this process and never leaves it. */
export function digestOf(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "";
  } catch {
    text = randomBytes(16).toString("hex"); // circular: counts as changed
  }
  return createHmac("sha256", processKey).update(text).digest("base64");
}

export const part = (kind: PartKind, name: string, whole: unknown, facts: readonly (Fact | undefined)[] = []): Part => ({
  kind,
  name,
  facts: facts.filter((one) => one !== undefined),
  digest: digestOf(whole),
});

/** A fact with a value; none if there is nothing to show. */
export const fact = (name: string, value: string | undefined): Fact | undefined =>
  value === undefined || value === "" ? undefined : { name, value, digest: digestOf(value) };

/** A fact of which only the presence may be shown. */
export const hidden = (name: string, value: unknown): Fact | undefined =>
  value === undefined || value === null || value === "" ? undefined : { name, digest: digestOf(value) };
