import * as fc from "fast-check";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Procedure } from "../../libvirt/procedures.ts";
import { body } from "../../libvirt/rpc/client.ts";
import { MessageType, Program, Status } from "../../libvirt/rpc/message.ts";
import { connected, remoteError, string } from "./wire.ts";

describe("the RPC client", () => {
  test("has at most five calls in flight, and queues the others in order", async () => {
    const { wire, rpc } = connected();
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

  test("matches answers to calls in any order", async () => {
    const { wire, rpc } = connected();
    const first = rpc.call(1);
    const second = rpc.call(2);
    wire.reply(2, string("second"));
    wire.send({ type: MessageType.REPLY, serial: 1, status: Status.ERROR, payload: remoteError });
    expect((await second).string()).toBe("second");
    await expect(first).rejects.toMatchObject({ name: "LibvirtError", message: "it went wrong", code: 9 });
    await rpc.close();
  });

  test("repeats reads and unsent calls on a new connection, but never a write that was sent", async () => {
    const { wire, rpc } = connected();
    const next = connected();
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
    const { rpc } = connected();
    rpc.succeedBy(() => Promise.reject(new Error("nobody should ask")));
    await rpc.close();
    await expect(rpc.call(Procedure.DOMAIN_GET_XML_DESC)).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
  });

  test("rejects pending and later calls when the connection is lost", async () => {
    const { wire, rpc } = connected();
    const calls = Array.from({ length: 7 }, () => rpc.call(1));
    const stream = rpc.openStream(2, body());
    wire.handlers.closed(new Error("read ECONNRESET"));
    for (const call of [...calls, stream, rpc.call(3)]) await expect(call).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
    expect((await rpc.closed)?.message).toContain("read ECONNRESET");
    expect(wire.open).toBe(false);
  });

  test("closes the connection if the peer sends an invalid message", async () => {
    const { wire, rpc } = connected();
    const call = rpc.call(1);
    wire.handlers.data(Buffer.from("garbage and more of it"));
    await expect(call).rejects.toThrow("the peer is not libvirt");
    expect(wire.open).toBe(false);
  });

  test("answers the peer's pings", async () => {
    const { wire, rpc } = connected();
    wire.send({ program: Program.KEEPALIVE, procedure: 1, type: MessageType.MESSAGE, serial: 0 });
    expect(wire.received).toMatchObject([{ program: Program.KEEPALIVE, procedure: 2, type: MessageType.MESSAGE, serial: 0 }]);
    await rpc.close();
  });

  test("considers a peer dead that answers no ping", async () => {
    const { wire, rpc } = connected({ intervalMs: 20, count: 2 });
    const call = rpc.call(1);
    await expect(call).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
    expect(wire.received.filter(({ program }) => program === Program.KEEPALIVE)).toHaveLength(2);
  });

  test("an abandoned call keeps its slot until its answer arrives", async () => {
    const { wire, rpc } = connected();
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
  test("every call and stream ends with the connection", async () => {
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
        const { wire, rpc } = connected();
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
    const { wire, rpc } = connected();
    const call = rpc.call(1);
    wire.send({ type: MessageType.REPLY, serial: 1, status: Status.ERROR, payload: Buffer.from([1, 2, 3]) });
    await expect(call).rejects.toMatchObject({ code: "CDKVM_CONNECTION_LOST" });
  });
});
