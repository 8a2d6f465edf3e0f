import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import connect from "postgres";

/** The folder of the server's programs: Debian installs them outside PATH, by version. */
const folderOf = (): string | undefined => globSync("/usr/lib/postgresql/*/bin").find((path) => existsSync(join(path, "initdb")));

/** Why no server can run here, if so. */
export const noPostgres = (): string | undefined => (folderOf() === undefined ? "not installed: postgresql" : undefined);

export interface Postgres {
  /** `postgres://…`, through a socket in its own folder; it listens on no port. */
  readonly connStr: string;
  /** How many sessions have a client name that matches a LIKE pattern. */
  sessions(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** A database server with an empty database, under its own user, only for these tests. */
export async function startPostgres(): Promise<Postgres> {
  const programs = folderOf() ?? "";
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-pg-"));
  const data = join(folder, "data");
  const isRoot = process.getuid?.() === 0; // the server refuses to run as root
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, isRoot ? "postgres" : String(process.getuid?.())], { encoding: "utf8" }));
  const who = { uid: id("-u"), gid: id("-g") };
  chownSync(folder, who.uid, who.gid);
  chmodSync(folder, 0o755);
  execFileSync(join(programs, "initdb"), ["-N", "-A", "trust", "-U", "postgres", "-D", data, "--no-instructions"], {
    ...who,
    cwd: folder,
    stdio: "ignore",
  });
  const settings = { fsync: "off", listen_addresses: "", unix_socket_directories: folder, unix_socket_permissions: "0777" };
  const server = spawn(
    join(programs, "postgres"),
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    {
      ...who,
      cwd: folder,
      stdio: "ignore",
    },
  );
  const ended = once(server, "exit");
  process.once("exit", () => server.kill("SIGQUIT"));
  const sql = connect({
    path: join(folder, ".s.PGSQL.5432"),
    user: "postgres",
    database: "postgres",
    max: 2,
    fetch_types: false,
    onnotice: () => {},
  });
  for (const until = Date.now() + 30_000; ; await delay(50)) {
    if (await sql`SELECT 1`.catch(() => undefined)) break;
    if (Date.now() > until || server.exitCode !== null) throw new Error("the database server does not answer");
  }
  await sql`CREATE DATABASE cdkvm`;
  return {
    connStr: `postgres://postgres@/cdkvm?host=${folder}`,
    async sessions(name) {
      const [row] = await sql<{ count: number }[]>`SELECT count(*)::int FROM pg_stat_activity WHERE application_name LIKE ${name}`;
      return row?.count ?? 0;
    },
    async stop() {
      await sql.end({ timeout: 1 });
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
