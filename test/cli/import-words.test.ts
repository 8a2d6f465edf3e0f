import { expect, test } from "vitest";
import { cdkvm, project } from "./cdkvm.ts";

test("importing an object that is not in the code says what to write first", async () => {
  const main = `import { App, HostStack, VM } from "cdkvm";
const app = new App();
new VM(new HostStack(app, "kvm1", { uri: "qemu+tcp://192.0.2.1/system" }), "web1", { memory: "1 GiB" });
app.synth();
`;
  const cwd = project({ "main.ts": main });
  const fix = async (address: string): Promise<string | undefined> =>
    /fix: (.*)/.exec((await cdkvm(["import", address, "x"], { cwd })).stderr)?.[1];
  expect(await fix("libvirt_network.lab")).toBe(
    'add the resource first, then import it: new Network(host, "lab", { ipv4: "10.0.0.0/24" }), or in a fleet file networks: { lab: { ipv4: 10.0.0.0/24 } }',
  );
  expect(await fix("libvirt_domain.web2")).toMatch(
    /^did you mean libvirt_domain\.web1\? If not, add the resource first, .*new VM\(host, "web2"/,
  );
});
