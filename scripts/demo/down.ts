import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { findEngine } from "../../engine/index.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import { CdkvmError } from "../../model/errors.ts";
import { cdkvm } from "./cdkvm.ts";
import { removalFailed } from "./errors.ts";
import { folder } from "./folder.ts";
import { ensureLibvirtd, stopStarted } from "./libvirtd.ts";
import { isInstalled } from "./programs.ts";
import { isRoot } from "./rights.ts";
import { readSettings, type Settings } from "./settings.ts";
import { sweep } from "./sweep.ts";
import type { Talk } from "./talk.ts";
import { quickVerdict } from "./verdict.ts";

/** Removes everything the demo created, in any state, even if its own records are lost. */
export async function down(talk: Talk): Promise<void> {
  const settings = await readSettings();
  const uri = settings.uri ?? (isRoot() ? "qemu:///system" : "qemu:///session");
  if (await isInstalled(["libvirtd", "virtqemud"])) await removeFrom(uri, settings, talk);
  await rm(folder, { recursive: true, force: true });
}

async function removeFrom(uri: Settings["uri"], settings: Partial<Settings>, talk: Talk): Promise<void> {
  const { step, say } = talk;
  const started = await ensureLibvirtd(uri, await quickVerdict(join(folder, "vmlinuz"), talk), talk, settings.started);
  if (isWhole(settings) && existsSync(join(folder, "terraform.cdkvm-demo.tfstate")) && (await findEngine())) {
    step("cdkvm destroy");
    if ((await cdkvm("destroy", "--auto-approve")) !== 0) say("it did not remove everything; removing the rest by name");
  }
  const libvirt = await Libvirt.connect(uri);
  try {
    step("Remaining objects of the demo");
    const removed = await sweep(libvirt);
    for (const each of removed) say(`removed: ${each}`);
    if (removed.length === 0) say("none");
    if (started) await stopStarted(started, libvirt, talk);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CdkvmError) throw error;
    throw removalFailed(uri, error);
  } finally {
    await libvirt.close();
  }
}

const isWhole = (settings: Partial<Settings>): settings is Settings =>
  settings.uri !== undefined && settings.names !== undefined && settings.networking !== undefined;
