import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { FleetFileError, fleetSchema } from "../../model/fleet.ts";
import { dataOf } from "./fleet-arbitrary.ts";
import { errorOf, one, read, told } from "./fleet-file.ts";

describe("a fleet file with mistakes", () => {
  const text = `hosts:
  kvm1: qemu:/system

networks:
  lab:
    ipv4: 10.0.0.0

defaults:
  memory: 1 GiB

guests:
  web:
    memory: 4 Gigs
    memroy: 2 GiB
    count: two
    disks:
      - size: 512
    networks:
      - network: lap
`;

  test("reports all of them at once, each with its position, the source line and the fix", () => {
    expect(errorOf(text).explain())
      .toBe(`fleet.yaml:2:9: kvm1: "qemu:/system" is not a libvirt URI; it is as "qemu:///system" or "qemu+ssh://root@kvm1/system"
  2 |   kvm1: qemu:/system
    |         ^^^^^^^^^^^^

fleet.yaml:6:11: ipv4: 10.0.0.0 has no prefix length; did you mean 10.0.0.0/24?
  6 |     ipv4: 10.0.0.0
    |           ^^^^^^^^

fleet.yaml:13:13: memory: "4 Gigs" has an unknown unit, "Gigs"; did you mean "4 GiB"?
  13 |     memory: 4 Gigs
     |             ^^^^^^

fleet.yaml:14:5: there is no key "memroy"; did you mean "memory"?
  14 |     memroy: 2 GiB
     |     ^^^^^^

fleet.yaml:15:12: count: "two" is not a number
  15 |     count: two
     |            ^^^

fleet.yaml:17:15: disks[0].size: 512 has no unit; did you mean "512 MiB" or "512 GiB"?
  17 |       - size: 512
     |               ^^^

fleet.yaml:19:18: there is no network "lap"; did you mean "lab"?
  19 |       - network: lap
     |                  ^^^

7 problems; nothing was changed`);
  });

  test("reports the same as data", () => {
    expect(errorOf(text)).toMatchObject({ code: "CDKVM_FLEET", details: { doing: "read the fleet file fleet.yaml" } });
    expect(errorOf(text).problems[2]).toEqual({
      file: "fleet.yaml",
      line: 13,
      column: 13,
      text: "4 Gigs",
      message: 'memory: "4 Gigs" has an unknown unit, "Gigs"',
      fix: 'did you mean "4 GiB"?',
      source: "    memory: 4 Gigs",
    });
  });

  test.each([
    ["an empty file", "", "1:1: the file is empty; start with hosts: and guests:; `cdkvm init --template fleet` writes one"],
    ["a list", "- a\n", "1:1: this is not a fleet file: it has neither hosts nor guests; `cdkvm init --template fleet` writes one"],
    ["a tab", "hosts:\n\tkvm1: x\n", "2:1: this is not YAML: tabs are not allowed as indentation; indent with spaces"],
    [
      "a quote that never ends",
      'hosts: { kvm1: "qemu }\na: 1\n',
      "1:16: this is not YAML: the text that begins here has no closing quote; close it",
    ],
    ["two documents", `${one}---\n${one}`, "2:1: the file has more than one document; remove the line ---"],
    ["a mapping as a key", `${one}{ a: 1 }: b\n`, "2:1: a key is a word, not a list or mapping; quote it"],
    ["no hosts", "guests: {}\n", '1:1: the file has no hosts; add hosts: and a line as "  kvm1: qemu+ssh://root@kvm1.example.org/system"'],
    ["hosts without one", "hosts: {}\n", "1:8: hosts: it is empty; a fleet has at least one host"],
    ["a key with nothing behind it", `${one}guests:\n  web:\n`, "3:7: web: nothing stands here; give it a value, or remove the key"],
    [
      "a name with a blank",
      `${one}guests:\n  a b: { memory: 1 GiB }\n`,
      '3:3: "a b" is not a name; it starts with a letter or digit and has up to 100 letters, digits, ".", "_" and "-"',
    ],
    ["a section that there is not", `${one}gests: {}\n`, '2:1: there is no key "gests"; did you mean "guests"?'],
    [
      "a number with a zero in front",
      `${one}defaults: { cloudInit: { files: [{ path: /x, content: y, mode: 0644 }] } }\n`,
      '2:64: cloudInit.files[0].mode: 0644 is not a string; did you mean "0644"?',
    ],
    [
      "a pool type that there is not",
      `${one}pools:\n  fast: { type: direcotry, path: /srv }\n`,
      '3:17: type: "direcotry" is unknown; did you mean "directory"?',
    ],
    [
      "an expression of Terraform's",
      `${one}guests:\n  web: { memory: 1 GiB, machine: "\${var.x}" }\n`,
      "3:34: ${var.x} means nothing in a fleet file; write a name of this file, or ${env.NAME} or ${secret.NAME} for a variable of the environment",
    ],
  ])("says where and what: %s", (_, text, problem) => {
    expect(told(text)).toEqual([problem]);
  });

  test("reports a duplicate key along with the other mistakes", () => {
    expect(told(`${one}guests:\n  web: { memory: 1 GiB }\n  web: { memory: 1 }\n`)).toEqual([
      '4:3: "web" stands here twice; keep one of the two; the first is in line 3',
      '4:18: memory: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
    ]);
  });

  test("points into the target of an alias or a merge", () => {
    expect(told(`${one}guests:\n  web: &web\n    memory: 1 Gig\n  db:\n    <<: *web\n    cpus: 0\n`)).toEqual([
      '4:13: memory: "1 Gig" has an unknown unit, "Gig"; did you mean "1 GiB"?',
      "7:11: cpus: 0 is out of range; it is at least 1",
    ]);
  });

  test("shortens a long line to the part around the position", () => {
    const [, line = "", mark = ""] = errorOf(`${one}guests: { web: { memory: 1 GiB, description: "${"x".repeat(300)}", cpus: 0 } }\n`)
      .explain()
      .split("\n");
    expect(line.length).toBeLessThan(130);
    expect(line.slice(mark.indexOf("^"), mark.indexOf("^") + 1)).toBe("0");
  });

  test("never shows a password, in the line or in the message", () => {
    const shown = errorOf(`${one}defaults: { cloudInit: { users: [{ name: me, passwordHash: tr0ub4dor, sheel: x }] } }\n`).explain();
    expect(shown).toContain("passwordHash: it is no password hash; make one with: openssl passwd -6");
    expect(shown).toContain('there is no key "sheel"; did you mean "shell"?');
    expect(shown).not.toContain("tr0ub4dor");
    expect(errorOf(`${one}defaults: { cloudInit: { users: [{ name: me, passwordHash: 12345 }] } }\n`).explain()).not.toContain("12345");
  });

  test("is an error or a fleet, whatever it contains", () => {
    /** Lines and columns where a file is refused. */
    const places = (text: string): readonly number[] => {
      try {
        read(text);
        return [1];
      } catch (error) {
        if (!(error instanceof FleetFileError) || error.explain() === "") throw error;
        return error.problems.flatMap(({ line, column }) => [line, column]);
      }
    };
    const soundly = (text: string): void => {
      expect(Math.min(...places(text))).toBeGreaterThan(0);
    };
    fc.assert(
      fc.property(dataOf(fleetSchema), (data) => soundly(stringify(data))),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab:-[]{}&*<|>\"'#%!?, \n\t$".split("")), maxLength: 60 }), (text) =>
        soundly(`${one}guests:\n  ${text}`),
      ),
      { numRuns: 500 },
    );
  });
});
