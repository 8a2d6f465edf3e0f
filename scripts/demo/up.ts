import { withLibvirt } from "../../cli/connect.ts";
import { installEngineHere } from "../../cli/install-engine.ts";
import { findEngine } from "../../engine/index.ts";
import { mustRun, program } from "./cdkvm.ts";
import { decide } from "./decide.ts";
import { prepareGuest } from "./guest.ts";
import { guestsOf, diagnoseGuests } from "./guests.ts";
import { ensureLibvirtd, requireQemu } from "./libvirtd.ts";
import { fetchPage } from "./page.ts";
import { choosePlace, type Place } from "./place.ts";
import { preparePrograms } from "./programs.ts";
import { readSettings, type Settings, writeSettings } from "./settings.ts";
import { removeGuests } from "./sweep.ts";
import type { Talk } from "./talk.ts";
import { quickVerdict, verdict } from "./verdict.ts";

/** From scratch to a page fetched from web1. */
export async function up(talk: Talk): Promise<void> {
  const { step, say, terminal } = talk;
  step("This machine");
  await preparePrograms(talk);
  const place = await choosePlace();
  say(place.because ?? "the guests run on the system's libvirt, in their own network");

  step("The engine");
  const engine = (await findEngine()) ?? (await installEngineHere({ ask: talk.ask, say }));
  say(`${engine.kind} ${engine.version}  ${engine.path}`);

  step("The guests' system: Debian's kernel and busybox");
  const kernel = await prepareGuest(say);
  say(kernel);

  step("libvirt");
  const settings = await prepareLibvirt(place, kernel, talk);
  try {
    await bringUp(settings, talk);
  } catch (error) {
    if (settings.acceleration !== "kvm" || !(await emulateInstead(settings, talk))) throw error;
    await bringUp({ ...settings, acceleration: "qemu" }, talk);
  }
  step("cdkvm plan again");
  await mustRun("plan");
  terminal.say("\nRemove everything: npm run demo -- --destroy");
}

/** Gets libvirt to answer and decides the guests' settings. */
async function prepareLibvirt(place: Place, kernel: string, talk: Talk): Promise<Settings> {
  const before = await readSettings();
  const kvm = await quickVerdict(kernel, talk);
  const started = await ensureLibvirtd(place.uri, kvm, talk, before.started);
  if (started) await writeSettings({ ...before, started });
  return await withLibvirt(place.uri, async (libvirt) => {
    await requireQemu(libvirt, place.uri, kvm);
    talk.say(`connected to ${place.uri} (${await libvirt.node.hostname()})`);
    const { usable, reason } = kvm.usable ? await verdict(libvirt, kernel) : kvm;
    talk.say(usable ? `guests run on KVM: ${reason}` : `guests are emulated, which is slow: ${reason}`);
    const acceleration = usable ? "kvm" : "qemu";
    const settings = { uri: place.uri, acceleration, ...(await decide(libvirt, place, before)), ...(started && { started }) } as const;
    await writeSettings(settings);
    return settings;
  });
}

async function bringUp(settings: Settings, { step, say, terminal }: Talk): Promise<void> {
  step("cdkvm apply");
  say(`the program: ${program}`);
  await mustRun("apply", "--auto-approve");
  step("The guests");
  const guests = await guestsOf(settings);
  terminal.table(
    ["guest", "state", "address", "console"],
    guests.map(({ name, state, address }) => [name, state, address, `virsh -c ${settings.uri} console ${name}`]),
  );
  const url = `http://${guests.find(({ name }) => name === settings.names.web)?.address}/`;
  step(url);
  terminal.say((await fetchPage(url, settings)).trimEnd());
}

/**
 * Handles a KVM that runs a kernel here, but not these guests: recreates them, emulated.
 * @returns whether KVM may be at fault; it is not if all of them run
 */
async function emulateInstead(settings: Settings, { step, say }: Talk): Promise<boolean> {
  return await withLibvirt(settings.uri, async (libvirt) => {
    const failure = await diagnoseGuests(libvirt, settings);
    if (failure === undefined) return false;
    step("The guests do not start under KVM: trying again, emulated");
    say(failure);
    await removeGuests(libvirt);
    await writeSettings({ ...settings, acceleration: "qemu" });
    return true;
  });
}
