import { isRefusal } from "./errors.ts";
import type { CommitStatus, Forge, Issue, Label, Note } from "./forge.ts";
import type { ForgeHttp } from "./http.ts";

/** An issue or a comment as GitHub and Gitea return it. */
export interface HubText {
  readonly id: number;
  readonly number?: number;
  readonly body: string | null;
  readonly user: { readonly id: number; readonly type?: string } | null;
  readonly pull_request?: unknown;
}

interface HubStatus {
  readonly context: string;
  readonly state?: string;
  readonly status?: string;
  readonly description: string | null;
}

/** The user of a token; undefined for an app's token, which may not ask. */
type Me = number | undefined;

/** What GitHub and Gitea share: Gitea's API follows GitHub's. */
export abstract class Hub implements Forge {
  readonly limit = 65_536;
  protected readonly http: ForgeHttp;
  /** `/repos/owner/name` */
  protected readonly repo: string;
  #me: Promise<Me> | undefined;

  constructor(http: ForgeHttp, repository: string) {
    this.http = http;
    this.repo = `/repos/${repository.split("/").map(encodeURIComponent).join("/")}`;
  }

  /** How many a page has at most. */
  protected abstract readonly page: string;
  /** Whether an app's token, which cannot ask who it is, may have written a text. */
  protected abstract isApps(text: HubText): boolean;
  abstract addLabels(request: number, labels: readonly Label[]): Promise<void>;
  abstract removeLabel(request: number, name: string): Promise<void>;
  protected abstract label(one: Label): Promise<unknown>;

  create<T>(post: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
    return this.http.create(post, find);
  }

  async comments(request: number): Promise<readonly Note[]> {
    const me = await this.#whoAmI();
    const all = await this.http.list<HubText>(`${this.repo}/issues/${request}/comments?${this.page}`);
    return all.map((one) => this.#note(one, me));
  }

  async addComment(request: number, body: string): Promise<Note> {
    const me = await this.#whoAmI();
    return this.#note((await this.http.send("POST", `${this.repo}/issues/${request}/comments`, { body })) as HubText, me);
  }

  async editComment(_request: number, id: number, body: string): Promise<void> {
    await this.http.send("PATCH", `${this.repo}/issues/comments/${id}`, { body });
  }

  async labels(request: number): Promise<readonly string[]> {
    return (await this.http.list<{ name: string }>(`${this.repo}/issues/${request}/labels?${this.page}`)).map(({ name }) => name);
  }

  async setStatus(sha: string, { name, ok, description, url }: CommitStatus): Promise<void> {
    const state = ok ? "success" : "failure";
    const status = { state, context: name, description: description.slice(0, 140), ...(url !== undefined && { target_url: url }) };
    await this.http.create<unknown>(
      () => this.http.send("POST", `${this.repo}/statuses/${sha}`, status),
      async () => {
        const all = await this.http.list<HubStatus>(`${this.repo}/commits/${sha}/statuses?${this.page}`);
        const last = all.find(({ context }) => context === name); // the newest first
        return (last?.state ?? last?.status) === state && last?.description === status.description ? last : undefined;
      },
    );
  }

  async issues(label: string): Promise<readonly Issue[]> {
    const me = await this.#whoAmI();
    const query = `state=open&type=issues&labels=${encodeURIComponent(label)}&${this.page}`;
    const all = await this.http.list<HubText>(`${this.repo}/issues?${query}`);
    return all.filter((one) => !one.pull_request).map((one) => ({ ...this.#note(one, me), number: one.number ?? 0 }));
  }

  async openIssue(title: string, body: string, label: Label): Promise<Issue> {
    const me = await this.#whoAmI();
    const issue = { title, body, labels: [await this.label(label)] };
    const made = (await this.http.send("POST", `${this.repo}/issues`, issue)) as HubText;
    return { ...this.#note(made, me), number: made.number ?? 0 };
  }

  async editIssue(issue: number, body: string): Promise<void> {
    await this.http.send("PATCH", `${this.repo}/issues/${issue}`, { body });
  }

  async closeIssue(issue: number, body: string): Promise<void> {
    await this.http.send("PATCH", `${this.repo}/issues/${issue}`, { body, state: "closed" });
  }

  #whoAmI(): Promise<Me> {
    return (this.#me ??= this.http.get("/user").then(
      ({ data }) => (data as { id: number }).id,
      (error: unknown) => {
        if (isRefusal(error, 401, 403)) return undefined;
        throw error;
      },
    ));
  }

  #note(text: HubText, me: Me): Note {
    const mine = me === undefined ? this.isApps(text) : text.user?.id === me;
    return { id: text.id, body: text.body ?? "", mine };
  }
}
