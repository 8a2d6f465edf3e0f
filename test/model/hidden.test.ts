import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { CdkvmError } from "../../model/errors.ts";
import { HiddenValues, knownSecrets } from "../../model/hidden.ts";
import { Secret, secret } from "../../model/secrets.ts";

it("hides a value in every encoding that documents use (property)", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 40 }), (value) => {
      fc.pre(value.trim().length >= 4);
      const hidden = new HiddenValues([value]);
      const forms = [
        value,
        JSON.stringify({ x: value }),
        encodeURIComponent(value),
        Buffer.from(value).toString("base64"),
        Buffer.from(value).toString("base64url"),
        `<a>${value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")}</a>`,
        value.replaceAll("${", "$${").replaceAll("%{", "%%{"),
      ];
      for (const form of forms) {
        expect(hidden.isIn(form)).toBe(true);
        expect(hidden.hide(form)).not.toContain(value.trim());
      }
    }),
    { numRuns: 500 },
  );
});

it("hides each line of a multi-line value, indented or wrapped", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQ\n-----END KEY-----";
  const text = stringify({ write_files: [{ path: "/k", content: key }] });
  const hidden = new HiddenValues([key]).hide(text);
  expect(hidden).not.toContain("MIIEv");
  expect(hidden).not.toContain("BKcwggSj");
  expect(hidden).toContain("/k");
});

it("hides the longer of two overlapping values, and none so short that it matches by chance", () => {
  expect(new HiddenValues(["pass", "password"]).hide("a password")).toBe("a (sensitive)");
  expect(new HiddenValues(["a", " x ", ""]).hide("a x")).toBe("a x");
});

it("a program's secret is its value, is hidden from then on, and appears in no error", () => {
  expect(secret("hush-4712")).toBe("hush-4712");
  expect(Secret.fromEnv("KEY", { KEY: "hush-4713" })).toBe("hush-4713");
  expect(knownSecrets().hide("hush-4712 hush-4713")).toBe("(sensitive) (sensitive)");
  const error = new CdkvmError({ code: "X", doing: "try hush-4712", problem: "hush-4713 is wrong", fix: "not hush-4712" });
  expect(`${error.explain()} ${error.message} ${JSON.stringify(error.details)}`).not.toContain("hush");
  expect(() => Secret.fromEnv("NO_KEY", {})).toThrow("the environment variable NO_KEY is not set");
  expect(() => secret("abc")).toThrow("it has 3 characters");
});
