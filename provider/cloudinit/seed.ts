import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Values } from "../../model/values.ts";
import { isoImage } from "./iso9660.ts";

/** A NoCloud seed: https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html */
export interface Seed {
  /** SHA-256 of the image, in hexadecimal. */
  readonly id: string;
  readonly image: Buffer;
}

/** The seed of a configuration; the same one gives the same bytes. */
export function seedOf(config: Values): Seed {
  const network = config["network_config"];
  const image = isoImage("cidata", [
    { name: "meta-data", content: Buffer.from(String(config["meta_data"])) },
    ...(typeof network === "string" && network !== "" ? [{ name: "network-config", content: Buffer.from(network) }] : []),
    { name: "user-data", content: Buffer.from(String(config["user_data"])) },
  ]);
  return { id: createHash("sha256").update(image).digest("hex"), image };
}

const seedFolder = (): string => join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cdkvm", "cloudinit");

/** Where a seed stands on this machine. */
export const seedPath = (id: string): string => join(seedFolder(), `${id}.iso`);

/** The id of the seed that a path names, wherever the machine is that wrote it. */
export function seedIdOf(path: string): string | undefined {
  return /(?:^|\/)cdkvm\/cloudinit\/([0-9a-f]{64})\.iso$/.exec(path)?.[1];
}

/**
 * A seed's path on this machine, for a path that another machine may have written. Where the path names no seed, or there
 * is a file, it is given back as it is.
 */
export function localSeed(path: string): string {
  const id = existsSync(path) ? undefined : seedIdOf(path);
  return id !== undefined && existsSync(seedPath(id)) ? seedPath(id) : path;
}

export const hasSeed = (id: string): boolean => existsSync(seedPath(id));

/** Writes the seed, readable by its user alone, for user data holds secrets; whole or not at all. */
export function writeSeed({ id, image }: Seed): string {
  const folder = seedFolder();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = seedPath(id);
  const fresh = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    writeFileSync(fresh, image, { mode: 0o600 });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  return path;
}

export const removeSeed = (id: string): void => rmSync(seedPath(id), { force: true });
