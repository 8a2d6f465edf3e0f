import { describe, expect, it } from "vitest";
import { CdkvmError } from "../../../model/errors.ts";
import { diagnosticsOf, encodeDiagnostics } from "../../../provider/protocol/diagnostics.ts";
import { DiagnosticsError } from "../../../provider/protocol/resource.ts";
import { Session } from "../../../provider/protocol/session.ts";
import { wholeNumbers } from "../../../provider/protocol/validate.ts";
import { noteTable, toy } from "./toy.ts";

describe("a thrown error", () => {
  it("is passed on if it is diagnostics", () => {
    const diagnostics = [{ severity: "warning", summary: "s", detail: "d", path: ["a", 0, "b"] }] as const;
    expect(diagnosticsOf(new DiagnosticsError(diagnostics), "x")).toEqual(diagnostics);
    expect(encodeDiagnostics(diagnostics)).toEqual([
      {
        severity: 2,
        summary: "s",
        detail: "d",
        attribute: { steps: [{ attribute_name: "a" }, { element_key_int: 0 }, { attribute_name: "b" }] },
      },
    ]);
  });

  it("has the problem as its summary and the whole explanation as its detail when it is cdkvm's own", () => {
    const error = new CdkvmError({ code: "CDKVM_X", doing: "open the door", problem: "it is locked", fix: "find the key" });
    expect(diagnosticsOf(error, "x")).toEqual([{ severity: "error", summary: "it is locked", detail: error.explain() }]);
  });

  it("names the operation and each cause if it is any other error", () => {
    const error = new Error("first line\nsecond", { cause: new Error("deeper", { cause: "deepest" }) });
    expect(diagnosticsOf(error, "create toy_note")).toEqual([
      { severity: "error", summary: "first line", detail: "while: create toy_note\ncaused by: deeper\ncaused by: deepest" },
    ]);
    expect(diagnosticsOf("just text", "x")[0]?.summary).toBe("just text");
    expect(diagnosticsOf(new Error(""), "x")[0]?.summary).not.toBe("");
  });
});

it("finds fractions in integer attributes", () => {
  const found = wholeNumbers(noteTable.fields, { size: 1.5, pages: [{ number: 1 }, { number: 2.5 }, { number: "18446744073709551616" }] });
  expect(found.map(({ path, summary }) => [path, summary])).toEqual([
    [["size"], "size must be a whole number"],
    [["pages", 1, "number"], "number must be a whole number"],
  ]);
});

describe("a session", () => {
  it("connects once, whichever call is first", async () => {
    let connections = 0;
    const session = new Session<number>({
      ...toy,
      resources: [],
      dataSources: [],
      configure: async () => ++connections,
      close: async () => {},
    });
    session.configure({ folder: "x" });
    expect(await Promise.all([session.client(), session.client()])).toEqual([1, 1]);
  });

  it("explains a failed connection once and is brief afterwards", async () => {
    const session = new Session<unknown>(toy);
    session.configure({ folder: "/nowhere" });
    const [first, second] = await Promise.allSettled([session.client(), session.client()]);
    expect(first).toMatchObject({ reason: { diagnostics: [{ summary: "There is no folder /nowhere", detail: "Make it first." }] } });
    expect(second).toMatchObject({
      reason: { diagnostics: [{ summary: "There is no folder /nowhere", detail: expect.stringMatching(/^Not tried/) }] },
    });
  });
});
