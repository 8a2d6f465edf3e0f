import * as fc from "fast-check";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Procedure } from "../../libvirt/procedures.ts";
import { body, RpcClient } from "../../libvirt/rpc/client.ts";
import { Framer, HEADER_LENGTH, type Message, MessageType, Program, Status, writeHeader } from "../../libvirt/rpc/message.ts";
import type { Transport, TransportHandlers } from "../../libvirt/transports/transport.ts";
import { XdrWriter } from "../../libvirt/xdr/writer.ts";

/** The other end of a client's wire: sees its messages, sends what a test says. */
class Wire implements Transport {
  readonly received: Message[] = [];
  readonly #framer = new Framer();
  handlers!: TransportHandlers;
  paused = false;
  open = true;
  /** Whether writes report that there is room for more. */
  room = true;

  write(...parts: readonly Uint8Array[]): boolean {
    for (const part of parts) this.#framer.push(Buffer.from(part), (message) => this.received.push(message));
    return this.room;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  listen(handlers: TransportHandlers): void {
    this.handlers = handlers;
  }
  close(): Promise<void> {
    this.open = false;
    return Promise.resolve();
  }
  ref(): void {}
  unref(): void {}

  send(
    ...messages: readonly { type: number; serial: number; status?: number; procedure?: number; program?: number; payload?: Uint8Array }[]
  ): void {
    const bytes = messages.map(
      ({ type, serial, status = Status.OK, procedure = 1, program = Program.REMOTE, payload = Buffer.alloc(0) }) => {
        const message = Buffer.alloc(HEADER_LENGTH + payload.length);
        writeHeader(message, message.length, { program, version: 1, procedure, type, serial, status });
        message.set(payload, HEADER_LENGTH);
        return message;
      },
    );
    this.handlers.data(Buffer.concat(bytes));
  }
  get lastSerial(): number {
    return this.received.at(-1)?.serial ?? 0;
  }
  reply(serial: number, payload?: Uint8Array): void {
    this.send({ type: MessageType.REPLY, serial, ...(payload && { payload }) });
  }
}

const make = (keepalive = {}): { wire: Wire; rpc: RpcClient } => {
  const wire = new Wire();
  return { wire, rpc: new RpcClient(wire, "test", keepalive) };
};

const string = (text: string): Buffer => new XdrWriter().string(text).bytes();
const remoteError = new XdrWriter().int(9).int(10).optionalString("it went wrong").int(2).bytes();

describe("the RPC client", () => {
  test("has at most five calls unanswered, and the others wait in order", async () => {
    const { wire, rpc } = make();
    const answers = Array.from({ length: 12 }, (_, i) => rpc.call(100 + i));
    expect(wire.received.map(({ procedure }) => procedure)).toEqual([100, 101, 102, 103, 104]);
    wire.reply(3);
    wire.reply(1);
    expect(wire.received.map(({ procedure }) => procedure)).toEqual([100, 101, 102, 103, 104, 105, 106]);
    for (const serial of [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]) wire.reply(serial);
    await Promise.all(answers);
    expect(wire.received).toHaveLength(12);
    await rpc.close();
  });

  test("gives each call its own answer, in whatever order they come", async () => {
    const { wire, rpc } = make();
    const first = rpc.call(1);
    const second = rpc.call(2);
    wire.reply(2, string("second"));
    wire.send({ type: MessageType.REPLY, serial: 1, status: Status.ERROR, payload: remoteError });
    expect((await second).string()).toBe("second");
    await expect(first).rejects.toMatchObject({ name: "LibvirtError", message: "it went wrong", code: 9 });
    await rpc.close();
  });

  test("makes reads, and what was never sent, again where another connection took over, and never a write that was sent", async () => {
    const { wire, rpc } = make();
    const next = make();
    let asked = 0;
    rpc.succeedBy(() => {
      asked++;
      return Promise.resolve(next.rpc);
    });
    const read = rpc.call(Procedure.DOMAIN_GET_XML_DESC, body(64).string("web1"));
    const write = rpc.call(Procedure.DOMAIN_DEFINE_XML_FLAGS);
    const sent = [write, ...Array.from({ length: 3 }, () => rpc.call(Procedure.DOMAIN_CREATE_WITH_FLAGS))];
    const waiting = rpc.call(Procedure.NETWORK_CREATE);
    const outcomes = Promise.allSettled(sent);
    wire.handlers.closed(new Error("read ECONNRESET"));
    const late = rpc.call(Procedure.NETWORK_DESTROY);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "CDKVM_CONNECTION_LOST" } });
    await delay(1);
    const procedures = next.wire.received.map(({ procedure }) => procedure);
    expect(procedures.toSorted((a, b) => a - b)).toEqual(
      [Procedure.DOMAIN_GET_XML_DESC, Procedure.NETWORK_CREATE, Procedure.NETWORK_DESTROY].toSorted((a, b) => a - b),
    );
    for (const { serial } of next.wire.received) next.wire.reply(serial, string("answer"));
    expect((await read).string()).toBe("answer");
    await Promise.all([waiting, late]);
    expect(asked).toBe(3);
    await rpc.close();
    await next.rpc.close();
  });

  test("does not look for another connection once it has been closed", async () => {
    const { rpc } = make();
    rpc.succeedBy(() => Promise.reject(new Error("nobody should ask")));
    await rpc.close();
    await expect(rpc.call(Procedure.DOMAIN_GET_XML_DESC)).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
  });

  test("rejects what is pending and what comes later when the connection is lost", async () => {
    const { wire, rpc } = make();
    const calls = Array.from({ length: 7 }, () => rpc.call(1));
    const stream = rpc.openStream(2, body());
    wire.handlers.closed(new Error("read ECONNRESET"));
    for (const call of [...calls, stream, rpc.call(3)]) await expect(call).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
    expect((await rpc.closed)?.message).toContain("read ECONNRESET");
    expect(wire.open).toBe(false);
  });

  test("ends the connection when the peer sends what is no message", async () => {
    const { wire, rpc } = make();
    const call = rpc.call(1);
    wire.handlers.data(Buffer.from("garbage and more of it"));
    await expect(call).rejects.toThrow("not libvirt speaking");
    expect(wire.open).toBe(false);
  });

  test("answers the peer's pings", async () => {
    const { wire, rpc } = make();
    wire.send({ program: Program.KEEPALIVE, procedure: 1, type: MessageType.MESSAGE, serial: 0 });
    expect(wire.received).toMatchObject([{ program: Program.KEEPALIVE, procedure: 2, type: MessageType.MESSAGE, serial: 0 }]);
    await rpc.close();
  });

  test("takes a peer that answers no ping for dead", async () => {
    const { wire, rpc } = make({ intervalMs: 20, count: 2 });
    const call = rpc.call(1);
    await expect(call).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
    expect(wire.received.filter(({ program }) => program === Program.KEEPALIVE)).toHaveLength(2);
  });

  test("a call that its caller gives up leaves its place only when the answer has come", async () => {
    const { wire, rpc } = make();
    const stop = new AbortController();
    const given = Array.from({ length: 6 }, () => rpc.call(1, body(), { signal: stop.signal }));
    stop.abort(new Error("enough"));
    for (const call of given) await expect(call).rejects.toThrow("enough");
    const later = Array.from({ length: 5 }, () => rpc.call(2));
    expect(wire.received).toHaveLength(5);
    for (let serial = 1; serial <= 5; serial++) wire.reply(serial);
    expect(wire.received.map(({ serial }) => serial)).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10, 11]);
    for (let serial = 7; serial <= 11; serial++) wire.reply(serial);
    await Promise.all(later);
    await rpc.close();
  });
});

describe("whatever the peer sends", () => {
  test("every call and stream ends when the connection does", async () => {
    const message = fc.record({
      type: fc.integer({ min: 0, max: 7 }),
      serial: fc.integer({ min: 0, max: 5 }),
      status: fc.integer({ min: 0, max: 3 }),
      procedure: fc.constantFrom(1, 209, 318),
      program: fc.constantFrom<number>(Program.REMOTE, Program.REMOTE, Program.REMOTE, Program.KEEPALIVE, 0x20008087),
      payload: fc.uint8Array({ maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
        const { wire, rpc } = make();
        rpc.onEvent(318, (reader) => reader.string());
        const readAll = async (): Promise<void> => {
          const stream = await rpc.openStream(209, body());
          await stream.read();
          await stream.finish();
        };
        const calls = [rpc.call(1), rpc.call(1), readAll()];
        const settled = Promise.allSettled(calls);
        for (const one of messages) if (wire.open) wire.send(one);
        await new Promise((resolve) => setImmediate(resolve));
        wire.handlers.closed();
        expect(await settled).toHaveLength(3);
        await rpc.close();
      }),
      { numRuns: 300 },
    );
  });

  test("an error that cannot be read ends the call with the connection", async () => {
    const { wire, rpc } = make();
    const call = rpc.call(1);
    wire.send({ type: MessageType.REPLY, serial: 1, status: Status.ERROR, payload: Buffer.from([1, 2, 3]) });
    await expect(call).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
  });
});

describe("a stream", () => {
  const opened = async (wire: Wire, rpc: RpcClient) => {
    const opening = rpc.openStream(209, body());
    const serial = wire.lastSerial;
    wire.reply(serial);
    return { stream: await opening, serial };
  };
  const data = (serial: number, payload: Uint8Array = Buffer.alloc(0)) => ({
    type: MessageType.STREAM,
    serial,
    procedure: 209,
    status: Status.CONTINUE,
    payload,
  });

  test("loses no data that comes in one piece with the answer to its call", async () => {
    const { wire, rpc } = make();
    const opening = rpc.openStream(209, body());
    wire.send({ type: MessageType.REPLY, serial: 1 }, data(1, Buffer.from("abc")), data(1), {
      type: MessageType.STREAM,
      serial: 1,
      procedure: 209,
    });
    const stream = await opening;
    expect(String(await stream.read())).toBe("abc");
    expect(await stream.read()).toBeUndefined();
    await stream.finish();
    await rpc.close();
  });

  test("cuts what it writes into libvirt's portions and waits while the wire is full", async () => {
    const { wire, rpc } = make();
    const { stream, serial } = await opened(wire, rpc);
    wire.room = false;
    let written = false;
    const writing = stream.write(Buffer.alloc(600_000)).then(() => (written = true));
    const portions = () => wire.received.filter(({ type }) => type === MessageType.STREAM).map(({ payload }) => payload.length);
    expect(portions()).toEqual([262_120]);
    wire.handlers.drain();
    await new Promise((resolve) => setImmediate(resolve));
    expect(portions()).toEqual([262_120, 262_120]);
    expect(written).toBe(false);
    wire.room = true;
    wire.handlers.drain();
    await writing;
    const finishing = stream.finish();
    expect(wire.received.at(-1)).toMatchObject({ serial, type: MessageType.STREAM, status: Status.OK });
    wire.send({ type: MessageType.STREAM, serial, procedure: 209 });
    await finishing;
    expect(portions()).toEqual([262_120, 262_120, 75_760, 0]);
    await rpc.close();
  });

  test("hands libvirt's error to whoever waits, also to a writer that waits for room", async () => {
    const { wire, rpc } = make();
    const { stream, serial } = await opened(wire, rpc);
    wire.room = false;
    const writing = stream.write(Buffer.alloc(10));
    wire.send({ type: MessageType.STREAM, serial, procedure: 209, status: Status.ERROR, payload: remoteError });
    await expect(writing).rejects.toThrow("it went wrong");
    await expect(stream.finish()).rejects.toThrow("it went wrong");
    await stream.abort();
    await rpc.close();
  });

  test("holds the sender back while it is not read, but not while a call waits for its answer behind the data", async () => {
    const { wire, rpc } = make();
    const { stream, serial } = await opened(wire, rpc);
    for (let i = 0; i < 9; i++) wire.send(data(serial, Buffer.alloc(256 * 1024)));
    expect(wire.paused).toBe(true);
    const call = rpc.call(59);
    expect(wire.paused).toBe(false);
    wire.reply(wire.lastSerial);
    await call;
    expect(wire.paused).toBe(true);
    for (let i = 0; i < 9; i++) await stream.read();
    expect(wire.paused).toBe(false);
    await rpc.close();
  });

  test("that is cancelled wakes its reader with the reason, and keeps nothing of what still comes", async () => {
    const { wire, rpc } = make();
    const { stream, serial } = await opened(wire, rpc);
    const reading = stream.read();
    stream.cancel(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    expect(wire.received.at(-1)).toMatchObject({ serial, status: Status.ERROR });
    for (let i = 0; i < 20; i++) wire.send(data(serial, Buffer.alloc(256 * 1024)));
    expect(wire.paused).toBe(false);
    const ending = stream.abort();
    wire.send({ type: MessageType.STREAM, serial, procedure: 209 });
    await ending;
    expect(wire.received.filter(({ status }) => status === Status.ERROR)).toHaveLength(1);
    await expect(stream.read()).rejects.toThrow("enough");
    await rpc.close();
  });

  test("that is given up while its call is under way is ended as soon as it opens", async () => {
    const { wire, rpc } = make();
    const stop = new AbortController();
    const opening = rpc.openStream(209, body(), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
    wire.reply(1);
    expect(wire.received.at(-1)).toMatchObject({ serial: 1, type: MessageType.STREAM, status: Status.ERROR });
    await rpc.close();
  });
});
