import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { cdkvm, project, type Ran } from "../cli/cdkvm.ts";
import { commands, configs } from "../fixtures/secrets.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 180_000 });

const [FREE, MARKED, NEXT] = ["Zq7uncommon", "Xk9 'un'likely\"", "Wv3unseen"];

/** User data in which every form stands, and what is marked as a secret in places of all kinds. */
const program = (
  free: string,
): string => `import { App, CloudInit, HostStack, Image, Secret, StoragePool, TerraformOutput, VM } from "cdkvm";
const app = new App();
const lab = new HostStack(app, "lab");
const marked = Secret.fromEnv("MARKED");
const pool = StoragePool.directory(lab, "p", { path: "/var/lib/libvirt/p" });
const seed = new CloudInit(lab, "seed", {
  users: [{ name: process.env["USER_NAME"] ?? "ops", sudo: true }],
  runcmd: ${JSON.stringify([...commands.map((one) => one.replaceAll("@@", free)), "use"])}.map((one) => one === "use" ? "app --key " + marked : one),
  files: [{ path: "/etc/app.conf", content: ${JSON.stringify(configs.map((one) => one.replaceAll("@@", free)).join("\n"))} + marked }],
});
new VM(lab, "web1", {
  memory: "64 MiB",
  title: "web\\u202e\\u009b1mgpj.exe",
  description: "it uses " + marked,
  cpu: "maximum",
  pool,
  disks: [{ size: "1 MiB", serial: process.env["SERIAL"] }],
  cloudInit: seed,
  running: false,
});
new TerraformOutput(lab, "key", { value: marked });
new TerraformOutput(lab, "told", { value: "all is well" });
if (process.env["BROKEN"]) new Image(lab, "broken", { url: "http://me:" + encodeURIComponent(marked) + "@127.0.0.1:9/x.raw" }).volumeIn(pool);
app.synth();
`;

describeWithHosts("secrets of a project on a host", () => {
  const start = hostsOfFile();
  let host: Host;
  let cwd: string;
  const removals: (() => void)[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    host = await start();
    cwd = project({ "main.ts": program(FREE) }, (remove) => removals.push(remove));
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  const cli = async (words: string, env: Record<string, string> = {}): Promise<Ran> => {
    const ran = await cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri, MARKED, ...env } });
    said.push(ran.stdout, ran.stderr);
    return ran;
  };
  const succeed = async (words: string, env?: Record<string, string>): Promise<string> => {
    const ran = await cli(words, env);
    expect(ran, `cdkvm ${words}\n${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const escaped = JSON.stringify(MARKED).slice(1, -1);
  const hidden = [FREE, MARKED, escaped, NEXT, encodeURIComponent(MARKED), Buffer.from(MARKED).toString("base64")];

  test("are in no plan, review, output, error or log", async () => {
    await succeed("plan --out lab.tfplan --verbose");
    for (const form of ["", " --json", " --html"]) await succeed(`review lab.tfplan --folder cdktf.out/stacks/lab${form}`);
    await succeed("plan --json");
    await succeed("apply --auto-approve");
    await succeed("apply --auto-approve --json", { USER_NAME: "ops2" });
    expect(await succeed("output")).toContain("key = (sensitive)");
    expect(JSON.parse(await succeed("output --json"))).toEqual({ lab: { key: "(sensitive)", told: "all is well" } });
    // another value, which shows the first one's too
    const next = { MARKED: NEXT, USER_NAME: "ops2" };
    await succeed("plan --out next.tfplan", next);
    const review = await succeed("review next.tfplan --folder cdktf.out/stacks/lab", next);
    expect(review).toContain("command changed: app");
    await succeed("apply --auto-approve", next);
    // errors of the provider and of the program
    expect((await cli("apply --auto-approve", { BROKEN: "1" })).stderr).toContain("CDKVM_IMAGE_UNREADABLE");
    expect((await cli("plan", { SERIAL: `${MARKED}\n\u0007` })).code).toBe(0);
    const text = said.join("\n");
    for (const one of hidden) expect(text).not.toContain(one);
    expect(text).toContain("user added: ops, sudo: all, without a password");
    expect(text).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect(text).toContain("web\\u202e\\u009b1mgpj.exe");
  });

  test("are shown on request", async () => {
    const shown = await cdkvm(["output", "--show-sensitive"], { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri, MARKED } });
    expect(shown.stdout).toMatch(/key = (Wv3unseen|Xk9)/);
    const plan = await cdkvm(["plan", "--show-user-data"], {
      cwd,
      env: { LIBVIRT_DEFAULT_URI: host.uri, MARKED: "another-one", USER_NAME: "x" },
    });
    expect(plan.stdout).toContain("+  - name: x");
    expect(plan.stdout).not.toContain("another-one");
  });

  test("are in files that only their owner can read", async () => {
    const open = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
        .filter((one) => one.isFile() && !one.parentPath.includes("node_modules"))
        .map((one) => join(one.parentPath, one.name))
        .filter(
          (path) =>
            (statSync(path).mode & 0o077) !== 0 &&
            new RegExp(hidden.map((one) => one.replace(/\W/g, "\\$&")).join("|")).test(readFileSync(path, "utf8")),
        )
        .map((path) => path.slice(cwd.length + 1));
    expect(open(cwd)).toEqual(["main.ts"]); // which the user has written
    const state = join(cwd, "terraform.lab.tfstate");
    expect(statSync(state).mode & 0o777).toBe(0o600);
    // one of an older cdkvm, or of an engine that was run by itself
    for (const path of [state, join(cwd, "cdktf.out/stacks/lab/cdk.tf.json")]) chmodSync(path, 0o644);
    await succeed("plan", { MARKED: NEXT });
    expect(open(cwd)).toEqual(["main.ts"]);
    await succeed("destroy --auto-approve", { MARKED: NEXT });
  });
});
