import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { callOf, objectOf } from "../../libvirt/call-words.ts";
import { Procedure } from "../../libvirt/procedures.ts";
import { about } from "../../libvirt/refs.ts";
import { body, RpcClient } from "../../libvirt/rpc/client.ts";
import { HEADER_LENGTH, MessageType, Program } from "../../libvirt/rpc/message.ts";
import type { PatienceOptions } from "../../libvirt/rpc/patience.ts";
import type { Waiting } from "../../model/waiting.ts";
import type { XdrWriter } from "../../libvirt/xdr/writer.ts";
import { Wire } from "./wire.ts";

const uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";

const connected = (options: PatienceOptions) => {
  const wire = new Wire();
  const rpc = new RpcClient(wire, "qemu+tcp://kvm1/system", options);
  onTestFinished(() => rpc.close());
  return { wire, rpc };
};
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "answered",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

describe("a call that waits", () => {
  test("is reported after a while, and again each time the wait doubles", async () => {
    const told: Waiting[] = [];
    const { rpc, wire } = connected({ noticeMs: 60, onWait: (one) => told.push(one) });
    const call = rpc.call(Procedure.DOMAIN_GET_XML_DESC, about.domain({ name: "web1", uuid }).uint(0));
    await delay(450);
    wire.reply(1);
    await call;
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told[0]).toMatchObject({ host: "qemu+tcp://kvm1/system", call: "virDomainGetXMLDesc", object: "guest web1" });
  });

  test("times out, with all that cannot be answered any more; a call known to be slow does not", async () => {
    const limits = { limitMs: 200 };
    const quick = connected(limits);
    const both = [quick.rpc.call(Procedure.DOMAIN_GET_STATE), quick.rpc.call(Procedure.NODE_GET_INFO)].map(outcome);
    const long = connected(limits);
    const slow = outcome(long.rpc.call(Procedure.STORAGE_VOL_CREATE_XML));
    const behind = outcome(long.rpc.call(Procedure.DOMAIN_GET_STATE));
    expect(await Promise.all(both)).toEqual(["CDKVM_CALL_TIMEOUT", "CDKVM_CALL_TIMEOUT"]);
    await delay(300);
    for (const serial of [1, 2]) long.wire.reply(serial);
    expect([await slow, await behind]).toEqual(["answered", "answered"]);
  });

  test("times out alone if others are answered, and the connection stays", async () => {
    const { rpc, wire } = connected({ limitMs: 200 });
    const stuck = outcome(rpc.call(Procedure.DOMAIN_GET_XML_DESC));
    for (let serial = 2; serial < 8; serial++) {
      const call = rpc.call(Procedure.DOMAIN_GET_STATE);
      wire.reply(serial);
      await call;
      await delay(40);
    }
    expect(await stuck).toBe("CDKVM_CALL_TIMEOUT");
    const next = rpc.call(Procedure.DOMAIN_GET_STATE);
    wire.reply(8);
    await next;
  });

  test("is timed from when it is sent: a moving queue causes no timeout", async () => {
    const { rpc, wire } = connected({ limitMs: 300 });
    const calls = Array.from({ length: 8 }, () => outcome(rpc.call(Procedure.DOMAIN_GET_STATE)));
    await delay(200);
    for (const serial of [1, 2, 3, 4, 5]) wire.reply(serial);
    await delay(200);
    for (const serial of [6, 7, 8]) wire.reply(serial);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["answered"]));
  });

  test("accepts an answer within a second of the signal, and no later", async () => {
    const stop = new AbortController();
    const { rpc, wire } = connected({ signal: stop.signal });
    const [early, late] = [outcome(rpc.call(Procedure.DOMAIN_CREATE_WITH_FLAGS)), outcome(rpc.call(Procedure.DOMAIN_GET_XML_DESC))];
    stop.abort(new Error("enough"));
    await delay(100);
    wire.reply(1);
    expect([await early, await late]).toEqual(["answered", "enough"]);
    // libvirt lives: what has to be cleaned up still can
    const last = rpc.call(Procedure.STORAGE_VOL_DELETE);
    wire.reply(3);
    await last;
  });

  test("for a guest to start has longer after the signal while libvirt responds", async () => {
    const stop = new AbortController();
    const [alive, dead] = [connected({ signal: stop.signal }), connected({ signal: stop.signal })];
    const calls = [alive, dead].map(({ rpc }) => outcome(rpc.call(Procedure.DOMAIN_CREATE_WITH_FLAGS)));
    stop.abort(new Error("enough"));
    const pong = { type: MessageType.MESSAGE, serial: 0, program: Program.KEEPALIVE, procedure: 2 };
    alive.wire.send(pong);
    expect(await calls[1]).toBe("enough");
    await delay(500);
    alive.wire.reply(1);
    expect(await calls[0]).toBe("answered");
  });

  test("for room in a stream ends with the signal, whether or not libvirt ends the stream", async () => {
    const stop = new AbortController();
    const { rpc, wire } = connected({ signal: stop.signal });
    const opening = rpc.openStream(Procedure.STORAGE_VOL_UPLOAD, body());
    wire.reply(1);
    const stream = await opening;
    wire.room = false;
    const writing = outcome(stream.write(Buffer.alloc(10)));
    stop.abort(new Error("enough"));
    expect(await writing).toBe("enough");
    await stream.abort();
  });
});

describe("the description of a call", () => {
  const args = (writer: XdrWriter): Uint8Array => writer.bytes().subarray(HEADER_LENGTH);
  const pool = about.named({ name: "images", uuid });
  const volume = about.volume({ pool: "images", name: "a.qcow2", key: "/a" });

  test.each([
    ["STORAGE_VOL_GET_XML_DESC", "virStorageVolGetXMLDesc", args(volume), "volume a.qcow2 in pool images"],
    [
      "STORAGE_VOL_CREATE_XML",
      "virStorageVolCreateXML",
      args(about.named({ name: "images", uuid }).string("<volume><name>b</name></volume>")),
      "volume b in pool images",
    ],
    ["STORAGE_VOL_LOOKUP_BY_PATH", "virStorageVolLookupByPath", args(body().string("/srv/a")), "volume /srv/a"],
    ["STORAGE_POOL_REFRESH", "virStoragePoolRefresh", args(pool), "pool images"],
    ["NETWORK_DEFINE_XML", "virNetworkDefineXML", args(body().string("<network><name>lan</name></network>")), "network lan"],
    ["DOMAIN_LOOKUP_BY_UUID", "virDomainLookupByUUID", Buffer.from(uuid.replaceAll("-", ""), "hex"), `guest ${uuid.replaceAll("-", "")}`],
    ["CONNECT_LIST_ALL_DOMAINS", "virConnectListAllDomains", args(body().int(1)), undefined],
    ["DOMAIN_GET_STATE", "virDomainGetState", Buffer.alloc(0), undefined],
  ] as const)("%s is %s", (procedure, call, bytes, object) => {
    expect(callOf(Procedure[procedure])).toBe(call);
    expect(objectOf(Procedure[procedure], bytes)).toBe(object);
  });
});
