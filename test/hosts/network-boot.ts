import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where QEMU finds the network cards' boot ROMs: Debian's ipxe-qemu. */
const NETWORK_BOOT = "/usr/lib/ipxe/qemu";

const BLOCK = 512;
const HEADER = 0x1c;

/** A PCI option ROM that returns at once. https://uefi.org/specs/PI/1.8/V5_PCI_Expansion_ROMs.html */
function emptyRom(): Buffer {
  const rom = Buffer.alloc(BLOCK);
  rom.set([0x55, 0xaa, 1, 0xcb]); // signature, length in blocks, entry point: a far return
  rom.writeUInt16LE(HEADER, 0x18);
  rom.write("PCIR", HEADER, "latin1");
  rom.writeUInt16LE(0x1af4, HEADER + 4); // vendor and device: virtio-net; QEMU adapts them to the card
  rom.writeUInt16LE(0x1000, HEADER + 6);
  rom.writeUInt16LE(0x18, HEADER + 10); // length of this header
  rom[HEADER + 15] = 0x02; // a network controller
  rom.writeUInt16LE(1, HEADER + 16); // image's length in blocks
  rom[HEADER + 21] = 0x80; // the last image
  rom[BLOCK - 1] = -rom.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return rom;
}

/**
 * A folder to mount over {@link NETWORK_BOOT}: guests without a system, and firmware before it starts a kernel, would try network
 * boot for a minute each, which takes a full CPU under emulation.
 */
export async function writeEmptyRoms(folder: string): Promise<void> {
  const names = await readdir(NETWORK_BOOT).catch(() => []);
  await mkdir(folder, { recursive: true });
  await Promise.all(names.map((name) => writeFile(join(folder, name), emptyRom())));
}
