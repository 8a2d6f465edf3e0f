import { expect, it } from "vitest";
import fc from "fast-check";
import { readHead } from "../../../provider/volume/image/index.ts";

const head = (write: (bytes: Buffer) => void, length = 1024): Buffer => {
  const bytes = Buffer.alloc(length);
  write(bytes);
  return bytes;
};
const GiB = 1024 ** 3;

it("detects an image's format and virtual size from its first bytes", () => {
  const qcow2 = head((bytes) => {
    bytes.write("QFI\xfb", 0, "latin1");
    bytes.writeUInt32BE(3, 4);
    bytes.writeBigUInt64BE(BigInt(20 * GiB), 24);
  });
  expect(readHead(qcow2)).toEqual({ format: "qcow2", capacity: 20 * GiB, references: [] });
  expect(readHead(head((bytes) => void (bytes.write("KDMV"), bytes.writeBigUInt64LE(2048n, 12))))).toEqual({
    format: "vmdk",
    capacity: 1024 ** 2,
    references: [],
  });
  expect(readHead(head((bytes) => void (bytes.writeUInt32LE(0xbeda107f, 64), bytes.writeBigUInt64LE(5n * 512n, 368))))).toEqual({
    format: "vdi",
    capacity: 2560,
    references: [],
  });
  expect(readHead(head((bytes) => void (bytes.write("conectix"), bytes.writeBigUInt64BE(4096n, 48))))).toEqual({
    format: "vpc",
    capacity: 4096,
    references: [],
  });
  expect(readHead(head((bytes) => void bytes.write("CD001", 32_769), 64 * 1024))).toEqual({ format: "iso", references: [] });
  expect(readHead(Buffer.from("anything"))).toEqual({ format: "raw", references: [] });
});

it("detects some format in arbitrary bytes, and never throws", () => {
  const magics = ["QFI\xfb", "QED\0", "KDMV", "conectix", ""].map((magic) => Buffer.from(magic, "latin1"));
  fc.assert(
    fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 600 }), (magic, rest) => {
      expect(readHead(Buffer.concat([magic, rest])).format).toBeTypeOf("string");
    }),
  );
});
