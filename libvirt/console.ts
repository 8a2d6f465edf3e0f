import { Duplex } from "node:stream";
import type { RpcStream } from "./rpc/stream.ts";

/** A libvirt stream with a terminal as a Node.js duplex stream. Destroying it closes the console. */
export const consoleStream = (stream: RpcStream): Duplex => {
  const duplex = new Duplex({
    read() {
      stream.read().then(
        (chunk) => void duplex.push(chunk ?? null),
        (error: Error) => void duplex.destroy(error),
      );
    },
    write(chunk: Buffer, _encoding, done) {
      stream.write(chunk).then(() => done(), done);
    },
    final(done) {
      // a console has no half-close: this only ends the input
      done();
    },
    destroy(error, done) {
      stream.abort().then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
    },
  });
  return duplex;
};
