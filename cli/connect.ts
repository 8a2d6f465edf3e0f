import { Libvirt } from "../libvirt/connection.ts";
import { timesOf } from "../libvirt/times.ts";
import { waitingWords } from "../model/waiting.ts";
import { interrupted } from "./errors.ts";
import { watchInterrupts } from "./interrupts.ts";

/** Runs work on a connection and always closes it. Reports what it waits for, and stops on Ctrl-C. */
export async function withLibvirt<T>(uri: string, work: (connection: Libvirt, signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupts = watchInterrupts(interrupted(uri));
  const { signal } = interrupts;
  try {
    const times = timesOf(process.env, (waiting) => console.error(`warning: ${waitingWords(waiting)}`));
    const connection = await Libvirt.connect(uri, { signal, ...times });
    try {
      return await work(connection, signal);
    } finally {
      await connection.close();
    }
  } finally {
    interrupts.end();
  }
}
