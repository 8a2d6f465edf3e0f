/** A lock file and its text. */
export interface LockFile {
  /** Its name, for people. */
  readonly file: string;
  /** Where it is written. Default: nowhere. */
  readonly path?: string;
  /** Default: there is no such file yet. */
  readonly text?: string;
}

/** `fleet.lock.yaml` of `fleet.yaml`. */
export const lockFileOf = (path: string): string => path.replace(/(\.ya?ml)?$/, ".lock.yaml");
