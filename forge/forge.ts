/** What runs the forge's API; Forgejo speaks Gitea's. */
export type ForgeKind = "github" | "gitlab" | "gitea";

export interface Note {
  readonly id: number;
  readonly body: string;
  /** Whether this token's user wrote it: a marker in the text of somebody else proves nothing. */
  readonly mine: boolean;
}

export interface Issue extends Note {
  readonly number: number;
}

export interface Label {
  readonly name: string;
  /** `d73a4a` */
  readonly color: string;
  readonly description: string;
}

export interface CommitStatus {
  /** What identifies it: `cdkvm`. */
  readonly name: string;
  readonly ok: boolean;
  readonly description: string;
  /** Where more is. */
  readonly url?: string | undefined;
}

/** One repository on a forge. `request` is the number of a pull or merge request. */
export interface Forge {
  /** How many characters a comment may have. */
  readonly limit: number;
  /** Creates something, once: if the answer is lost, looks for it before it is tried again. */
  create<T>(post: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T>;
  comments(request: number): Promise<readonly Note[]>;
  addComment(request: number, body: string): Promise<Note>;
  editComment(request: number, id: number, body: string): Promise<void>;
  labels(request: number): Promise<readonly string[]>;
  /** Creates missing labels. */
  addLabels(request: number, labels: readonly Label[]): Promise<void>;
  removeLabel(request: number, name: string): Promise<void>;
  setStatus(sha: string, status: CommitStatus): Promise<void>;
  /** The open issues with the label. */
  issues(label: string): Promise<readonly Issue[]>;
  /** Creates the label if it is missing. */
  openIssue(title: string, body: string, label: Label): Promise<Issue>;
  editIssue(issue: number, body: string): Promise<void>;
  closeIssue(issue: number, body: string): Promise<void>;
}
