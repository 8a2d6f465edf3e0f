import { describe, expect, it } from "vitest";
import { group, integer, list, table, text, variant, type Fields } from "../../model/table.ts";
import { renderChanges } from "../../scripts/reference/changes.ts";
import { Page } from "../../scripts/reference/page.ts";

const address: Fields = { type: text("@type"), bus: integer("@bus"), slot: integer("@slot") };
const toy = table({
  type: "libvirt_toy",
  element: "toy",
  doc: "A toy: https://libvirt.org/formattoy.html",
  change: "restart",
  fields: {
    name: text("name", { required: true, change: "replace", doc: "Its name." }),
    uuid: text("uuid", { computed: true }),
    memory: integer("memory", { unit: "memory_unit", unitDefault: "KiB" }),
    memory_unit: text("memory/@unit"),
    wheels: list("wheel", { size: integer("@size"), address: group("address", address) }, { key: ["size"], change: "live" }),
    motor: group("motor", {
      address: group("address", address),
      file: variant("@type", "file", { path: text("source/@path", { same: "path" }) }),
    }),
  },
});

describe("a page of the reference", () => {
  const page = new Page(toy, false).render("<!-- banner -->\n");

  it("says of each attribute what it is, what changing it does, and where it is in the XML", () => {
    expect(page).toContain("| `name` | string, **required** | replace | `name` | Its name. |");
    expect(page).toContain("| `memory` | number | restart | `memory` | In `memory_unit`, KiB without one. |");
    expect(page).toContain("| `uuid` | string, read-only |  | `uuid` |  |");
    expect(page).toContain("A toy: <https://libvirt.org/formattoy.html>");
  });

  it("describes a shared structure once, and its class where it is used", () => {
    expect(page.match(/^## .*address$/gm)).toEqual(["## wheels[].address"]);
    expect(page).toContain("The same structure is used at `motor.address` (restart).");
    expect(page).toContain("| `bus` | number | inherited | `@bus` |  |");
    expect(page).toContain("| [`motor.address`](#wheelsaddress) | object | restart | `motor/address` |  |");
  });

  it("inlines small structures, and says which alternative of a union they are", () => {
    expect(page).toContain("| `motor.file.path` | string | restart | `motor/source/@path` where `@type` is `file` |");
  });
});

describe("the table of change classes", () => {
  const changes = renderChanges("", [toy], {
    cases: [
      { type: "libvirt_toy", attribute: "wheels[]", change: "live", name: "a wheel more" },
      { type: "libvirt_toy", attribute: "motor.file.path", change: "restart", name: "another motor" },
    ],
    drawn: [{ type: "libvirt_toy", attribute: "memory", change: "restart" }],
  });

  it("merges equal structures, and omits read-only attributes", () => {
    expect(changes).toContain("| `wheels[]` | live | a wheel more |");
    expect(changes).toContain("| `wheels[].address.*` | live | as a wheel more |");
    expect(changes).not.toContain("`uuid`");
  });

  it("names the test of the attribute or of its neighbour, or says that it is only planned", () => {
    expect(changes).toContain("| `memory` | restart | *drawn* |");
    expect(changes).toContain("| `motor.file.*` | restart | another motor |");
    expect(changes).toContain("| `motor.address.*` | restart | as another motor |");
    expect(changes).toContain("| `name` | replace | *planned* |");
  });
});
