import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A block of TypeScript in a page. */
export interface Snippet {
  /** `docs/guide/vms.md:12` */
  readonly where: string;
  /** A whole program: the block itself, or with what the guide's snippets take for granted around it. */
  readonly program: string;
}

/** What the guide says that its snippets continue (docs/guide/vms.md). */
const given: Readonly<Record<string, string>> = {
  lan: `const lan = new cdkvm.Network(host, "given-lan", { ipv4: "10.0.0.0/24" });`,
  debian: `const debian = new cdkvm.Image(host, "given-debian", { url: "https://images.example.org/debian.qcow2" });`,
  key: `const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA you@example";`,
};

const uses = (text: string, name: string): boolean => new RegExp(`(?<![.\\w"/-])${name}(?![\\w"-]|:)`).test(text);

function wholeProgram(text: string, exported: readonly string[]): string {
  if (/^import .* from "cdkvm/m.test(text)) return text;
  return [
    `import * as cdkvm from "cdkvm";`,
    `import { ${exported.filter((name) => uses(text, name)).join(", ")} } from "cdkvm";`,
    `const app = new cdkvm.App();`,
    `const host = new cdkvm.HostStack(app, "given");`,
    ...Object.entries(given).flatMap(([name, declaration]) => (uses(text, name) ? [declaration] : [])),
    `{`,
    text,
    `}`,
    `app.synth();`,
    "",
  ].join("\n");
}

/** Every block of TypeScript in the pages. `exported` are the names that a program can import from cdkvm. */
export function snippetsOf(pages: readonly string[], exported: readonly string[]): Snippet[] {
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ index, 1: block = "" }) => ({
      where: `${page}:${text.slice(0, index).split("\n").length}`,
      program: wholeProgram(block, exported),
    }));
  });
}

/** Every fleet file in the pages. */
export function fleetFilesOf(pages: readonly string[]): { readonly where: string; readonly text: string }[] {
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)]
      .filter(([, block = ""]) => /^hosts:/m.test(block))
      .map(({ index, 1: block = "" }) => ({ where: `${page}:${text.slice(0, index).split("\n").length}`, text: block }));
  });
}
