import type { Change, Fields, Table } from "../../model/table.ts";
import { nested, readOnly } from "./page.ts";

const classes: readonly Change[] = ["live", "restart", "replace", "none"];

/** The class that everything in a structure has, if it is one. */
function uniform(fields: Fields, inherited: Change): Change | undefined {
  const found = new Set<Change | undefined>();
  for (const field of Object.values(fields)) {
    if (readOnly(field)) continue;
    const change = field.change ?? inherited;
    const inner = nested(field);
    if (field.kind === "list") found.add(change);
    found.add(inner ? uniform(inner, change) : change);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

function collect(fields: Fields, inherited: Change, prefix: string, found: Map<Change, string[]>): void {
  for (const [name, field] of Object.entries(fields)) {
    if (readOnly(field)) continue;
    const change = field.change ?? inherited;
    const path = `${prefix}${name}${field.kind === "list" ? "[]" : ""}`;
    const inner = nested(field);
    const all = inner ? uniform(inner, change) : change;
    const put = (of: Change, text: string): void => void found.set(of, [...(found.get(of) ?? []), text]);
    if (all !== undefined && (field.kind !== "list" || all === change)) put(all, inner ? `${path}.*` : path);
    else if (inner) {
      if (field.kind === "list") put(change, path);
      collect(inner, change, `${path}.`, found);
    }
  }
}

/** What a change of each attribute does, by class; a structure whose attributes are all of one class is one entry. */
export function renderChanges(banner: string, tables: readonly Table[]): string {
  const sections = tables.map((table) => {
    const found = new Map<Change, string[]>();
    collect(table.fields, table.change, "", found);
    const rows = classes.flatMap((one) => {
      const paths = found.get(one);
      return paths ? [`| ${one} | ${paths.map((path) => `\`${path}\``).join(", ")} |`] : [];
    });
    return `## ${table.type}\n\n| class | attributes |\n| --- | --- |\n${rows.join("\n")}\n`;
  });
  return `${banner}
# What a change does to a running guest

Each attribute has a class in its table in \`model/\`; the embedded provider acts on it, and the plan and the review name it.

| class | meaning |
| --- | --- |
| live | the running guest, network or volume is changed, and its definition with it; nothing stops |
| restart | the definition changes at once; what runs is stopped and started again, what does not run stays off |
| replace | only a new object can have it: the old one is deleted |
| none | libvirt does not see it: how to wait, how to stop, whether to start with the host |

\`x.*\` is everything in \`x\`. \`x[]\` is the list itself: an item that comes or goes. The class of two attributes hangs on their
value too: a disk's \`source\` is changed live where the disk is a CD drive or a floppy drive, an interface's where it stays among
networks and bridges; else the guest restarts.

The pages of the [reference](reference/README.md) give the class of every attribute one by one.

${sections.join("\n")}`;
}
