import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Framer, HEADER_LENGTH, type Message, MessageType, Program, Status, writeHeader } from "../../libvirt/rpc/message.ts";
import { XdrError } from "../../libvirt/xdr/reader.ts";

const message = (serial: number, payload: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(HEADER_LENGTH + payload.length);
  writeHeader(bytes, bytes.length, {
    program: Program.REMOTE,
    version: 1,
    procedure: 273,
    type: MessageType.REPLY,
    serial,
    status: Status.OK,
  });
  bytes.set(payload, HEADER_LENGTH);
  return bytes;
};

const feed = (chunks: Iterable<Buffer>): Message[] => {
  const framer = new Framer();
  const messages: Message[] = [];
  for (const chunk of chunks) framer.push(chunk, (one) => messages.push(one));
  return messages;
};

const cut = (bytes: Buffer, length: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.subarray(i * length, (i + 1) * length));

/** Whether it returns or throws an XdrError; anything else is thrown on. */
const xdrErrorOrNone = (action: () => void): boolean => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof XdrError)) throw error;
  }
  return true;
};

describe("message framing", () => {
  test("writes the header from libvirt's protocol page", () => {
    const bytes = Buffer.alloc(28);
    writeHeader(bytes, 28, { program: Program.REMOTE, version: 1, procedure: 66, type: MessageType.CALL, serial: 1, status: Status.OK });
    expect(bytes.toString("hex")).toBe("0000001c200080860000000100000042000000000000000100000000");
  });

  const payloads = [Buffer.alloc(0), Buffer.from("one!"), Buffer.alloc(3000, 7), Buffer.alloc(0), Buffer.from("last")];
  const stream = Buffer.concat(payloads.map((payload, i) => message(i + 1, payload)));

  test.each([stream.length, 1, 2, 3, 5, 27, 28, 29, 1000])(
    "gives the same messages when the stream arrives in pieces of %i bytes",
    (length) => {
      const messages = feed(cut(stream, length));
      expect(messages.map(({ serial }) => serial)).toEqual([1, 2, 3, 4, 5]);
      expect(messages.map(({ payload }) => payload.toString("hex"))).toEqual(payloads.map((payload) => payload.toString("hex")));
      expect(messages[0]).toMatchObject({
        program: Program.REMOTE,
        version: 1,
        procedure: 273,
        type: MessageType.REPLY,
        status: Status.OK,
      });
    },
  );

  test("gives the same messages however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (parts, lengths) => {
          const bytes = Buffer.concat(parts.map((part, i) => message(i, part)));
          const chunks: Buffer[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const length = lengths[i % lengths.length] ?? 1;
            chunks.push(bytes.subarray(at, at + length));
            at += length;
          }
          expect(feed(chunks).map(({ payload }) => [...payload])).toEqual(parts.map((part) => [...part]));
        },
      ),
    );
  });

  test("refuses a length that libvirt never sends, at its first four bytes", () => {
    expect(() => feed([Buffer.from("HTTP/1.1 400 Bad Request")])).toThrow("the peer is not libvirt");
    expect(() => feed(cut(Buffer.from("0000001b", "hex"), 1))).toThrow("the peer is not libvirt");
    expect(() => feed([Buffer.from("02000005", "hex")])).toThrow("the peer is not libvirt");
  });

  test("does not allocate a claimed length before the bytes arrive", () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 100 }, () => {
      const framer = new Framer();
      framer.push(Buffer.from("0200000420008086", "hex"), () => {});
      return framer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
    expect(framers).toHaveLength(100);
  });

  test("parses arbitrary bytes into messages or an XdrError", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
        expect(
          xdrErrorOrNone(() => {
            feed(chunks.map((chunk) => Buffer.from(chunk)));
          }),
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
