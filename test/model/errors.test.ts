import { expect, test } from "vitest";
import { CdkvmError, readExplained } from "../../model/errors.ts";

test("an error's text parses back into its parts", () => {
  const least = { code: "CDKVM_A", doing: "connect to qemu:///system", problem: "no answer" };
  for (const details of [
    least,
    { ...least, likely: "libvirtd hangs" },
    { ...least, fix: "run: systemctl restart libvirtd\n  or wait" },
    { ...least, problem: "one\ntwo", likely: "a: b", fix: "c", code: "LIBVIRT_NO_DOMAIN" },
  ])
    expect(readExplained(new CdkvmError(details).explain())).toEqual(details);
  for (const text of ["", "no answer", "no answer\n  while: connecting", "  code: CDKVM_A"]) expect(readExplained(text)).toBeUndefined();
});
