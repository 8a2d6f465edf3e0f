import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { debianGuest } from "../../scripts/guests/debian.ts";
import { cdkvm, project } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 1_800_000 });

const program = `import { App, HostStack, Image, Network, TerraformOutput, VM } from "cdkvm";

const { KERNEL: kernel = "", INITRD: initrd = "", CMDLINE: cmdline = "", IMAGE: path = "", SSH_KEY: key = "" } = process.env;
const app = new App();
const host = new HostStack(app, "debian");
const lan = new Network(host, "lan", { ipv4: "10.93.0.0/24" });

const web1 = new VM(host, "web1", {
  memory: "512 MiB",
  kernel,
  initrd,
  cmdline,
  disks: [{ image: new Image(host, "system", { path }), size: "4 GiB" }],
  networks: [{ network: lan, ip: "10.93.0.11" }],
  waitForIp: "15 min",
  shutdownTimeout: "60 s",
  cloudInit: {
    users: [{ name: "ops", gecos: "Operations", groups: ["adm"], sshKeys: [key] }],
    files: [
      { path: "/etc/motd", content: "Made by cdkvm: äöü\\n" },
      { path: "/srv/once", content: "yes\\n", mode: "0600", owner: "ops:ops", defer: true },
    ],
    runcmd: ["echo done > /srv/ran"],
  },
});
new TerraformOutput(host, "ip", { value: web1.ip });
app.synth();
`;

describeWithHosts("a Debian guest set up by cloud-init", () => {
  const start = hostsOfFile();

  test("has its host name, user, ssh key and files, on a grown disk", async () => {
    const debian = await debianGuest();
    const host = await start();
    const cwd = project({ "main.ts": program });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ops@test", "-f", join(cwd, "key")]);
    const env = {
      LIBVIRT_DEFAULT_URI: host.uri,
      KERNEL: await host.put(debian.kernel),
      INITRD: await host.put(debian.initrd),
      CMDLINE: debian.cmdline,
      IMAGE: debian.image,
      SSH_KEY: readFileSync(join(cwd, "key.pub"), "utf8").trim(),
    };
    const succeed = async (words: string): Promise<string> => {
      const ran = await cdkvm(words.split(" "), { cwd, env, timeout: 1_200_000 });
      expect(ran, `cdkvm ${words}\n${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    expect(await succeed("apply --auto-approve")).toContain('ip = "10.93.0.11"');

    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=5", "BatchMode=yes", "LogLevel=ERROR"];
    const ssh = (command: string, mayFail = false) =>
      host.exec("ssh", ["-i", join(cwd, "key"), ...options.flatMap((option) => ["-o", option]), "ops@10.93.0.11", command], {
        mayFail,
        timeout: 600_000,
      });
    for (const end = Date.now() + 600_000; (await ssh("true", true)).code !== 0; await delay(500)) expect(Date.now()).toBeLessThan(end);
    expect((await ssh("cloud-init status --wait >/dev/null; hostname; id -un; id -nG; getent passwd ops")).stdout.split("\n")).toEqual([
      "web1",
      "ops",
      expect.stringMatching(/\badm\b/),
      expect.stringMatching(/:Operations:\/home\/ops:\/bin\/bash$/),
      "",
    ]);
    expect((await ssh("cat /etc/motd; sudo stat -c '%a %U' /srv/once; sudo cat /srv/once /srv/ran")).stdout).toBe(
      "Made by cdkvm: äöü\n600 ops\nyes\ndone\n",
    );
    expect(Number((await ssh("findmnt -bno SIZE /")).stdout)).toBeGreaterThan(3.5 * 1024 ** 3);

    expect(await succeed("plan --detailed-exitcode")).toContain("no changes");
    await succeed("destroy --auto-approve");
    expect((await host.virsh("list", "--all", "--name")) + (await host.virsh("pool-list", "--all", "--name"))).toBe("");
  });
});
