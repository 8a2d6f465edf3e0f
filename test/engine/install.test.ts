import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect, onTestFinished, test } from "vitest";
import { mainModule } from "../../engine/build.ts";
import { findEngine } from "../../engine/find.ts";
import { installEngine, type InstallOptions } from "../../engine/install.ts";
import { type EngineRelease, openTofu, platform } from "../../engine/release.ts";
import { temporaryFolder } from "./engines.ts";

const version = "1.99.1";
const archiveOf = (program: string): Uint8Array => zipSync({ LICENSE: strToU8("MPL-2.0"), tofu: strToU8(program) });
const archive = archiveOf(`#!/bin/sh\necho "OpenTofu v${version}"\n`);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const releaseOf = (bytes: Uint8Array): EngineRelease => ({
  ...openTofu,
  version,
  archives: { [platform()]: { name: "tofu.zip", sha256: sha256(bytes) } },
});

/** A mirror on loopback, and a machine whose PATH has neither engine nor Go. */
async function setUp(answer: RequestListener, release = releaseOf(archive)) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  const cache = await temporaryFolder();
  const lines: string[] = [];
  const options: InstallOptions = {
    release,
    mirror: `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases/`,
    env: { PATH: "/nonexistent", XDG_CACHE_HOME: cache },
    onProgress: (line) => lines.push(line),
  };
  const place = join(cache, "cdkvm", "engine");
  return { options, lines, requests, place, left: () => (existsSync(place) ? readdirSync(place) : []) };
}

test("installs a release from a mirror, once", async () => {
  const { options, lines, requests, place, left } = await setUp((_, response) => response.end(archive));
  const engine = await installEngine(options);
  expect(engine).toEqual({ kind: "tofu", version, path: join(place, version, "tofu"), from: "installed" });
  expect(statSync(engine.path).mode & 0o777).toBe(0o755);
  expect(await findEngine(options.env)).toEqual(engine);
  expect(await installEngine(options)).toEqual(engine);
  expect(requests).toEqual([`/releases/v${version}/tofu.zip`]);
  expect(left()).toEqual([version]);
  expect(lines.at(-1)).toContain("is already installed");
  await installEngine({ ...options, force: true });
  expect(requests).toHaveLength(2);
  expect(left()).toEqual([version]);
});

test("CDKVM_ENGINE_MIRROR names the mirror if no option does", async () => {
  const {
    options: { mirror, ...options },
    requests,
  } = await setUp((_, response) => response.end(archive));
  await installEngine({ ...options, env: { ...options.env, CDKVM_ENGINE_MIRROR: mirror } });
  expect(requests).toHaveLength(1);
});

test("two concurrent installs both succeed and leave one engine", async () => {
  const { options, left } = await setUp((_, response) => response.end(archive));
  await Promise.all([installEngine(options), installEngine(options)]);
  expect(left()).toEqual([version]);
});

test("a wrong checksum is an error with both checksums, and nothing is installed or built", async () => {
  const { options, left } = await setUp((_, response) => response.end(archiveOf("#!/bin/sh\nexit 1\n")));
  await expect(installEngine(options)).rejects.toMatchObject({
    code: "CDKVM_ENGINE_CHECKSUM",
    details: { problem: expect.stringContaining(sha256(archive)) },
  });
  expect(left()).toEqual([]);
});

test("a program that reports another version is not installed", async () => {
  const other = archiveOf('#!/bin/sh\necho "OpenTofu v1.0.0"\n');
  const { options, left } = await setUp((_, response) => response.end(other), releaseOf(other));
  await expect(installEngine(options)).rejects.toMatchObject({ code: "CDKVM_ENGINE_BUILD" });
  expect(left()).toEqual([]);
});

test.each<[string, RequestListener, string]>([
  ["has no such file", (_, response) => response.writeHead(404).end(), "404"],
  ["never answers", () => {}, "no data for"],
  [
    "stops half-way",
    (_, response) => void response.writeHead(200, { "content-length": archive.length }).write(archive.slice(0, 20)),
    "no data for",
  ],
  [
    "breaks off",
    (_, response) =>
      void response.writeHead(200, { "content-length": archive.length }).write(archive.slice(0, 20), () => response.destroy()),
    "(closed|terminated|reset)",
  ],
])("a mirror that %s is an error in time, with a fix, if Go is missing", async (_, answer, problem) => {
  const { options, left } = await setUp(answer);
  await expect(installEngine({ ...options, timeout: 300 })).rejects.toMatchObject({
    code: "CDKVM_ENGINE_NO_GO",
    details: {
      problem: expect.stringMatching(new RegExp(`${problem}.*; building it needs Go`)),
      fix: expect.stringContaining("CDKVM_ENGINE_MIRROR"),
    },
  });
  expect(left()).toEqual([]);
});

test("every platform of the pinned release has a checksum", () => {
  expect(Object.keys(openTofu.archives)).toEqual(["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"]);
  for (const { name, sha256 } of Object.values(openTofu.archives))
    expect([name, sha256]).toEqual([expect.stringContaining(openTofu.version), expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

test("the module that builds the engine keeps the directives that only apply in a main module", () => {
  const engineMod = `module example.org/engine

go 1.26.6

// a note
godebug (
	tlsmlkem=0
)

require (
	example.org/a v1.0.0 // indirect
)

replace example.org/a v1.0.0 => example.org/b v1.0.1 // a fork

replace (
	example.org/c => example.org/d v2.0.0
)

tool example.org/tool
`;
  expect(mainModule(engineMod, "example.org/engine", "1.2.3").split("\n\n")).toEqual([
    "module cdkvm-engine",
    "require example.org/engine v1.2.3",
    "go 1.26.6",
    "godebug (\n\ttlsmlkem=0\n)",
    "replace example.org/a v1.0.0 => example.org/b v1.0.1",
    "replace (\n\texample.org/c => example.org/d v2.0.0\n)\n",
  ]);
});
