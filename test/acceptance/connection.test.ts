import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { Diagnostic } from "../../engine/diagnostics.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import type { CdkvmError } from "../../model/errors.ts";
import { Host as ProviderHost } from "../../provider/host.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });

/** A certificate authority in a folder. */
function authority(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = ["-keyout", join(folder, "cakey.pem"), "-out", join(folder, "cacert.pem")];
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "keyUsage=keyCertSign", ...files);
}

/** A certificate of that authority: `clientcert.pem` and `clientkey.pem`. */
function certificate(folder: string, name: "client" | "server", subject: string, alternative?: string): void {
  const at = (file: string): string => join(folder, file);
  const usage = `extendedKeyUsage=${name}Auth\n${alternative === undefined ? "" : `subjectAltName=${alternative}\n`}`;
  writeFileSync(at("extensions"), usage);
  openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${subject}`, "-keyout", at(`${name}key.pem`), "-out", at("request"));
  const ca = ["-CA", at("cacert.pem"), "-CAkey", at("cakey.pem"), "-CAcreateserial", "-days", "2"];
  openssl("x509", "-req", "-in", at("request"), ...ca, "-extfile", at("extensions"), "-out", at(`${name}cert.pem`));
}

const DOMAIN = `<domain type='qemu'><name>NAME</name><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>`;

describeWithHosts("connections", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  const pidOf = (): string => readFileSync(join(host.dir, "run/libvirtd.pid"), "utf8").trim();

  test("over TLS, with the certificates of both sides", { timeout: 120_000 }, async () => {
    const tls = await start();
    const pki = mkdtempSync(join(tmpdir(), "cdkvm-pki-"));
    onTestFinished(() => rmSync(pki, { recursive: true, force: true }));
    const [ours, theirs] = [join(pki, "ours"), join(pki, "theirs")];
    for (const folder of [ours, theirs]) authority(folder);
    certificate(ours, "server", tls.name, `IP:${tls.ip}`);
    certificate(ours, "client", "somebody");
    certificate(theirs, "client", "stranger");
    const conf = join(tls.dir, "etc/libvirtd.conf");
    writeFileSync(conf, readFileSync(conf, "utf8").replace(/^listen_tls = 0$/m, "listen_tls = 1"));
    const file = (name: string): string => JSON.stringify(join(ours, name));
    appendFileSync(
      conf,
      `key_file = ${file("serverkey.pem")}\ncert_file = ${file("servercert.pem")}\nca_file = ${file("cacert.pem")}\nauth_tls = "none"\n`,
    );
    await tls.restartLibvirtd();

    const work = await Workspace.open(`qemu+tls://${tls.ip}/system?pkipath=${ours}`);
    onTestFinished(() => work.remove());
    await work.write({ libvirt_network: { lan: { name: "lan", bridge: { name: "vbr3" } } } });
    await work.apply();
    expect(await tls.virsh("net-list", "--name")).toBe("lan");
    expect((await work.plan()).changes).toBe(false);
    await work.destroy();

    const refused = (uri: string): Promise<unknown> => Libvirt.connect(uri).then((open) => open.close());
    // signed by another authority: neither side takes the other
    await expect(refused(`qemu+tls://${tls.ip}/system?pkipath=${theirs}`)).rejects.toMatchObject({ code: "CDKVM_TLS_FAILED" });
    // our authority, but a certificate that it did not sign
    for (const name of ["clientcert.pem", "clientkey.pem"]) writeFileSync(join(ours, name), readFileSync(join(theirs, name)));
    await expect(refused(`qemu+tls://${tls.ip}/system?pkipath=${ours}`)).rejects.toMatchObject({ code: "CDKVM_TLS_FAILED" });
    await expect(refused(`qemu+tls://${tls.ip}/system?pkipath=${pki}`)).rejects.toMatchObject({
      details: { problem: expect.stringContaining("there is no CA certificate") },
    });
  });

  test("survive a restart of libvirtd: reads are repeated, a sent write is not", { timeout: 60_000 }, async () => {
    const mine = new ProviderHost(host.uri, new AbortController().signal);
    onTestFinished(() => mine.close());
    const libvirt = await mine.libvirt();
    expect(await libvirt.node.hostname()).toBe(host.name);
    await host.restartLibvirtd();
    expect(await libvirt.node.hostname()).toBe(host.name);
    expect(await (await mine.libvirt()).domains.list()).toEqual([]);

    await host.exec("kill", ["-STOP", pidOf()]);
    const write = libvirt.domains.define(DOMAIN.replace("NAME", "once")).then(
      () => "made",
      (error: { code?: string }) => error.code,
    );
    const reads = Promise.all(Array.from({ length: 20 }, () => libvirt.node.hostname()));
    await host.restartLibvirtd();
    expect(await write).toBe("CDKVM_CONNECTION_LOST");
    expect(new Set(await reads)).toEqual(new Set([host.name]));
    expect(await host.virsh("list", "--all", "--name")).toBe("");
    await libvirt.domains.undefine(await libvirt.domains.define(DOMAIN.replace("NAME", "again")));
  });

  test("that need a SASL login are refused, with advice that keeps the host secure", { timeout: 60_000 }, async () => {
    const sasl = await start();
    const conf = join(sasl.dir, "etc/libvirtd.conf");
    writeFileSync(conf, readFileSync(conf, "utf8").replace(/^auth_(tcp|unix_rw) = "none"$/gm, 'auth_$1 = "sasl"'));
    await sasl.restartLibvirtd();
    const fix = async (uri: string): Promise<string> => {
      const error: unknown = await Libvirt.connect(uri).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "CDKVM_HOST_REFUSED_LOGIN", details: { problem: expect.stringContaining("SASL") } });
      return (error as CdkvmError).details.fix ?? "";
    };
    const tcp = await fix(sasl.tcpUri);
    expect(tcp).toContain(`qemu+ssh://${sasl.ip}/system`);
    expect(tcp).toContain(`qemu+tls://${sasl.ip}/system`);
    expect(tcp).not.toContain("none");
    expect(await fix(sasl.uri)).toContain('auth_unix_rw = "polkit"');
  });

  test("to a libvirtd that never answers end with a clear error within the timeout", { timeout: 60_000 }, async () => {
    onTestFinished(() => void delete process.env["CDKVM_CONNECT_TIMEOUT"]);
    const failure = async (seconds: string): Promise<Diagnostic | undefined> => {
      process.env["CDKVM_CONNECT_TIMEOUT"] = seconds;
      const work = await Workspace.open(host.uri);
      onTestFinished(() => work.remove());
      await work.write({ libvirt_network: { lan: { name: "lan" } } });
      return (await work.failingPlan())[0];
    };
    expect((await failure("soon"))?.summary).toBe('"soon" is not a number of seconds between 0 and 3600');
    await host.exec("kill", ["-STOP", pidOf()]);
    onTestFinished(async () => void (await host.exec("kill", ["-CONT", pidOf()])));
    const began = performance.now();
    const error = await failure("2");
    expect(performance.now() - began).toBeLessThan(12_000);
    expect(error?.summary).toBe("no answer within 2 seconds");
    expect(error?.detail).toContain("libvirtd hangs");
  });
});
