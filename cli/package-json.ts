import { existsSync, readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join, relative } from "node:path";
import { ownPackage } from "../stacks/own-package.ts";
import { invalidPackage } from "./errors.ts";

export interface PackageJson {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** @throws CdkvmError if it exists but is not JSON */
export function readPackage(folder: string): PackageJson | undefined {
  const path = join(folder, "package.json");
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as PackageJson;
  } catch (cause) {
    throw invalidPackage(path, cause);
  }
}

/** What a project needs: cdkvm and, for a program, the compiler and Node's types in the versions that cdkvm is built with. */
export function needsOf(program: boolean): {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
} {
  const own = ownPackage();
  const tools = program ? ["@types/node", "typescript"] : [];
  return {
    dependencies: { cdkvm: `^${own.version}` },
    devDependencies: Object.fromEntries(tools.map((name) => [name, `^${own.devDependencies?.[name]}`])),
  };
}

/** Adds what a project needs and keeps existing entries. A package with a program becomes an ES module package. */
export function withNeeds(before: PackageJson, program: boolean): PackageJson {
  const { dependencies, devDependencies } = needsOf(program);
  const missing = (wanted: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(wanted).filter(([name]) => !before.dependencies?.[name] && !before.devDependencies?.[name]);
  const merge = (key: "dependencies" | "devDependencies", wanted: Readonly<Record<string, string>>): object => {
    const more = missing(wanted);
    return more.length > 0 ? { [key]: { ...before[key], ...Object.fromEntries(more) } } : {};
  };
  return {
    ...before,
    ...(program && { type: "module" }),
    ...merge("dependencies", dependencies),
    ...merge("devDependencies", devDependencies),
  };
}

/** A file whose meaning would change if the package in `folder` became an ES module package. */
export async function findSource(folder: string): Promise<string | undefined> {
  const skipped = ({ name }: { readonly name: string }): boolean => name === "node_modules" || name.startsWith(".");
  for await (const { parentPath, name } of glob("**/*.{js,jsx,ts,tsx}", { cwd: folder, exclude: skipped, withFileTypes: true }))
    return relative(folder, join(parentPath, name));
  return undefined;
}
