import { install, missing, type Need } from "../../cli/host/packages.ts";
import { installEngineHere } from "../../cli/install-engine.ts";
import { findEngine } from "../../engine/index.ts";
import { messageOf } from "../../model/errors.ts";
import { removeLeftovers } from "./slot.ts";

const say = (line: string): void => console.log(line);

/**
 * For vitest's `globalSetup`: as root, installs what the tests need on the machine (CDKVM_TEST_INSTALL=0 skips
 * that) and removes what killed earlier runs left behind.
 */
export default async function setup(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  if (process.env["CDKVM_TEST_INSTALL"] !== "0") {
    await installPackages(["host", "guests", "tests"]);
    await installPackages(["pages"]); // on its own: Ubuntu has no Chromium package
    await installOpenTofu();
  }
  await removeLeftovers();
}

async function installPackages(needs: readonly Need[]): Promise<void> {
  if ((await missing(needs)).length === 0) return;
  await install({ needs, yes: true, log: say }).catch((error: unknown) => say(`${messageOf(error)}: tests that need it will be skipped`));
}

/** The tests run on OpenTofu, as cdkvm does; some on Terraform as well. */
async function installOpenTofu(): Promise<void> {
  if ((await findEngine())?.kind === "tofu") return;
  await installEngineHere({ ask: async () => true, say, timeout: 5_000 }).catch((error: unknown) =>
    say(`${messageOf(error)}: the tests run on another engine`),
  );
}
