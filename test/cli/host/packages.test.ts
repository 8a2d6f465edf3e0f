import { describe, expect, test } from "vitest";
import { hostPackages, install, installCommand, isDebian, missing } from "../../../cli/host/packages.ts";
import { CdkvmError } from "../../../model/errors.ts";

const debian = await isDebian();

describe("the packages of a host", () => {
  test("are listed once each, with a reason", () => {
    expect(new Set(hostPackages.map((each) => each.package)).size).toBe(hostPackages.length);
    expect(hostPackages.filter((each) => each.why === "")).toEqual([]);
  });

  test.runIf(debian)("that are missing are listed, and nothing is installed without consent", async () => {
    const absent = await missing(["host"]);
    expect(hostPackages).toEqual(expect.arrayContaining(absent));
    const outcome = await install({ needs: ["host"], ask: () => Promise.resolve(false) }).catch((error: unknown) => error);
    const installed = Array.isArray(outcome) ? outcome : [];
    expect(installed).toEqual([]);
    expect(outcome instanceof CdkvmError).toBe(absent.length > 0);
  });

  test("are all in the command that installs them", () => {
    expect(installCommand(hostPackages.slice(0, 2))).toMatch(/apt-get install .* libvirt-daemon-system libvirt-clients$/);
  });
});
