import type { RawState } from "./state.ts";

/** One object in a state, reduced to its identifying attributes; others may be secret. */
export interface StateObject {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const IDENTIFYING = ["id", "uuid", "key", "name"] as const;

interface RawResource {
  readonly mode?: string;
  readonly type?: string;
  readonly instances?: readonly { readonly attributes?: Readonly<Record<string, unknown>> }[];
}

/** The managed objects in a state. */
export const stateObjects = (state: RawState | undefined): readonly StateObject[] =>
  ((state?.resources ?? []) as readonly RawResource[]).flatMap(({ mode, type = "", instances = [] }) =>
    mode !== "managed"
      ? []
      : instances.map(({ attributes = {} }) => ({
          type,
          attributes: Object.fromEntries(
            IDENTIFYING.flatMap((name) => (typeof attributes[name] === "string" ? [[name, attributes[name]]] : [])),
          ),
        })),
  );
