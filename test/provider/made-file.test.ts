import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Values } from "../../model/values.ts";
import { ignition } from "../../provider/ignition.ts";
import { localPath, madeFile, madeNameOf, madePath, removeMade, writeMade } from "../../provider/made-file.ts";

const cache = mkdtempSync(join(tmpdir(), "cdkvm-made-"));
const before = process.env["XDG_CACHE_HOME"];
beforeEach(() => {
  process.env["XDG_CACHE_HOME"] = cache;
});
afterEach(() => {
  if (before === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = before;
  rmSync(cache, { recursive: true, force: true });
});

describe("a file made from the configuration", () => {
  const file = madeFile("ignition", Buffer.from('{"ignition":{"version":"3.4.0"}}'));

  it("is named by its content, and readable only by its owner", () => {
    const path = writeMade(file);
    expect(path).toBe(join(cache, "cdkvm/ignition", `${file.id}.ign`));
    expect(readFileSync(path)).toEqual(file.content);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is found by a path that was written on another machine", () => {
    writeMade(file);
    const theirs = `/home/somebody/.cache/cdkvm/ignition/${file.id}.ign`;
    expect(madeNameOf(theirs)).toEqual({ kind: "ignition", id: file.id });
    expect(localPath(theirs)).toBe(madePath(file));
  });

  it.each([`/x/cdkvm/ignition/${file.id}.iso`, `/x/cdkvm/constructor/${file.id}.iso`, `/x/${file.id}.ign`, "/etc/passwd"])(
    "is not what %s names",
    (path) => {
      expect(madeNameOf(path)).toBeUndefined();
      expect(localPath(path)).toBe(path);
    },
  );

  it("is kept if the process that wrote it removes another resource with the same content", () => {
    const path = writeMade(file);
    removeMade(file);
    expect(existsSync(path)).toBe(true);
  });
});

describe("an Ignition configuration", () => {
  const found = (content: unknown): string[] => (ignition.validate?.({ name: "x", content } as Values) ?? []).map(({ summary }) => summary);

  it("is JSON with a version; Butane's YAML is refused, and never quoted", () => {
    expect(found('{"ignition":{"version":"3.4.0"}}')).toEqual([]);
    expect(found("variant: fcos\npassword: secret\n")).toEqual(["The content is not JSON"]);
    expect(found("[]")).toEqual(["The content has no ignition.version"]);
    expect(found('{"ignition":{}}')).toEqual(["The content has no ignition.version"]);
  });
});
