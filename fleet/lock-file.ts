/** A lock file and its text. */
export interface LockFile {
  /** Its name for messages. */
  readonly file: string;
  /** Where to write it. Default: nowhere. */
  readonly path?: string;
  /** Default: the file does not exist yet. */
  readonly text?: string;
}

/** `fleet.lock.yaml` of `fleet.yaml`. */
export const lockFileOf = (path: string): string => path.replace(/(\.ya?ml)?$/, ".lock.yaml");
