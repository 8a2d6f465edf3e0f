import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { createCertificate } from "../../../provider/protocol/certificate.ts";
import { COOKIE_NAME, COOKIE_VALUE, readHandshake } from "../../../provider/protocol/handshake.ts";

const program = join(import.meta.dirname, "toy-provider.ts");

it("makes a certificate for localhost that verifies itself", () => {
  for (let round = 0; round < 20; round++) {
    const { der, pem, key } = createCertificate();
    const certificate = new X509Certificate(der);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.subject).toBe("CN=localhost");
    expect(certificate.validFromDate.getTime()).toBeLessThan(Date.now());
    expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.now() + 24 * 3600 * 1000);
    expect(new X509Certificate(pem).fingerprint256).toBe(certificate.fingerprint256);
    expect(key.toString()).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  }
});

it("serves only an engine that speaks protocol 6 and shows a certificate", () => {
  const engine = { [COOKIE_NAME]: COOKIE_VALUE, PLUGIN_PROTOCOL_VERSIONS: "5,6", PLUGIN_CLIENT_CERT: "pem" };
  expect(readHandshake(engine)).toEqual({ clientCertificate: "pem" });
  expect(readHandshake({ ...engine, [COOKIE_NAME]: "other" })).toMatch(/a plugin that Terraform or OpenTofu starts/);
  expect(readHandshake({ ...engine, PLUGIN_PROTOCOL_VERSIONS: "4,5" })).toMatch(/protocol 6; the engine offers only 4,5/);
  expect(readHandshake({ ...engine, PLUGIN_CLIENT_CERT: "" })).toMatch(/no certificate/);
});

it("explains itself to a person who starts it by hand", async () => {
  const child = spawn(process.execPath, [program], { env: { PATH: process.env["PATH"] }, stdio: ["ignore", "pipe", "pipe"] });
  const [out, explanation, [code]] = await Promise.all([readAll(child.stdout), readAll(child.stderr), once(child, "close")]);
  expect(out).toBe("");
  expect(explanation).toMatch(/This program is a Terraform provider/);
  expect(code).toBe(1);
});

it("ignores the terminal's Ctrl-C and ends, with its socket, when its engine is gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-handshake-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = {
    PATH: process.env["PATH"],
    TMPDIR: folder,
    [COOKIE_NAME]: COOKIE_VALUE,
    PLUGIN_CLIENT_CERT: createCertificate().pem.toString(),
  };
  // The shell is the engine: it tells the provider's process id and waits.
  const engine = spawn("sh", ["-c", `"${process.execPath}" "${program}" & echo $!; wait`], { env, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void engine.kill("SIGKILL"));
  const lines: string[] = [];
  for await (const chunk of engine.stdout) {
    lines.push(...String(chunk).split("\n").filter(Boolean));
    if (lines.length === 2) break;
  }
  const [pid, line] = [Number(lines[0]), lines[1] ?? ""];
  expect(line).toMatch(/^1\|6\|unix\|.*\/socket\|grpc\|[A-Za-z0-9+/]+$/);
  const socket = line.split("|")[3] ?? "";
  process.kill(pid, "SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(existsSync(socket)).toBe(true);
  engine.kill("SIGKILL");
  await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false);
  expect(existsSync(dirname(socket))).toBe(false);
});

it("ends if its engine is killed before the handshake", async () => {
  const env = { PATH: process.env["PATH"], [COOKIE_NAME]: COOKIE_VALUE, PLUGIN_CLIENT_CERT: createCertificate().pem.toString() };
  const provider = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void provider.kill("SIGKILL"));
  provider.stdout.destroy();
  provider.stderr.destroy();
  expect(await once(provider, "exit")).toEqual([0, null]);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
