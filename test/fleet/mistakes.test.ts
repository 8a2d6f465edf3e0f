import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { FleetFileError } from "../../fleet/errors.ts";
import { fleetSchema } from "../../fleet/schema.ts";
import { dataOf } from "./arbitrary.ts";
import { errorOf, one, read, told } from "./file.ts";

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

  test("is reported with all of them at once: position, text and fix", () => {
    expect(errorOf(text).explain())
      .toBe(`fleet.yaml:2:9: kvm1: "qemu:/system" is not a libvirt URI; for example "qemu:///system" or "qemu+ssh://root@kvm1/system"
  2 |   kvm1: qemu:/system
    |         ^^^^^^^^^^^^

fleet.yaml:6:11: ipv4: 10.0.0.0 has no prefix length; did you mean 10.0.0.0/24?
  6 |     ipv4: 10.0.0.0
    |           ^^^^^^^^

fleet.yaml:13:13: memory: unknown unit "Gigs" in "4 Gigs"; did you mean "4 GiB"?
  13 |     memory: 4 Gigs
     |             ^^^^^^

fleet.yaml:14:5: unknown key "memroy"; did you mean "memory"?
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

  test("has the same as data", () => {
    expect(errorOf(text)).toMatchObject({ code: "CDKVM_FLEET", details: { doing: "read the fleet file fleet.yaml" } });
    expect(errorOf(text).problems[2]).toEqual({
      file: "fleet.yaml",
      line: 13,
      column: 13,
      text: "4 Gigs",
      message: 'memory: unknown unit "Gigs" in "4 Gigs"',
      fix: 'did you mean "4 GiB"?',
      source: "    memory: 4 Gigs",
    });
  });

  test.each([
    ["an empty file", "", "1:1: the file is empty; start with hosts: and guests:; `cdkvm init --template fleet` writes an example"],
    ["a list", "- a\n", "1:1: this is not a fleet file: it has neither hosts nor guests; `cdkvm init --template fleet` writes an example"],
    ["a tab", "hosts:\n\tkvm1: x\n", "2:1: invalid YAML: indented with a tab; indent with spaces"],
    [
      "an unclosed quote",
      'hosts: { kvm1: "qemu }\na: 1\n',
      "1:16: invalid YAML: the quoted text that begins here is not closed; add the closing quote",
    ],
    ["two documents", `${one}---\n${one}`, "2:1: the file has more than one YAML document; remove the line ---"],
    ["a mapping as a key", `${one}{ a: 1 }: b\n`, "2:1: a key must be text, not a list or mapping; quote it"],
    [
      "no hosts",
      "guests: {}\n",
      "1:1: the file has no hosts; add a host, for example hosts: { kvm1: qemu+ssh://root@kvm1.example.org/system }",
    ],
    ["empty hosts", "hosts: {}\n", "1:8: hosts: the file has no hosts; add at least one host"],
    ["a key without a value", `${one}guests:\n  web:\n`, "3:7: web: the value is missing; write one, or remove the key"],
    [
      "a name with a blank",
      `${one}guests:\n  a b: { memory: 1 GiB }\n`,
      '3:3: "a b" is not a name; use up to 100 letters, digits, ".", "_" and "-", and start with a letter or digit',
    ],
    ["an unknown section", `${one}gests: {}\n`, '2:1: unknown key "gests"; did you mean "guests"?'],
    [
      "a number with a leading zero",
      `${one}defaults: { cloudInit: { files: [{ path: /x, content: y, mode: 0644 }] } }\n`,
      '2:64: cloudInit.files[0].mode: 0644 is not a string; did you mean "0644"?',
    ],
    [
      "an unknown pool type",
      `${one}pools:\n  fast: { type: direcotry, path: /srv }\n`,
      '3:17: type: unknown value "direcotry"; did you mean "directory"?',
    ],
    [
      "a Terraform expression",
      `${one}guests:\n  web: { memory: 1 GiB, machine: "\${var.x}" }\n`,
      "3:34: ${var.x} has no meaning in a fleet file; write a name from this file, or ${env.NAME} or ${secret.NAME} for an environment variable",
    ],
  ])("is reported with position and cause: %s", (_, text, problem) => {
    expect(told(text)).toEqual([problem]);
  });

  test("is reported for a duplicate key, and for the rest too", () => {
    expect(told(`${one}guests:\n  web: { memory: 1 GiB }\n  web: { memory: 1 }\n`)).toEqual([
      '4:3: duplicate key "web" (also in line 3); remove one of them',
      '4:18: memory: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
    ]);
  });

  test("is reported inside what an alias or a merge inserts", () => {
    expect(told(`${one}guests:\n  web: &web\n    memory: 1 Gig\n  db:\n    <<: *web\n    cpus: 0\n`)).toEqual([
      '4:13: memory: unknown unit "Gig" in "1 Gig"; did you mean "1 GiB"?',
      "7:11: cpus: 0 is too small; the minimum is 1",
    ]);
  });

  test("is shown with a part of a long line", () => {
    const [, line = "", mark = ""] = errorOf(`${one}guests: { web: { memory: 1 GiB, description: "${"x".repeat(300)}", cpus: 0 } }\n`)
      .explain()
      .split("\n");
    expect(line.length).toBeLessThan(130);
    expect(line.slice(mark.indexOf("^"), mark.indexOf("^") + 1)).toBe("0");
  });

  test("is shown without passwords, in line and message", () => {
    const shown = errorOf(`${one}defaults: { cloudInit: { users: [{ name: me, passwordHash: tr0ub4dor, sheel: x }] } }\n`).explain();
    expect(shown).toContain("passwordHash: this is not a password hash; create one with: openssl passwd -6");
    expect(shown).toContain('unknown key "sheel"; did you mean "shell"?');
    expect(shown).not.toContain("tr0ub4dor");
    expect(errorOf(`${one}defaults: { cloudInit: { users: [{ name: me, passwordHash: 12345 }] } }\n`).explain()).not.toContain("12345");
  });

  test("is always a FleetFileError, whatever its content (property)", () => {
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
