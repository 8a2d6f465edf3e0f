import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { DiagnosticsError } from "../../../provider/protocol/resource.ts";
import { type FileReference, readHead } from "../../../provider/volume/image/index.ts";
import { refuseReferences } from "../../../provider/volume/references.ts";
import { openSource } from "../../../provider/volume/source.ts";

const bytes = (length: number, write: (into: Buffer) => void): Buffer => {
  const all = Buffer.alloc(length);
  write(all);
  return all;
};
/** A qcow2 header: version 3 with its extensions after 104 bytes, versions 1 and 2 without any. */
const qcow2 = (version: number, { backing = "", incompatible = 0, dataFile = "", at = 600 } = {}): Buffer =>
  bytes(1024, (into) => {
    into.write("QFI\xfb", 0, "latin1");
    into.writeUInt32BE(version, 4);
    if (backing !== "") {
      into.writeBigUInt64BE(BigInt(at), 8);
      into.writeUInt32BE(Buffer.byteLength(backing), 16);
      into.write(backing, at);
    }
    if (version < 3) return;
    into.writeUInt32BE(incompatible, 76);
    into.writeUInt32BE(104, 100);
    into.writeUInt32BE(0xe2792aca, 104); // the backing file's format
    into.writeUInt32BE(3, 108);
    into.write("raw", 112);
    if (dataFile === "") return;
    into.writeUInt32BE(0x44415441, 120);
    into.writeUInt32BE(Buffer.byteLength(dataFile), 124);
    into.write(dataFile, 128);
  });
const qed = (features: number): Buffer =>
  bytes(512, (into) => {
    into.write("QED\0", 0, "latin1");
    into.writeBigUInt64LE(BigInt(features), 16);
    into.writeUInt32LE(100, 56);
    into.writeUInt32LE(11, 60);
    into.write("/etc/shadow", 100);
  });
const sparse = (capacity: number, descriptorAt: number, descriptor: string): Buffer =>
  bytes(4096, (into) => {
    into.write("KDMV");
    into.writeBigUInt64LE(BigInt(capacity), 12);
    into.writeBigUInt64LE(BigInt(descriptorAt / 512), 28);
    into.write(descriptor, descriptorAt);
  });
const flat = (...extents: string[]): string =>
  `# Disk DescriptorFile\nversion=1\nCID=45d19c12\nparentCID=ffffffff\ncreateType="monolithicFlat"\n\n# Extent description\n${extents.join("\n")}\n`;
const vdi = (type: number, link: string): Buffer =>
  bytes(512, (into) => {
    into.writeUInt32LE(0xbeda107f, 64);
    into.writeUInt32LE(type, 76);
    into.write(link, 0x1a8, "hex");
  });
const vhd = (type: number, name: string): Buffer =>
  bytes(2048, (into) => {
    into.write("conectix");
    into.writeBigUInt64BE(512n, 16);
    into.writeUInt32BE(type, 60);
    into.write("cxsparse", 512);
    Buffer.from(name, "utf16le").swap16().copy(into, 576);
  });

const vectors: Record<string, readonly [image: Buffer, ...references: FileReference[]]> = {
  "qcow2, whole in itself": [qcow2(3)],
  "qcow2 of version 2, whole in itself": [qcow2(2)],
  "qcow2, zstd, dirty, external L2: incompatible features that name nothing": [qcow2(3, { incompatible: 0b11011 })],
  "qcow2 with a backing file": [qcow2(3, { backing: "/etc/shadow" }), { kind: "backing", name: "/etc/shadow" }],
  "qcow2 of version 2 with a backing file": [qcow2(2, { backing: "../x" }), { kind: "backing", name: "../x" }],
  "qcow of version 1 with a backing file": [qcow2(1, { backing: "/x" }), { kind: "backing", name: "/x" }],
  "qcow2 on what a pseudo-name says": [
    qcow2(3, { backing: 'json:{"driver":"file","filename":"/etc/shadow"}' }),
    { kind: "backing", name: 'json:{"driver":"file","filename":"/etc/shadow"}' },
  ],
  "qcow2 whose data lies elsewhere": [qcow2(3, { incompatible: 4, dataFile: "/dev/sda" }), { kind: "data", name: "/dev/sda" }],
  "qcow2 whose data lies elsewhere, nobody says where": [qcow2(3, { incompatible: 4 }), { kind: "data" }],
  "qcow2 that names both": [
    qcow2(3, { incompatible: 4, dataFile: "/dev/sda", backing: "/x" }),
    { kind: "backing", name: "/x" },
    { kind: "data", name: "/dev/sda" },
  ],
  "qed, whole in itself": [qed(0)],
  "qed with a backing file": [qed(1), { kind: "backing", name: "/etc/shadow" }],
  "vmdk in one file": [sparse(2048, 512, flat('RW 2048 SPARSE "disk.vmdk"'))],
  "vmdk on a parent": [
    sparse(2048, 512, 'CID=1\nparentCID=2\nparentFileNameHint="/srv/base.vmdk"\n'),
    { kind: "parent", name: "/srv/base.vmdk" },
  ],
  "vmdk on a parent, its descriptor in an unusual place": [
    sparse(2048, 1536, 'parentFileNameHint="base.vmdk"'),
    { kind: "parent", name: "base.vmdk" },
  ],
  "vmdk that is nothing but its descriptor": [sparse(0, 1024, flat('RW 9 FLAT "/dev/sda" 0')), { kind: "extent", name: "/dev/sda" }],
  "vmdk that is nothing but a descriptor further on": [sparse(0, 3584, ""), { kind: "extent" }],
  "a vmdk descriptor": [
    Buffer.from(flat('RW 2048 FLAT "/etc/shadow" 0', 'RDONLY 9 SPARSE "b.vmdk"')),
    { kind: "extent", name: "/etc/shadow" },
    { kind: "extent", name: "b.vmdk" },
  ],
  "a vmdk descriptor whose extents lie further on": [Buffer.from(`${flat()}\n`), { kind: "extent" }],
  "vdi, whole in itself": [vdi(1, "00".repeat(16))],
  "vdi on a parent": [vdi(4, "ab".repeat(16)), { kind: "parent", name: `{${"ab".repeat(16)}}` }],
  "vhd, dynamic": [vhd(3, "")],
  "vhd, differencing": [vhd(4, "C:\\base.vhd"), { kind: "parent", name: "C:\\base.vhd" }],
  "anything else": [Buffer.from("/etc/shadow\n".repeat(100))],
};

describe("the references of an image", () => {
  test.each(Object.entries(vectors))("%s", async (_, [image, ...references]) => {
    expect(readHead(image).references).toEqual(references);

    // byte by byte: as a server may send it
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-length": image.length });
      for (const byte of image) response.write(Uint8Array.of(byte));
      response.end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const source = await openSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, undefined, new AbortController().signal);
    expect(source.head.references).toEqual(references);
    await source.close();

    // and cut off anywhere: what the head still holds is read, the rest is open
    for (let length = 0; length < image.length; length++) {
      const { references: found } = readHead(image.subarray(0, length));
      expect(found.length).toBeLessThanOrEqual(references.length);
    }
  });

  it("are read from any header, wherever it points", () => {
    const headers = Object.values(vectors).map(([image]) => image);
    fc.assert(
      fc.property(fc.constantFrom(...headers), fc.nat(200), fc.uint8Array({ minLength: 1, maxLength: 16 }), (image, at, other) => {
        const bent = Buffer.from(image);
        bent.set(other.subarray(0, Math.max(0, bent.length - at)), Math.min(at, bent.length));
        expect(readHead(bent).format).toBeTypeOf("string");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("an image that refers to other files", () => {
  const url = "https://user:pass@example.org/x.qcow2";
  const config = (more: object): { name: string; create: { content: { url: string } } } => ({
    name: "image.qcow2",
    create: { content: { url, ...more } },
  });
  const head = (...references: FileReference[]) => ({ format: "qcow2" as const, references });

  it("is refused, with its references escaped for a terminal, and the fix", () => {
    const refusal = (...references: FileReference[]): string => {
      try {
        refuseReferences(config({}), head(...references), () => {});
      } catch (error) {
        if (error instanceof DiagnosticsError) return error.diagnostics[0]?.detail ?? "";
        throw error;
      }
      return "";
    };
    const text = refusal({ kind: "backing", name: "/etc/shadow" });
    expect(text).toContain('the image refers to a backing file, "/etc/shadow"');
    expect(text).toContain("qemu-img convert -O qcow2 IMAGE NEW");
    expect(text).toContain("fill the volume image.qcow2 from https://example.org/x.qcow2");
    expect(text).toContain("code: CDKVM_IMAGE_REFERENCES");
    const nasty = refusal({ kind: "data", name: `\u001b[2J\u009b1m\u202e${"x".repeat(3000)}` });
    expect(nasty).not.toMatch(/[\u001b\u009b\u202e]/);
    expect(nasty.length).toBeLessThan(1200);
    expect(refusal(...["a", "b", "c", "d", "e"].map((name): FileReference => ({ kind: "extent", name })))).toContain(
      'an extent, "a" and an extent, "b" and an extent, "c", and 2 more',
    );
    expect(refusal()).toBe("");
  });

  it("is accepted with a warning if the configuration allows it", () => {
    const warnings: string[] = [];
    refuseReferences(config({ allow_backing_file: true }), head({ kind: "backing", name: "/srv/base" }), ({ summary }) => {
      warnings.push(summary);
    });
    expect(warnings).toEqual(['The image for image.qcow2 refers to a backing file, "/srv/base"']);
    expect(() => refuseReferences(config({ allow_backing_file: false }), head({ kind: "data" }), () => {})).toThrow("data file");
  });
});
