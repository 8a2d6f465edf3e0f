import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../stacks/own-package.ts";

/** Forges for which there are CI files. */
export const ciForges = ["github", "gitlab", "forgejo"] as const;

/** The CI files of a forge, by their paths in a repository. */
export function ciFiles(forge: (typeof ciForges)[number]): Readonly<Record<string, string>> {
  const templates = join(packageFolder(), "templates");
  if (forge === "gitlab") return { ".gitlab/cdkvm.yml": withDefaults(readFileSync(join(templates, "cdkvm.yml"), "utf8")) };
  const names = globSync("*.yml", { cwd: join(templates, forge) }).toSorted();
  return Object.fromEntries(names.map((name) => [`.${forge}/workflows/${name}`, readFileSync(join(templates, forge, name), "utf8")]));
}

/** A GitLab component as a file of one's own: without its header, with the defaults of its inputs. */
function withDefaults(component: string): string {
  const [header = "", jobs = ""] = component.split(/^---\n/m);
  const defaults = new Map([...header.matchAll(/^ {4}([\w-]+):\n {6}default: (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
  return jobs.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (whole, name: string) => defaults.get(name) ?? whole);
}
