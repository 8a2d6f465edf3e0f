import { isMap, isScalar, isSeq, visit, type Node, type Scalar } from "yaml";
import { rememberSecrets, SECRET_MIN } from "../../model/hidden.ts";
import { nearest } from "../../model/spelling.ts";
import type { Fault } from "../../model/file-error.ts";
import type { FleetProblem } from "../errors.ts";
import { variableFault } from "./faults.ts";
import type { SourceText } from "../../source/index.ts";

const REFERENCE = /\$\{(env|secret)\.([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** The environment; `null`: the file may not use any of it. */
export type Environment = Readonly<Record<string, string | undefined>> | null;

interface FilledIn {
  readonly problems: readonly FleetProblem[];
  /** The texts with variables as they are in the file; messages show these, not the values. */
  readonly texts: ReadonlyMap<Node, string>;
  /** Texts that lack a variable. */
  readonly unset: ReadonlySet<Node>;
}

/** Replaces `${env.NAME}` and `${secret.NAME}` in the document with their values. */
export function fillIn(source: SourceText, environment: Environment): FilledIn {
  const problems: FleetProblem[] = [];
  const texts = new Map<Node, string>();
  const unset = new Set<Node>();
  const plain = plainNames(source);
  visit(source.document, {
    Scalar: (key, node) => {
      if (key === "key" || typeof node.value !== "string" || !/\$\{(env|secret)\./.test(node.value)) return;
      const text = node.value;
      node.value = text.replaceAll(REFERENCE, (whole: string, kind: "env" | "secret", name: string, otherwise: string | undefined) => {
        const value = valueOf({ kind, name, otherwise, isPlain: kind === "env" && plain.has(name) }, environment);
        if (typeof value === "string") return value;
        unset.add(node);
        problems.push(problemIn(source, node, whole, value));
        return whole;
      });
      if (!unset.has(node)) texts.set(node, text);
    },
  });
  return { problems, texts, unset };
}

interface Reference {
  readonly kind: "env" | "secret";
  readonly name: string;
  readonly otherwise: string | undefined;
  /** Declared as not secret. */
  readonly isPlain: boolean;
}

function valueOf({ kind, name, otherwise, isPlain }: Reference, environment: Environment): string | Fault {
  if (environment === null) return variableFault.forbidden();
  if (kind === "secret" && otherwise !== undefined) return variableFault.secretDefault(name);
  const value = environment[name];
  if (value === undefined) {
    if (otherwise !== undefined) return otherwise;
    const names = Object.keys(environment).filter((one) => one.length > 2);
    return variableFault.unset(name, kind, name.length > 2 ? nearest(name, names) : undefined);
  }
  if (isPlain) return value;
  if (value.trim().length < SECRET_MIN)
    return variableFault.short(
      name,
      SECRET_MIN,
      kind === "secret" ? "use 12 characters or more for a password" : `if it is not a secret, declare it: plainEnv: [${name}]`,
    );
  rememberSecrets([value]);
  return value;
}

/** At the reference itself, if the text has it on its own. */
function problemIn(source: SourceText, node: Scalar, reference: string, fault: Fault): FleetProblem {
  const range = source.rangeOf(node);
  const start = source.text.indexOf(reference, range[0]);
  return source.problemAt(start >= 0 && start < range[1] ? [start, start + reference.length] : range, fault);
}

/** The variables that the file declares as not secret. */
function plainNames({ document: { contents } }: SourceText): ReadonlySet<string> {
  const names = isMap(contents) ? contents.get("plainEnv", true) : undefined;
  return new Set(isSeq(names) ? names.items.flatMap((one) => (isScalar(one) ? [String(one.value)] : [])) : []);
}
