import { App, HostStack, VM } from "cdkvm";

const app = new App();
const host = new HostStack(app, "minimal");
new VM(host, "web1", { cpus: 2, memory: "2 GiB", disks: [{ size: "20 GiB" }] });
app.synth();
