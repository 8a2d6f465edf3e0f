import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { readXml } from "../../../libvirt/codec/read.ts";
import { unmapped } from "../../../libvirt/codec/unmapped.ts";
import { clone, element, parseXml, type XmlElement } from "../../../model/xml.ts";
import { domain } from "../../../model/domain/index.ts";
import { network } from "../../../model/network.ts";
import { pool } from "../../../model/pool.ts";
import { volume } from "../../../model/volume.ts";

const tables = { domain, network, pool, volume } as const;
const folders = ["domains", "pairs"].map((name) => join(import.meta.dirname, "../../fixtures", name));
const samples = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".xml"))
    .map((file) => ({ name: file, root: parseXml(readFileSync(join(folder, file), "utf8")) })),
);

interface Place {
  readonly label: string;
  readonly steps: readonly number[];
}

/** Every element below which names count, with the name that unmapped() has for it. */
function places(own: XmlElement, label = "", steps: readonly number[] = []): Place[] {
  const seen = new Map<string, number>();
  const below = own.children.flatMap((one, index): Place[] => {
    if (typeof one === "string") return [];
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    if (one.name === "metadata") return [];
    return places(one, `${label}${one.name}${count > 1 ? `[${count}]` : ""}/`, [...steps, index]);
  });
  return [{ label, steps }, ...below];
}

function at(root: XmlElement, steps: readonly number[]): XmlElement {
  return steps.reduce((own, index) => {
    const next = own.children[index];
    if (typeof next !== "object") throw new Error("no element there");
    return next;
  }, root);
}

/** Whether what was put into one place is named, or is read as a value. */
function isTold(root: XmlElement, steps: readonly number[], put: (into: XmlElement) => void, name: string): boolean {
  const table = tables[root.name as keyof typeof tables];
  const changed = clone(root);
  put(at(changed, steps));
  return unmapped(table, changed).includes(name) || !isDeepStrictEqual(readXml(table, changed), readXml(table, root));
}

describe.each(samples)("nothing of $name is dropped silently", ({ root }) => {
  const already = unmapped(tables[root.name as keyof typeof tables], root);
  const known = places(root).filter(({ label }) => !already.some((path) => label.startsWith(`${path}/`)));
  /** The places where what is put is neither named nor read. */
  const silent = (put: (into: XmlElement) => void, name: (label: string) => string): string[] =>
    known.flatMap(({ label, steps }) => (isTold(root, steps, put, name(label)) ? [] : [label]));

  it("an attribute anywhere", () => {
    expect(
      silent(
        (own) => (own.attributes["odd"] = "1"),
        (label) => `${label}@odd`,
      ),
    ).toEqual([]);
  });

  it.each(["odd", "x:odd"])("an element <%s> anywhere", (name) => {
    expect(
      silent(
        (own) => own.children.push(element(name)),
        (label) => label + name,
      ),
    ).toEqual([]);
  });

  it("a text anywhere", () => {
    expect(
      silent(
        (own) => own.children.push("odd"),
        (label) => `${label}text()`,
      ),
    ).toEqual([]);
  });

  it("one more of each element", () => {
    const dropped = known.flatMap(({ label, steps }) => {
      const own = at(root, steps);
      const above = steps.slice(0, -1);
      const number = at(root, above).children.filter((one) => typeof one !== "string" && one.name === own.name).length + 1;
      const name = `${label.replace(/(\[\d+\])?\/$/, "")}[${number}]`;
      return steps.length === 0 || isTold(root, above, (into) => into.children.push(clone(own)), name) ? [] : [label];
    });
    expect(dropped).toEqual([]);
  });
});
