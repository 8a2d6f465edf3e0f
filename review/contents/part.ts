import { createHmac, randomBytes } from "node:crypto";

/** What a text is made of, as far as it may be told: a review names these, and never shows the text. */
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
  /** In words; without it only whether it is there and whether it changed may be told. */
  readonly value?: string;
  readonly digest: string;
}

export interface Part {
  readonly kind: PartKind;
  /** What tells it from others of its kind: checked, so that it can be no free text; empty where it has none that may be told. */
  readonly name: string;
  readonly facts: readonly Fact[];
  /** Of all of it, what is not told included. */
  readonly digest: string;
}

const processKey = randomBytes(32);

/** Tells whether two values are the same, and nothing else: the key lives only as long as the process and never leaves it. */
export function digestOf(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "";
  } catch {
    text = randomBytes(16).toString("hex"); // it reaches into itself: as good as changed
  }
  return createHmac("sha256", processKey).update(text).digest("base64");
}

export const part = (kind: PartKind, name: string, whole: unknown, facts: readonly (Fact | undefined)[] = []): Part => ({
  kind,
  name,
  facts: facts.filter((one) => one !== undefined),
  digest: digestOf(whole),
});

/** A fact in words; none where there is nothing to tell. */
export const fact = (name: string, value: string | undefined): Fact | undefined =>
  value === undefined || value === "" ? undefined : { name, value, digest: digestOf(value) };

/** A fact of which only that it is there may be told. */
export const hidden = (name: string, value: unknown): Fact | undefined =>
  value === undefined || value === null || value === "" ? undefined : { name, digest: digestOf(value) };
