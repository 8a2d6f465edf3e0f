import { isRefusal } from "./errors.ts";
import type { Label } from "./forge.ts";
import { Hub, type HubText } from "./hub.ts";

/** https://docs.github.com/en/rest, also of an Enterprise Server. */
export class GitHub extends Hub {
  protected readonly page = "per_page=100";

  /** A workflow's token is an app's, as are those of all other workflows of the repository. */
  protected isApps({ user }: HubText): boolean {
    return user?.type === "Bot";
  }

  async addLabels(request: number, labels: readonly Label[]): Promise<void> {
    for (const one of labels) await this.label(one);
    await this.http.create<unknown>(
      () => this.http.send("POST", `${this.repo}/issues/${request}/labels`, { labels: labels.map(({ name }) => name) }),
      async () => {
        const there = await this.labels(request);
        return labels.every(({ name }) => there.includes(name)) || undefined;
      },
    );
  }

  async removeLabel(request: number, name: string): Promise<void> {
    await this.http.send("DELETE", `${this.repo}/issues/${request}/labels/${encodeURIComponent(name)}`).catch((error: unknown) => {
      if (!isRefusal(error, 404)) throw error; // it is gone already
    });
  }

  /** GitHub takes a label by its name. */
  protected async label(one: Label): Promise<string> {
    await this.http
      .create<unknown>(
        () => this.http.send("POST", `${this.repo}/labels`, one),
        () => Promise.resolve(undefined), // refused if it exists
      )
      .catch((error: unknown) => {
        if (!isRefusal(error, 422)) throw error; // it exists
      });
    return one.name;
  }
}
