import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fenced, html, markdown } from "../../review/escape.ts";
import { constants, create, drift, guest, plan, remove, seed, update, volume } from "./build.ts";
import { markdownOf, pageOf } from "./rendered.ts";

const EVIL = [
  "</details><script>alert(1)</script>",
  "a|b`c`",
  "<!-- --><img src=x onerror=alert(1)>",
  "](javascript:alert(1))",
  "x\n\n# heading\n- item",
  "@everyone #1 **b** _i_ ~~s~~ $x$",
  "```\n</pre>",
  "\u202egnp.exe",
  "&lt;script&gt;",
];

const everywhere = (name: string) =>
  plan(
    [
      create("libvirt_domain.a", guest(name, { title: name, description: `${name}\n${name}` })),
      update(`libvirt_domain.b["${name}"]`, guest(name), { cpu: { mode: name }, name: `${name}2` }),
      remove("libvirt_volume.c", volume(name, 1)),
      create("libvirt_cloudinit_disk.d", seed(name, `#cloud-config\n# ${name}\nhostname: x\n`)),
    ],
    {
      ...constants("libvirt_cloudinit_disk.d"),
      resource_drift: [drift("libvirt_domain.b", guest(name), { title: name })],
      output_changes: {
        [name]: { actions: ["create"], before: null, after: name, after_unknown: false, before_sensitive: false, after_sensitive: false },
      },
    },
  );

describe("a name with markup in it", () => {
  it.each(EVIL)("does not break out of the HTML: %j", (name) => {
    const page = pageOf(everywhere(name), { title: name });
    expect(page).not.toMatch(/<script|<img|<!-- |onerror=alert\(1\)>/);
    const count = (tag: string): number => page.split(tag).length - 1;
    for (const tag of ["details", "pre", "table", "main"]) expect(count(`<${tag}>`) + count(`<${tag} `)).toBe(count(`</${tag}>`));
  });

  it.each(EVIL)("does not break out of the Markdown: %j", (name) => {
    const text = markdownOf(everywhere(name), { title: name });
    // fenced blocks are literal; what stands outside of them is looked at
    const outside = text.replaceAll(/^(`{3,})(?:diff|mermaid)\n[\s\S]*?\n\1$/gm, "");
    expect(outside).not.toMatch(/<script|<img|@everyone|\u202e|\*\*b\*\*|~~s~~|\]\(/);
    expect(outside.match(/<!--/g)).toHaveLength(1);
    expect(outside.match(/<details>/g)?.length).toBe(outside.match(/<\/details>/g)?.length);
    expect(outside.match(/^#+ /gm)?.every((heading) => /^##+ $/.test(heading))).toBe(true);
    for (const row of outside.split("\n").filter((line) => line.startsWith("| <code>")))
      expect([3, 5]).toContain(row.split("|").length - 1);
  });
});

describe("any text", () => {
  it("stays on its line and inside its element (property)", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(markdown(text)).not.toMatch(/[<>|`*[\]\n\\]/);
        expect(html(text)).not.toMatch(/[<>"'`]/);
      }),
    );
  });

  it("cannot close its fence (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("`", "``", "```", "````", "~~~", "\n", "a", " "), { maxLength: 20 }), (parts) => {
        const lines = fenced(parts.join(""), "diff").split("\n");
        const fence = lines.at(-1) ?? "";
        expect(fence).toMatch(/^`{3,}$/);
        expect(lines.slice(1, -1).some((line) => line.trim().startsWith(fence))).toBe(false);
      }),
    );
  });
});
