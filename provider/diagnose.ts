import { messageOf } from "../model/errors.ts";
import { CdkvmError } from "../model/errors.ts";
import type { Field, Fields } from "../model/table.ts";
import { isList, isValues, type Value, type Values, type AttributePath } from "../model/values.ts";
import { LibvirtError } from "../libvirt/errors.ts";
import { DiagnosticsError } from "./protocol/resource.ts";

/** Interprets a libvirt error. The first rule whose pattern matches the message is used. */
export interface Rule {
  readonly pattern: RegExp;
  /** The attribute to blame. @default the attribute whose value the message quotes */
  readonly path?: AttributePath | ((match: RegExpMatchArray, values: Values) => AttributePath | undefined);
  readonly likely?: string | ((match: RegExpMatchArray, values: Values) => string);
  readonly fix?: string | ((match: RegExpMatchArray, values: Values) => string);
}

export interface Refusal {
  /** `start domain web1` */
  readonly doing: string;
  readonly fields: Fields;
  /** What was to be created. */
  readonly values: Values;
  readonly rules?: readonly Rule[];
  /** The attribute to blame if nothing more specific is known. */
  readonly path?: AttributePath;
}

/**
 * Turns a libvirt error into what the engine shows: libvirt's message, at the attribute that holds the value in question, with
 * the likely cause and the fix. Returns any other error unchanged.
 */
export function diagnosed(error: unknown, { doing, fields, values, rules = [], path: fallback }: Refusal): unknown {
  if (!(error instanceof LibvirtError)) return error;
  const message = messageOf(error);
  for (const rule of rules) {
    const match = rule.pattern.exec(message);
    if (match === null) continue;
    const path = typeof rule.path === "function" ? rule.path(match, values) : rule.path;
    const likely = typeof rule.likely === "function" ? rule.likely(match, values) : rule.likely;
    const fix = typeof rule.fix === "function" ? rule.fix(match, values) : rule.fix;
    return explained(error, doing, path ?? blamed(fields, values, message) ?? fallback, likely, fix);
  }
  return explained(error, doing, blamed(fields, values, message) ?? fallback);
}

function explained(error: LibvirtError, doing: string, path: AttributePath | undefined, likely?: string, fix?: string): DiagnosticsError {
  const { summary, detail } = describe({
    code: `LIBVIRT_${error.codeName}`,
    doing,
    problem: error.message,
    ...(likely === undefined ? {} : { likely }),
    ...(fix === undefined ? {} : { fix }),
    cause: error,
  });
  return new DiagnosticsError([{ severity: "error", summary, detail, ...(path === undefined ? {} : { path }) }], { cause: error });
}

/** An error at an attribute. */
export function errorAt(path: AttributePath, details: ConstructorParameters<typeof CdkvmError>[0]): DiagnosticsError {
  return new DiagnosticsError(
    [{ severity: "error", ...describe(details), path }],
    details.cause === undefined ? undefined : { cause: details.cause },
  );
}

const describe = (details: ConstructorParameters<typeof CdkvmError>[0]): { summary: string; detail: string } => ({
  summary: details.problem.trim().split("\n", 1)[0] ?? "",
  detail: new CdkvmError(details).explain(),
});

/**
 * The attribute whose value a message quotes: `Cannot access storage file '/x.qcow2'` concerns the disk with that path. If several
 * match, the longest value wins. Sensitive values are never matched.
 */
export function blamed(fields: Fields, values: Values, message: string): AttributePath | undefined {
  let best: { path: AttributePath; length: number } | undefined;
  const look = (field: Field, value: Value | undefined, path: AttributePath): void => {
    if (field.sensitive === true || value === null || value === undefined) return;
    if (typeof value === "string") {
      if (value.length > (best?.length ?? 1) && mentions(message, value)) best = { path, length: value.length };
    } else if (isList(value)) {
      value.forEach((item, index) => {
        if (typeof item === "string") look({ kind: "text", at: "" }, item, [...path, index]);
        else if (isValues(item) && field.kind === "list") walk(field.fields, item, [...path, index]);
      });
    } else if (isValues(value) && field.kind === "group") walk(field.fields, value, path);
  };
  const walk = (inner: Fields, of: Values, path: AttributePath): void => {
    for (const [name, field] of Object.entries(inner)) look(field, of[name], [...path, name]);
  };
  walk(fields, values, []);
  return best?.path;
}

/** A path may appear bare in a message; other values count only if quoted or at the end of a `for` or `interface` phrase. */
function mentions(message: string, value: string): boolean {
  for (let from = message.indexOf(value); from >= 0; from = message.indexOf(value, from + 1)) {
    const before = message[from - 1] ?? " ";
    const after = message[from + value.length] ?? " ";
    if (/['"`]/.test(before) && /['"`]/.test(after)) return true;
    if (value.startsWith("/") && !/[\w/.-]/.test(before) && /[\s:,;)\]'"]/.test(after)) return true;
    if (/\b(for|interface|device|network|pool|volume|bridge|filter) $/.test(message.slice(0, from)) && /[\s:,;.)]/.test(after)) return true;
  }
  return false;
}
