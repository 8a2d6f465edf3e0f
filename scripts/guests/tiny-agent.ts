import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cached } from "./cache.ts";
import { cpio, type CpioEntry } from "./cpio.ts";
import { candidate, run, unpack } from "./debs.ts";
import { type TinyGuest, tinyGuest } from "./tiny.ts";

const PACKAGE = "qemu-guest-agent";
const PROGRAM = "usr/sbin/qemu-ga";
const SCRIPT = join(import.meta.dirname, "tiny/agent");

/**
 * The tiny guest with Debian's own QEMU guest agent, which starts as `tinyCmdline` says. Linux unpacks a second archive over the
 * first one. The agent's libraries are this machine's, which has them for QEMU and libvirt.
 */
export async function tinyGuestWithAgent(): Promise<TinyGuest> {
  const { kernel, initrd } = await tinyGuest();
  const inputs = [
    initrd,
    `${PACKAGE} ${await candidate(PACKAGE)}`,
    await readFile(SCRIPT, "utf8"),
    await readFile(import.meta.filename, "utf8"),
  ];
  const dir = await cached("tiny-agent", inputs, async (target) => {
    const work = await mkdtemp(join(tmpdir(), "cdkvm-agent-"));
    try {
      await unpack([PACKAGE], work);
      await writeFile(join(target, "initrd"), Buffer.concat([await readFile(initrd), await agentArchive(join(work, PROGRAM))]));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return { kernel, initrd: join(dir, "initrd") };
}

async function agentArchive(program: string): Promise<Buffer> {
  const libraries = [...(await run("ldd", [program])).matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path = ""]) => path);
  const executable = 0o100755;
  const files: CpioEntry[] = [
    { path: PROGRAM, mode: executable, data: await readFile(program) },
    ...(await Promise.all(libraries.map(async (path) => ({ path: path.slice(1), mode: executable, data: await readFile(path) })))),
    { path: "etc/agent", mode: executable, data: await readFile(SCRIPT) },
  ];
  const folders = new Set(files.flatMap(({ path }) => parentsOf(path)));
  return cpio([...[...folders].toSorted().map((path) => ({ path, mode: 0o040755 })), ...files]);
}

const parentsOf = (path: string): string[] => (dirname(path) === "." ? [] : [...parentsOf(dirname(path)), dirname(path)]);
