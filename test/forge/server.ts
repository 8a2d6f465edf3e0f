import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { ForgeKind } from "../../forge/index.ts";

/** A failure that the server makes instead of, or after, what a call asks for. */
export interface Trouble {
  /** `POST /repos/o/r/issues/7/comments` */
  readonly call: RegExp;
  /** Closes the connection without an answer if absent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Does what the call asks for first: only the answer is lost. */
  readonly done?: true;
  /** @default 1 */
  readonly times?: number;
}

/** Of a call. Labels are a list. */
type Body = Readonly<Record<string, string>>;

interface Text {
  id: number;
  body: string;
  author: number;
}

interface Issue extends Text {
  title: string;
  open: boolean;
  labels: string[];
}

const ME = 1;

/**
 * One repository with one request, number 7, over the calls of a forge as its documentation gives them: routes, names of fields,
 * pages by Link headers, codes of refusals.
 */
export class ForgeServer {
  readonly kind: ForgeKind;
  readonly calls: string[] = [];
  /** What the client sent as authorization. */
  readonly authorizations = new Set<string | undefined>();
  readonly comments: Text[] = [];
  readonly issues: Issue[] = [];
  readonly repoLabels: string[] = [];
  readonly requestLabels: string[] = [];
  readonly statuses: { sha: string; name: string; state: string; description: string }[] = [];
  readonly troubles: Trouble[] = [];
  /** How many a page has, however many were asked for. */
  pageSize = 50;
  /** Whether the token may ask who it is. */
  isApp = false;
  base = "";
  /** Answers what is not listed here: `GET /api/packages/...`, by the whole path. */
  more: ((call: string, content: Buffer) => readonly [status: number, data: unknown] | undefined) | undefined;
  #ids = 100;

  constructor(kind: ForgeKind) {
    this.kind = kind;
  }

  static async start(kind: ForgeKind): Promise<ForgeServer> {
    const forge = new ForgeServer(kind);
    const server = createServer((request, response) => void forge.#serve(request, response)).listen(0, "127.0.0.1");
    await new Promise((resolve) => void server.once("listening", resolve));
    forge.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${{ github: "", gitlab: "/api/v4", gitea: "/api/v1" }[kind]}`;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return forge;
  }

  /** The calls that change something. */
  get writes(): readonly string[] {
    return this.calls.filter((call) => !call.startsWith("GET "));
  }

  nextId(): number {
    return ++this.#ids;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.base);
    const path = url.pathname.slice(new URL(this.base).pathname.replace(/\/$/, "").length);
    const call = `${request.method} ${path}`;
    this.calls.push(call);
    this.authorizations.add(request.headers.authorization);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const content = Buffer.concat(parts);
    const more = this.more?.(`${request.method} ${url.pathname}`, content);
    if (more) return void response.writeHead(more[0]).end(Buffer.isBuffer(more[1]) ? more[1] : JSON.stringify(more[1]));
    const body = content.length === 0 ? {} : (JSON.parse(content.toString()) as Body);
    const index = this.troubles.findIndex((one) => one.call.test(call));
    const trouble = this.troubles[index];
    if (trouble) {
      if ((trouble.times ?? 1) > 1) this.troubles[index] = { ...trouble, times: (trouble.times ?? 1) - 1 };
      else this.troubles.splice(index, 1);
      if (trouble.done) this.#route(request.method ?? "", path, url.searchParams, body);
      if (trouble.status === undefined) return void request.socket.destroy();
      return void response.writeHead(trouble.status, trouble.headers).end(JSON.stringify(trouble.body ?? { message: "trouble" }));
    }
    const [status, data] = this.#route(request.method ?? "", path, url.searchParams, body);
    if (!Array.isArray(data)) return void response.writeHead(status).end(data === undefined ? "" : JSON.stringify(data));
    const size = Math.min(this.pageSize, Number(url.searchParams.get("per_page") ?? url.searchParams.get("limit") ?? 20));
    const page = Number(url.searchParams.get("page") ?? 1);
    const last = page * size >= data.length;
    url.searchParams.set("page", String(page + 1));
    response.writeHead(status, last ? {} : { link: `<${this.base}/somewhere${url.search}>; rel="next", <x?page=9>; rel="last"` });
    response.end(JSON.stringify(data.slice((page - 1) * size, page * size)));
  }

  #route(method: string, path: string, query: URLSearchParams, body: Body): readonly [number, unknown] {
    if (path === "/user") return this.isApp ? [403, { message: "Resource not accessible by integration" }] : [200, { id: ME }];
    return this.kind === "gitlab" ? this.#lab(method, path, query, body) : this.#hub(method, path, query, body);
  }

  #hub(method: string, path: string, query: URLSearchParams, body: Body): readonly [number, unknown] {
    const text = (one: Text) => ({ id: one.id, body: one.body, user: { id: one.author, type: one.author === ME ? "Bot" : "User" } });
    const issue = (one: Issue) => ({ ...text(one), number: one.id, title: one.title });
    const named = (name: string) => ({ id: this.repoLabels.indexOf(name), name });
    const nameOf = (one: unknown): string => (typeof one === "number" ? (this.repoLabels[one] ?? "") : String(one));
    const [, sub = ""] = /^\/repos\/o\/r(\/.*)$/.exec(path) ?? [];
    const [, id = ""] = /\/(\d+)$/.exec(sub) ?? [];
    const call = `${method} ${sub}`;
    if (call === "GET /issues/7/comments") return [200, this.comments.map(text)];
    if (call === "POST /issues/7/comments") return [201, text(this.#add(this.comments, { body: body["body"] ?? "" }))];
    if (/^PATCH \/issues\/comments\/\d+$/.test(call)) return this.#edit(this.comments, Number(id), { body: body["body"] ?? "" });
    if (call === "GET /issues/7/labels") return [200, this.requestLabels.map(named)];
    if (call === "GET /labels") return [200, this.repoLabels.map(named)];
    if (call === "POST /labels") {
      const name = String(body["name"]);
      if (this.kind === "github" && this.repoLabels.includes(name))
        return [422, { message: "Validation Failed", errors: [{ resource: "Label", code: "already_exists", field: "name" }] }];
      this.repoLabels.push(name);
      return [201, named(name)];
    }
    if (call === "POST /issues/7/labels") {
      for (const one of body["labels"] as unknown as unknown[]) this.requestLabels.push(nameOf(one));
      return [200, this.requestLabels.map(named)];
    }
    if (method === "DELETE") {
      const name = decodeURIComponent(sub.split("/").at(-1) ?? "");
      const at = this.requestLabels.indexOf(this.kind === "gitea" ? nameOf(Number(name)) : name);
      if (at < 0) return [404, { message: "Label does not exist" }];
      this.requestLabels.splice(at, 1);
      return [this.kind === "gitea" ? 204 : 200, this.kind === "gitea" ? undefined : this.requestLabels.map(named)];
    }
    if (method === "POST" && sub.startsWith("/statuses/")) {
      const { context: name, state, description } = body;
      this.statuses.unshift({ sha: sub.slice(10), name: name ?? "", state: state ?? "", description: description ?? "" });
      return [201, {}];
    }
    if (method === "GET" && sub.endsWith("/statuses"))
      return [200, this.statuses.map(({ name, state, description }) => ({ context: name, state, description }))];
    if (call === "GET /issues")
      return [200, this.issues.filter(({ open, labels }) => open && labels.includes(query.get("labels") ?? "")).map(issue)];
    if (call === "POST /issues") {
      const labels = (body["labels"] as unknown as unknown[]).map(nameOf);
      return [201, issue(this.#add(this.issues, { body: String(body["body"]), title: String(body["title"]), open: true, labels }))];
    }
    if (/^PATCH \/issues\/\d+$/.test(call))
      return this.#edit(this.issues, Number(id), {
        ...(body["body"] !== undefined && { body: body["body"] }),
        ...(body["state"] === "closed" && { open: false }),
      });
    return [404, { message: "Not Found" }];
  }

  #lab(method: string, path: string, query: URLSearchParams, body: Body): readonly [number, unknown] {
    const note = (one: Text) => ({ id: one.id, body: one.body, author: { id: one.author }, system: false });
    const issue = (one: Issue) => ({ id: one.id, iid: one.id, description: one.body, author: { id: one.author } });
    const [, sub = ""] = /^\/projects\/g%2Fr(\/.*)$/.exec(path) ?? [];
    const [, id = ""] = /\/(\d+)$/.exec(sub) ?? [];
    const call = `${method} ${sub}`;
    if (call === "GET /merge_requests/7/notes") return [200, this.comments.map(note)];
    if (call === "POST /merge_requests/7/notes") return [201, note(this.#add(this.comments, { body: body["body"] ?? "" }))];
    if (call.startsWith("PUT /merge_requests/7/notes/")) return this.#edit(this.comments, Number(id), { body: body["body"] ?? "" });
    if (call === "GET /merge_requests/7") return [200, { labels: this.requestLabels }];
    if (call === "PUT /merge_requests/7") {
      for (const name of (body["add_labels"] ?? "").split(","))
        if (name && !this.requestLabels.includes(name)) this.requestLabels.push(name);
      const at = this.requestLabels.indexOf(String(body["remove_labels"]));
      if (at >= 0) this.requestLabels.splice(at, 1);
      return [200, { labels: this.requestLabels }];
    }
    if (call === "POST /labels") {
      if (this.repoLabels.includes(String(body["name"]))) return [409, { message: "Label already exists" }];
      this.repoLabels.push(String(body["name"]));
      return [201, {}];
    }
    if (method === "POST" && sub.startsWith("/statuses/")) {
      const { name = "", state = "", description = "" } = body;
      if (this.statuses.some((one) => one.name === name && one.state === state))
        return [400, { message: { state: ["Cannot transition status via :success from :success"] } }];
      this.statuses.push({ sha: sub.slice(10), name, state, description });
      return [201, {}];
    }
    if (method === "GET" && sub.endsWith("/statuses"))
      return [200, this.statuses.map(({ name, state, description }) => ({ name, status: state, description }))];
    if (call === "GET /issues")
      return [200, this.issues.filter(({ open, labels }) => open && labels.includes(query.get("labels") ?? "")).map(issue)];
    if (call === "POST /issues") {
      const { title = "", description = "", labels = "" } = body;
      return [201, issue(this.#add(this.issues, { body: description, title, open: true, labels: labels.split(",") }))];
    }
    if (call.startsWith("PUT /issues/"))
      return this.#edit(this.issues, Number(id), {
        ...(body["description"] !== undefined && { body: body["description"] }),
        ...(body["state_event"] === "close" && { open: false }),
      });
    return [404, { message: "404 Not Found" }];
  }

  #add<T extends Text>(all: T[], one: Omit<T, "id" | "author">): T {
    const added = { ...one, id: this.nextId(), author: ME } as T;
    all.push(added);
    return added;
  }

  #edit<T extends Text>(all: T[], id: number, change: Partial<T>): readonly [number, unknown] {
    const found = all.find((one) => one.id === id);
    if (!found) return [404, { message: "Not Found" }];
    Object.assign(found, change);
    return [200, {}];
  }
}
