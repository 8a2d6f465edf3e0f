import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { startSshd } from "../hosts/ssh.ts";

const command = (name: string, ...args: string[]): string => execFileSync(name, args, { encoding: "utf8", timeout: 20_000 }).trim();

describeWithHosts("a host's sshd", () => {
  test("accepts ssh and virsh with its key and known_hosts", { timeout: 60_000 }, async ({ host }) => {
    const ssh = await startSshd(host);
    expect(command("ssh", "-F", ssh.config, host.name, "hostname")).toBe(host.name);
    expect(command("virsh", "-c", ssh.uri, "hostname")).toBe(host.name);
  });
});
