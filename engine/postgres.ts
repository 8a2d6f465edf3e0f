import { userInfo } from "node:os";
import connect from "postgres";
import type { Backend } from "./backend.ts";
import type { Environment } from "./environment.ts";

/** A database session that holds a state lock. */
export interface Session {
  readonly pid: number;
  /** `root at 10.0.0.5`, with the client's description of itself. */
  readonly who: string;
  /** When it started, RFC 3339. */
  readonly since: string;
}

/**
 * The locks that engines hold while they create the first state: Terraform one for the whole database, OpenTofu one for each table, with
 * the FNV-1 hash of its names.
 */
const creationLocks = (schema: string, table: string): readonly number[] => [-1, -fnv1(`${schema}\0${table}`)];

function fnv1(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

/**
 * The session that holds a state lock. The `pg` backend uses PostgreSQL's advisory locks, which last as long as the
 * session, and does not know itself who holds one.
 *
 * @see https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export const lockingSession = (backend: Backend, workspace: string, env: Environment): Promise<Session | undefined> =>
  withDatabase(backend, env, async (sql) => {
    const schema = text(backend.config["schema_name"]) ?? env["PG_SCHEMA_NAME"] ?? "terraform_remote_state";
    const table = text(backend.config["table_name"]) ?? env["PG_TABLE_NAME"] ?? "states";
    const states = await sql<{ id: string }[]>`SELECT id FROM ${sql(schema)}.${sql(table)} WHERE name = ${workspace}`.catch(() => []);
    const locks = [...creationLocks(schema, table), ...states.map(({ id }) => Number(id))];
    const [session] = await sql<{ pid: number; usename: string; client: string | null; application: string; since: Date }[]>`
      SELECT pid, usename, host(client_addr) AS client, application_name AS application, backend_start AS since
      FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND granted AND datname = current_database()
        AND ((classid::bigint << 32) | objid::bigint) IN ${sql(locks)}
      ORDER BY objid`;
    if (!session) return undefined;
    const { pid, usename, client, application, since } = session;
    const where = client === null ? "" : ` from ${client}`;
    return { pid, who: `${application || `the database user ${usename}`}${where}`, since: since.toISOString() };
  });

/** Ends a session, which releases its locks. @returns whether it existed */
export const endSession = (backend: Backend, pid: number, env: Environment): Promise<boolean> =>
  withDatabase(backend, env, async (sql) => {
    const [answer] = await sql<{ ended: boolean }[]>`SELECT pg_terminate_backend(${pid}) AS ended`;
    return answer?.ended === true;
  });

async function withDatabase<T>(backend: Backend, env: Environment, work: (sql: connect.Sql) => Promise<T>): Promise<T> {
  const sql = connect(connectionOf(text(backend.config["conn_str"]) ?? env["PG_CONN_STR"] ?? "", env));
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Parses a connection string as engines do: a URI, or `host=… dbname=…`. https://www.postgresql.org/docs/current/libpq-connect.html */
function connectionOf(connection: string, env: Environment): connect.Options<Record<never, never>> {
  const given = /^postgres(ql)?:\/\//.test(connection) ? ofUri(connection) : ofWords(connection);
  const host = given["host"] ?? env["PGHOST"] ?? "localhost";
  const port = Number(given["port"] ?? env["PGPORT"] ?? 5432);
  const user = given["user"] ?? env["PGUSER"] ?? userInfo().username;
  const password = given["password"] ?? env["PGPASSWORD"];
  const mode = given["sslmode"] ?? env["PGSSLMODE"] ?? "prefer";
  const isLocal = host.startsWith("/");
  return {
    host,
    port,
    user,
    database: given["dbname"] ?? env["PGDATABASE"] ?? user,
    ssl: isLocal || mode === "disable" ? false : (mode as "prefer" | "require" | "verify-full"),
    max: 1,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "cdkvm" },
    ...(password !== undefined && { password }),
    ...(isLocal && { path: `${host}/.s.PGSQL.${port}` }),
  };
}

function ofUri(uri: string): Readonly<Record<string, string>> {
  const [, user, password, host, port, dbname, query] =
    /^[a-z]+:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^:/?]*|\[[^\]]*\])(?::(\d+))?(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri) ?? [];
  const parts = Object.entries({ user, password, host: host?.replace(/^\[|\]$/g, ""), port, dbname });
  const named = parts.flatMap(([name, value]) => (value ? [[name, decodeURIComponent(value)] as const] : []));
  return { ...Object.fromEntries(named), ...Object.fromEntries(new URLSearchParams(query ?? "")) };
}

function ofWords(words: string): Readonly<Record<string, string>> {
  const found = words.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S*))/g);
  return Object.fromEntries([...found].map(([, name = "", quoted, bare = ""]) => [name, (quoted ?? bare).replaceAll(/\\(.)/g, "$1")]));
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
