import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { openSource, type Source } from "../../../provider/volume/source.ts";
import { DiagnosticsError } from "../../../provider/protocol/resource.ts";

const folder = mkdtempSync(join(tmpdir(), "cdkvm-source-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = randomBytes(300_000);
const signal = new AbortController().signal;

async function read(source: Source): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.chunks) chunks.push(chunk);
  await source.close();
  return Buffer.concat(chunks);
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const pathOfError = async (opened: Promise<unknown>): Promise<string> => {
  const error: unknown = await opened.catch((caught: unknown) => caught);
  return error instanceof DiagnosticsError ? `${error.diagnostics[0]?.path?.join(".")}: ${error.diagnostics[0]?.detail}` : String(error);
};

it("reads a file by path and by URL, whole and with its size", async () => {
  const path = join(folder, "a disk.raw");
  writeFileSync(path, bytes);
  for (const url of [path, new URL(`file://${path}`).href]) {
    const source = await openSource(url, `sha256:${createHash("sha256").update(bytes).digest("hex")}`, signal);
    expect(source.size).toBe(bytes.length);
    expect((await read(source)).equals(bytes)).toBe(true);
  }
});

it("reports a missing file, a refusal or a wrong checksum at the attribute", async () => {
  expect(await pathOfError(openSource(join(folder, "none"), undefined, signal))).toMatch(/^create\.content\.url: there is no file .*none/);
  mkdirSync(join(folder, "folder"));
  expect(await pathOfError(openSource(join(folder, "folder"), undefined, signal))).toMatch(/^create\.content\.url: .* is a directory/);
  const url = await serve((_request, response) => response.writeHead(403).end());
  expect(await pathOfError(openSource(url.replace("//", "//user:secret@"), undefined, signal))).toMatch(
    /^create\.content\.url: the server answered 403/,
  );
  expect(await pathOfError(openSource(url.replace("//", "//user:secret@"), undefined, signal))).not.toContain("secret");
  const path = join(folder, "other");
  writeFileSync(path, bytes);
  const source = await openSource(path, `sha512:${"0".repeat(128)}`, signal);
  expect(await pathOfError(read(source))).toMatch(
    /^create\.content\.checksum: the content does not match the checksum: it has sha512:[0-9a-f]{128}/,
  );
});

it("follows redirects to other servers without the login, up to a limit", async () => {
  const seen: (string | undefined)[] = [];
  const second = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end(bytes);
  });
  const first = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: request.url === "/loop" ? "/loop" : second }).end();
  });
  const source = await openSource(first.replace("//", "//user:pass@"), undefined, signal);
  expect((await read(source)).equals(bytes)).toBe(true);
  expect(seen).toEqual([`Basic ${Buffer.from("user:pass").toString("base64")}`, undefined]);
  expect(await pathOfError(openSource(`${first}/loop`, undefined, signal))).toContain("redirects more than 20 times");
});

it("retries a busy server, and does not continue with the rest of another file", async () => {
  let busy = 1;
  const patient = await serve((_request, response) => (busy-- > 0 ? response.writeHead(503).end() : response.end(bytes)));
  expect((await read(await openSource(patient, undefined, signal))).equals(bytes)).toBe(true);

  const changed = await serve((request, response) => {
    response.writeHead(200, { "content-length": bytes.length, etag: `"${Math.random()}"` });
    if (request.headers.range !== undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, 200_000), () => setTimeout(() => response.destroy(), 50));
  });
  const source = await openSource(changed, undefined, signal);
  expect(await pathOfError(read(source))).toContain("the server cannot resume it");
});
