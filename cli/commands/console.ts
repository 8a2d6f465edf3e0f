import { defineCommand } from "citty";
import { once } from "node:events";
import type { Libvirt } from "../../libvirt/connection.ts";
import { withLibvirt } from "../connect.ts";
import { guestNotRunning, unknownGuest } from "../errors.ts";
import { DONE } from "../exit.ts";
import { chooseGuest, guestsOf } from "../guests.ts";
import { shared } from "../options.ts";
import { openSession } from "../session.ts";

/** Ctrl-], as in virsh and telnet. */
const ESCAPE = 0x1d;

/** Connects the terminal to a guest's serial console until either ends or Ctrl-] is typed. */
async function attach(connection: Libvirt, name: string, signal: AbortSignal): Promise<void> {
  const domains = await connection.domains.list();
  const domain = domains.find((one) => one.name === name);
  if (!domain)
    throw unknownGuest(
      name,
      "host",
      domains.map((one) => one.name),
    );
  const { state } = await connection.domains.state(domain);
  if (state !== "running" && state !== "paused") throw guestNotRunning(name, state);
  const console = await connection.domains.devices.openConsole(domain);
  const { stdin, stdout } = process;
  const raw = stdin.isTTY;
  const escaped = new AbortController();
  const onInput = (chunk: Buffer): void => {
    const end = raw ? chunk.indexOf(ESCAPE) : -1;
    console.write(end === -1 ? chunk : chunk.subarray(0, end));
    if (end !== -1) escaped.abort();
  };
  if (raw) {
    stdout.write(`Connected to ${name}. Press Ctrl-] to disconnect.\r\n`);
    stdin.setRawMode(true);
  }
  stdin.on("data", onInput);
  try {
    console.pipe(stdout, { end: false });
    await once(console, "close", { signal: AbortSignal.any([escaped.signal, signal]) }).catch((error: unknown) => {
      if (!escaped.signal.aborted) throw signal.aborted ? signal.reason : error;
    });
  } finally {
    stdin.off("data", onInput);
    stdin.pause();
    if (raw) {
      stdin.setRawMode(false);
      stdout.write("\r\n");
    }
    console.destroy();
  }
}

export default defineCommand({
  meta: { name: "console", description: "Open a guest's serial console; Ctrl-] disconnects" },
  args: {
    guest: { type: "positional", required: true, description: "The guest's name" },
    stacks: shared.stacks,
    connect: { type: "string", alias: "c", description: "The host's libvirt URI, without reading the project", valueHint: "uri" },
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    color: shared.color,
  },
  async run({ args }) {
    if (args.connect) await withLibvirt(args.connect, (connection, signal) => attach(connection, args.guest, signal));
    else {
      const { stacks } = await openSession({ ...args, _: args._.slice(1), runsEngine: false });
      const guest = chooseGuest(guestsOf(stacks), args.guest);
      await withLibvirt(guest.uri, (connection, signal) => attach(connection, guest.name, signal));
    }
    return DONE;
  },
});
