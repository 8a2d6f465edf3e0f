/** Whether a text fits a pattern, in which `*` stands for any run of characters. */
export const matches = (pattern: string, text: string): boolean => regexOf(pattern).test(text);

const known = new Map<string, RegExp>();

function regexOf(pattern: string): RegExp {
  const found = known.get(pattern);
  if (found) return found;
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const regex = new RegExp(`^${parts.join(".*")}$`, "s");
  known.set(pattern, regex);
  return regex;
}

/** Whether one of the patterns fits an address or a name. */
export const concerns = (patterns: readonly string[], { resource, name }: { readonly resource: string; readonly name: string }): boolean =>
  patterns.some((pattern) => matches(pattern, resource) || matches(pattern, name));
