import { RpcClient } from "../../libvirt/rpc/client.ts";
import { Framer, HEADER_LENGTH, type Message, Program, MessageType, Status, writeHeader } from "../../libvirt/rpc/message.ts";
import type { Transport, TransportHandlers } from "../../libvirt/transports/transport.ts";
import { XdrWriter } from "../../libvirt/xdr/writer.ts";

/** The other end of a client's wire: sees its messages, sends what a test says. */
export class Wire implements Transport {
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

/** A client and the other end of its wire. */
export const connected = (keepalive = {}): { wire: Wire; rpc: RpcClient } => {
  const wire = new Wire();
  return { wire, rpc: new RpcClient(wire, "test", keepalive) };
};

export const string = (text: string): Buffer => new XdrWriter().string(text).bytes();
export const remoteError = new XdrWriter().int(9).int(10).optionalString("it went wrong").int(2).bytes();
