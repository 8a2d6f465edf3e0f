import { install, missing } from "../../cli/host/packages.ts";
import { messageOf } from "../../model/errors.ts";
import { removeLeftovers } from "./slot.ts";

/**
 * For vitest's `globalSetup`: as root, installs what the acceptance tests need on the machine (CDKVM_TEST_INSTALL=0 skips
 * that) and removes what killed earlier runs left behind.
 */
export default async function setup(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const needs = ["host", "guests", "tests"] as const;
  if (process.env["CDKVM_TEST_INSTALL"] !== "0" && (await missing(needs)).length > 0) {
    const log = (line: string) => console.log(line);
    await install({ needs, yes: true, log }).catch((error: unknown) =>
      log(`${messageOf(error)}: acceptance tests that need it will be skipped`),
    );
  }
  await removeLeftovers();
}
