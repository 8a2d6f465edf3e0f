import { describe, expect, it } from "vitest";
import { Own } from "../../review/own.ts";

describe("what is a resource's own", () => {
  it.each([
    ["web1-root", "<name>-root"],
    ["/pool/web1.qcow2", "/pool/<name>.qcow2"],
    ["web10-root", "web10-root"],
    ["cobweb1", "cobweb1"],
    ["52:54:00:00:00:0A on lan", "<MAC> on lan"],
  ])("reads the same for each: %j", (text, marked) => {
    expect(new Own({ name: "web1", macs: ["52:54:00:00:00:0A"] }).marked(text)).toBe(marked);
  });

  it("is the longer value where one is in the other", () => {
    expect(new Own({ name: "web1-seed", guest: "web1" }).marked("web1-seed of web1")).toBe("<name> of <guest>");
  });

  it("takes a name as it is, whatever characters it has, or none", () => {
    expect(new Own({ name: "a.(b)" }).marked("a.(b)-root, axb")).toBe("<name>-root, axb");
    expect(new Own({ name: "" }).marked("text")).toBe("text");
  });
});
