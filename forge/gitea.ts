import { isRefusal } from "./errors.ts";
import type { Label } from "./forge.ts";
import { Hub } from "./hub.ts";

interface GiteaLabel {
  readonly id: number;
  readonly name: string;
}

/** Gitea and Forgejo: https://docs.gitea.com/api. Labels go by their ids there. */
export class Gitea extends Hub {
  protected readonly page = "limit=50";

  /** A job's own token has no user to ask for; its comments are by Actions, which Gitea numbers -2. */
  protected isApps({ user }: { readonly user: { readonly id: number } | null }): boolean {
    return user?.id === -2;
  }

  async addLabels(request: number, labels: readonly Label[]): Promise<void> {
    const ids: number[] = [];
    for (const one of labels) ids.push(await this.label(one));
    await this.http.create<unknown>(
      () => this.http.send("POST", `${this.repo}/issues/${request}/labels`, { labels: ids }),
      async () => {
        const there = await this.labels(request);
        return labels.every(({ name }) => there.includes(name)) || undefined;
      },
    );
  }

  async removeLabel(request: number, name: string): Promise<void> {
    const label = await this.#find(name);
    if (label === undefined) return;
    await this.http.send("DELETE", `${this.repo}/issues/${request}/labels/${label.id}`).catch((error: unknown) => {
      if (!isRefusal(error, 404)) throw error; // it is gone already
    });
  }

  /** Gitea does not refuse a second label of the same name, so it is looked for first. */
  protected async label(one: Label): Promise<number> {
    const label =
      (await this.#find(one.name)) ??
      (await this.http.create(
        async () => (await this.http.send("POST", `${this.repo}/labels`, { ...one, color: `#${one.color}` })) as GiteaLabel,
        () => this.#find(one.name),
      ));
    return label.id;
  }

  async #find(name: string): Promise<GiteaLabel | undefined> {
    return (await this.http.list<GiteaLabel>(`${this.repo}/labels?${this.page}`)).find((one) => one.name === name);
  }
}
