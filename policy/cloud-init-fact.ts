import { Content } from "../review/masked.ts";
import type { Subject } from "../review/subject.ts";
import { at } from "../review/tree.ts";
import type { CloudInitFact, PasswordLogin } from "./subject.ts";

export function cloudInitFact({ resource, name, after }: Subject): CloudInitFact {
  const text = at(after, "user_data");
  const passwordLogins = text === null ? [] : text instanceof Content ? loginsIn(text) : undefined;
  return { address: resource.address, name, passwordLogins };
}

/** From the parts that a review may show; undefined if the text is in no form that it knows. */
function loginsIn({ parts }: Content): readonly PasswordLogin[] | undefined {
  if (parts.some(({ kind }) => kind === "text" || kind === "included text")) return undefined;
  const fact = (wanted: string, value: string): boolean =>
    parts.some(({ facts }) => facts.some((one) => one.name === wanted && one.value === value));
  const ssh = parts.some(
    ({ kind, name, facts }) => kind === "setting" && name === "ssh_pwauth" && facts.some(({ value }) => value === "on"),
  );
  return [
    ...(ssh ? (["ssh"] as const) : []),
    ...(fact("password login", "allowed") ? (["user"] as const) : []),
    ...(parts.some(({ kind }) => kind === "password") ? (["password"] as const) : []),
  ];
}
