import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { body, type RpcClient } from "../../libvirt/rpc/client.ts";
import { MessageType, Status } from "../../libvirt/rpc/message.ts";
import { RpcStream } from "../../libvirt/rpc/stream.ts";
import { connected, remoteError, type Wire } from "./wire.ts";

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

  test("loses no data that arrives together with the answer to its call", async () => {
    const { wire, rpc } = connected();
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

  test("loses no data that arrives before the answer to its call", async () => {
    const { wire, rpc } = connected();
    const opening = rpc.openStream(209, body());
    wire.send(data(1, Buffer.from("abc")), data(1));
    wire.send({ type: MessageType.REPLY, serial: 1 });
    const stream = await opening;
    expect(String(await stream.read())).toBe("abc");
    expect(await stream.read()).toBeUndefined();
    await rpc.close();
  });

  test("whose call is refused is forgotten, whatever arrived for it", async () => {
    const { wire, rpc } = connected();
    const opening = rpc.openStream(209, body());
    for (let i = 0; i < 9; i++) wire.send(data(1, Buffer.alloc(256 * 1024)));
    wire.send({ type: MessageType.REPLY, serial: 1, status: Status.ERROR, payload: remoteError });
    await expect(opening).rejects.toThrow("it went wrong");
    expect(wire.paused).toBe(false);
    const waiting = rpc.openStream(209, body());
    wire.reply(2);
    await waiting;
    expect(wire.paused).toBe(false);
    await rpc.close();
  });

  test("leaks nothing after waiting for room", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const stream = new RpcStream({
      sendStream: () => false,
      drained: () => Promise.resolve(),
      waits: () => undefined,
      flow() {},
      done() {},
    });
    const used = async (writes: number): Promise<number> => {
      for (let i = 0; i < writes; i++) await stream.write(Buffer.from([1]));
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await used(1000);
    expect((await used(100_000)) - before).toBeLessThan(8 * 1024 * 1024);
  });

  test("splits writes into libvirt's packets and waits while the socket is full", async () => {
    const { wire, rpc } = connected();
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

  test("passes libvirt's error to every waiter, including a writer that waits for room", async () => {
    const { wire, rpc } = connected();
    const { stream, serial } = await opened(wire, rpc);
    wire.room = false;
    const writing = stream.write(Buffer.alloc(10));
    wire.send({ type: MessageType.STREAM, serial, procedure: 209, status: Status.ERROR, payload: remoteError });
    await expect(writing).rejects.toThrow("it went wrong");
    await expect(stream.finish()).rejects.toThrow("it went wrong");
    await stream.abort();
    await rpc.close();
  });

  test("applies back-pressure while it is not read, except while a call waits for its answer behind the data", async () => {
    const { wire, rpc } = connected();
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

  test("that is cancelled wakes its reader with the reason, and discards later data", async () => {
    const { wire, rpc } = connected();
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

  test("that is abandoned during its call is ended as soon as it opens", async () => {
    const { wire, rpc } = connected();
    const stop = new AbortController();
    const opening = rpc.openStream(209, body(), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
    wire.reply(1);
    expect(wire.received.at(-1)).toMatchObject({ serial: 1, type: MessageType.STREAM, status: Status.ERROR });
    await rpc.close();
  });
});
