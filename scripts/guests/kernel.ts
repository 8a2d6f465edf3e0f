import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { cached } from "./cache.ts";
import { noKernelIn, noKernelPackage } from "./errors.ts";
import { candidate, dependencies, run, unpack } from "./debs.ts";

const architectures: Record<string, string> = { x64: "amd64", arm64: "arm64" };

/** Debian's name for this machine's architecture. */
export const debianArchitecture = (): string => architectures[process.arch] ?? process.arch;

export interface KernelPackages {
  /** Kernel and, if separate (Ubuntu), modules. */
  readonly names: readonly string[];
  /** Name and version of each, as cache key. */
  readonly versions: readonly string[];
}

/** Change when apt may know others: its lists and the installed packages. */
const APT_KNOWS = ["/var/lib/apt/lists", "/var/lib/dpkg/status"];

/** {@link findKernelPackages}, cached while apt's data is unchanged: each query takes apt half a second. */
export async function kernelPackages(): Promise<KernelPackages> {
  const stamps = await Promise.all(APT_KNOWS.map(async (path) => `${path} ${(await stat(path).catch(() => undefined))?.mtimeMs ?? ""}`));
  const dir = await cached("kernel-packages", [debianArchitecture(), ...stamps], async (fresh) => {
    await writeFile(join(fresh, "packages.json"), JSON.stringify(await findKernelPackages()));
  });
  return JSON.parse(await readFile(join(dir, "packages.json"), "utf8")) as KernelPackages;
}

/** The newest guest kernel that apt knows: Debian's cloud kernel, else the general one, else Ubuntu's. */
async function findKernelPackages(): Promise<KernelPackages> {
  const arch = debianArchitecture();
  const metas = [`linux-image-cloud-${arch}`, `linux-image-${arch}`, "linux-image-virtual", "linux-image-generic"];
  for (const meta of metas) {
    if ((await candidate(meta)) === undefined) continue;
    const image = (await dependencies(meta)).find((name) => /^linux-image-\d/.test(name));
    if (image === undefined) continue;
    const modules = (await dependencies(image)).filter((name) => /^linux-modules-\d/.test(name));
    const names = [image, ...modules];
    return { names, versions: await Promise.all(names.map(async (name) => `${name} ${await candidate(name)}`)) };
  }
  throw noKernelPackage(metas);
}

export interface Kernel {
  readonly release: string;
  /** Path of the kernel file. */
  readonly file: string;
  /** Folder of all its modules. */
  readonly moduleDir: string;
  /** Modules with their dependencies, in load order. Omits those built in or missing. */
  modules(names: readonly string[]): Promise<Module[]>;
}

export interface Module {
  readonly name: string;
  /** The module, decompressed. */
  readonly data: Buffer;
}

const canonical = (name: string): string => name.replaceAll("-", "_");

async function decompressed(file: string): Promise<Buffer> {
  if (file.endsWith(".xz")) {
    const output = await run("sh", ["-c", 'xz -dc "$0" | base64 -w0', file]);
    return Buffer.from(output, "base64");
  }
  const data = await readFile(file);
  if (file.endsWith(".zst")) return zstdDecompressSync(data);
  return file.endsWith(".gz") ? gunzipSync(data) : data;
}

/** Extracts a kernel's packages below `dir`. */
export async function unpackKernel(packages: KernelPackages, dir: string): Promise<Kernel> {
  await unpack(packages.names, dir);
  const boot = join(dir, "boot");
  const image = (await readdir(boot)).find((name) => name.startsWith("vmlinuz-"));
  if (image === undefined) throw noKernelIn(packages.names[0] ?? "");
  const release = image.slice("vmlinuz-".length);
  const lib = (await readdir(dir)).includes("lib") ? join(dir, "lib/modules") : join(dir, "usr/lib/modules");
  const files = new Map<string, string>();
  for (const path of await readdir(join(lib, release), { recursive: true })) {
    const match = /^(.*)\.ko(\.xz|\.zst|\.gz)?$/.exec(basename(path));
    if (match) files.set(canonical(match[1] ?? ""), join(lib, release, path));
  }
  return {
    release,
    file: join(boot, image),
    moduleDir: join(lib, release),
    async modules(names) {
      const ordered = new Map<string, Module>();
      const add = async (wanted: string): Promise<void> => {
        const name = canonical(wanted);
        const file = files.get(name);
        if (file === undefined || ordered.has(name)) return;
        const data = await decompressed(file);
        // the module's .modinfo section: strings that end with a zero byte
        const needed = /\0depends=([^\0]*)\0/.exec(data.toString("latin1"))?.[1] ?? "";
        for (const each of needed.split(",")) if (each !== "") await add(each);
        ordered.set(name, { name, data });
      };
      for (const name of names) await add(name);
      return [...ordered.values()];
    },
  };
}
