import { isRefusal } from "./errors.ts";
import type { CommitStatus, Forge, Issue, Label, Note } from "./forge.ts";
import type { ForgeHttp } from "./http.ts";

interface LabNote {
  readonly id: number;
  readonly body: string;
  readonly author: { readonly id: number };
  readonly system?: boolean;
}

interface LabIssue {
  readonly id: number;
  readonly iid: number;
  readonly description: string | null;
  readonly author: { readonly id: number };
}

interface LabStatus {
  readonly name: string;
  readonly status: string;
  readonly description: string | null;
}

/** https://docs.gitlab.com/api/rest/ */
export class GitLab implements Forge {
  readonly limit = 1_000_000;
  readonly #http: ForgeHttp;
  /** `/projects/group%2Fname`, or by its number. */
  readonly #project: string;
  #me: Promise<number> | undefined;

  constructor(http: ForgeHttp, repository: string) {
    this.#http = http;
    this.#project = `/projects/${encodeURIComponent(repository)}`;
  }

  create<T>(post: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
    return this.#http.create(post, find);
  }

  async comments(request: number): Promise<readonly Note[]> {
    const me = await this.#whoAmI();
    const notes = await this.#http.list<LabNote>(`${this.#request(request)}/notes?per_page=100&sort=asc&order_by=created_at`);
    return notes.filter(({ system }) => !system).map(({ id, body, author }) => ({ id, body, mine: author.id === me }));
  }

  async addComment(request: number, body: string): Promise<Note> {
    const { id } = (await this.#http.send("POST", `${this.#request(request)}/notes`, { body })) as LabNote;
    return { id, body, mine: true };
  }

  async editComment(request: number, id: number, body: string): Promise<void> {
    await this.#http.send("PUT", `${this.#request(request)}/notes/${id}`, { body });
  }

  async labels(request: number): Promise<readonly string[]> {
    return ((await this.#http.get(this.#request(request))).data as { labels: string[] }).labels;
  }

  /** GitLab creates what is missing itself, but colorless. */
  async addLabels(request: number, labels: readonly Label[]): Promise<void> {
    for (const one of labels) await this.#label(one);
    await this.#http.send("PUT", this.#request(request), { add_labels: labels.map(({ name }) => name).join(",") });
  }

  async removeLabel(request: number, name: string): Promise<void> {
    await this.#http.send("PUT", this.#request(request), { remove_labels: name });
  }

  async setStatus(sha: string, { name, ok, description, url }: CommitStatus): Promise<void> {
    const state = ok ? "success" : "failed";
    const status = { state, name, description: description.slice(0, 255), ...(url !== undefined && { target_url: url }) };
    const there = async (): Promise<LabStatus | undefined> => {
      const all = await this.#http.list<LabStatus>(`${this.#project}/repository/commits/${sha}/statuses?per_page=100`);
      return all.find((one) => one.name === name && one.status === state);
    };
    await this.#http
      .create<unknown>(() => this.#http.send("POST", `${this.#project}/statuses/${sha}`, status), there)
      .catch(async (error: unknown) => {
        // a status that already is so is no transition, which GitLab refuses
        if (!isRefusal(error, 400) || (await there()) === undefined) throw error;
      });
  }

  async issues(label: string): Promise<readonly Issue[]> {
    const me = await this.#whoAmI();
    const query = `state=opened&labels=${encodeURIComponent(label)}&per_page=100`;
    return (await this.#http.list<LabIssue>(`${this.#project}/issues?${query}`)).map((one) => issueOf(one, me));
  }

  async openIssue(title: string, body: string, label: Label): Promise<Issue> {
    await this.#label(label);
    const issue = { title, description: body, labels: label.name };
    const made = (await this.#http.send("POST", `${this.#project}/issues`, issue)) as LabIssue;
    return issueOf(made, made.author.id);
  }

  async editIssue(issue: number, body: string): Promise<void> {
    await this.#http.send("PUT", `${this.#project}/issues/${issue}`, { description: body });
  }

  async closeIssue(issue: number, body: string): Promise<void> {
    await this.#http.send("PUT", `${this.#project}/issues/${issue}`, { description: body, state_event: "close" });
  }

  #request = (request: number): string => `${this.#project}/merge_requests/${request}`;

  async #label({ name, color, description }: Label): Promise<void> {
    await this.#http
      .create<unknown>(
        () => this.#http.send("POST", `${this.#project}/labels`, { name, color: `#${color}`, description }),
        () => Promise.resolve(undefined), // refused if it exists
      )
      .catch((error: unknown) => {
        if (!isRefusal(error, 409, 403)) throw error; // it exists; or the token may not, and GitLab creates it with the request
      });
  }

  #whoAmI(): Promise<number> {
    return (this.#me ??= this.#http.get("/user").then(({ data }) => (data as { id: number }).id));
  }
}

const issueOf = ({ id, iid, description, author }: LabIssue, me: number): Issue => ({
  id,
  number: iid,
  body: description ?? "",
  mine: author.id === me,
});
