/**
 * The program that the benchmark measures: `node fleet.ts GUESTS URI[,URI...] [OUTDIR]`, one stack per host. Prints its own
 * times as JSON, in milliseconds.
 */
const started = performance.now();
const { App, HostStack, Network, VM } = await import("cdkvm");
const loaded = performance.now();

const [, , guests = "10", uris = "qemu:///system", outdir] = process.argv;
const app = new App(outdir === undefined ? {} : { outdir });
for (const [index, uri] of uris.split(",").entries()) {
  const stack = new HostStack(app, index === 0 ? "bench" : `bench${index + 1}`, { uri, acceleration: "qemu" });
  const network = new Network(stack, "net", { ipv4: "10.77.0.0/16" });
  for (let number = 1; number <= Number(guests); number++) {
    new VM(stack, `vm${number}`, { memory: "1 GiB", running: false, disks: [{ size: "1 GiB" }], networks: [network] });
  }
}
app.synth();
process.stdout.write(JSON.stringify({ load: loaded - started, synth: performance.now() - loaded }));
