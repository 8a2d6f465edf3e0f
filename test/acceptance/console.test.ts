import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { cdkvm, environment, project, repository } from "../cli/cdkvm.ts";
import { firstCommands } from "../docs/guide.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 240_000 });

const END = "\u001d"; // Ctrl-]

/** The guide's commands, as they stand there. */
const commands = firstCommands("docs/guide/doctor-and-console.md").map((line) => line.replace(/^npx cdkvm /, ""));

/** Types on a terminal: waits for each text, then sends what follows it. */
function terminal(cwd: string, words: string, dialogue: readonly (readonly [awaited: RegExp, typed: string])[]): Promise<string> {
  const command = `${process.execPath} ${join(repository, "dist/cli/main.js")} ${words}`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], { cwd, env: environment(), stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  let seen = 0;
  const left = [...dialogue];
  const again = setInterval(() => left[0]?.[1] === "\n" && child.stdin.write("\n"), 1000); // a shell that starts meanwhile has not heard it
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    const [awaited, typed] = left[0] ?? [];
    if (awaited === undefined || !awaited.test(text.slice(seen))) return;
    left.shift();
    seen = text.length;
    child.stdin.write(typed ?? "");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(again);
      if (code === 0) resolve(text);
      else reject(new Error(`cdkvm ${words} ended with ${code}:\n${text}`));
    });
  });
}

describeWithHosts("cdkvm console", () => {
  let cwd: string;
  beforeEach<{ host: Host }>(async ({ host }) => {
    const tiny = await tinyGuest();
    cwd = project({
      "main.ts": `import { App, HostStack, VM } from "cdkvm";
const app = new App();
const props = { memory: "128 MiB", kernel: ${JSON.stringify(await host.put(tiny.kernel))}, initrd: ${JSON.stringify(await host.put(tiny.initrd))}, shutdownTimeout: "5 s" };
const kvm1 = new HostStack(app, "kvm1", { uri: ${JSON.stringify(host.uri)} });
new VM(kvm1, "web1", { ...props, cmdline: ${JSON.stringify(tinyCmdline({ hostname: "web1" }))} });
new VM(kvm1, "off", { ...props, running: false });
new VM(new HostStack(app, "kvm2", { uri: "qemu+tcp://192.0.2.1/system" }), "web1", props);
app.synth();
`,
    });
    expect(await cdkvm(["apply", "kvm1", "--auto-approve"], { cwd })).toMatchObject({ code: 0 });
  });
  afterEach(async () => {
    expect(await cdkvm(["destroy", "kvm1", "--auto-approve"], { cwd })).toMatchObject({ code: 0 });
  });

  test("connects a terminal and a guest until Ctrl-], or says why not; the guest keeps running", async ({ host }) => {
    expect(commands).toEqual(["console web1", "console web1 kvm1", "console web1 -c qemu:///system"]);
    for (const words of commands.slice(1)) {
      const text = await terminal(cwd, words.replace("qemu:///system", host.uri), [
        [/Connected to web1\. Press Ctrl-\] to disconnect\./, "\n"],
        [/web1:\S*#/, "echo it is $((6 * 7))\n"],
        [/it is 42/, END],
      ]);
      expect(text).toContain("it is 42");
      expect(await host.virsh("domstate", "web1")).toBe("running");
    }
    expect((await cdkvm(["console", "web1"], { cwd })).stderr).toMatch(/kvm1.*kvm2/s);
    expect((await cdkvm(["console", "off", "kvm1"], { cwd })).stderr).toContain("the guest is shutoff");
    expect((await cdkvm(["console", "web2", "kvm1"], { cwd })).stderr).toContain('did you mean "web1"?');
  });
});
