import { group, integer, list, presence, text, type Fields } from "../table.ts";

export const memoryBacking: Fields = {
  memory_huge_pages: group("hugepages", {
    hugepages: list(
      "page",
      {
        size: integer("@size", { required: true, unit: "unit", unitDefault: "KiB" }),
        unit: text("@unit"),
        nodeset: text("@nodeset"),
      },
      { extras: "drift" },
    ),
  }),
  memory_nosharepages: presence("nosharepages"),
  memory_locked: presence("locked"),
  memory_source: group("source", {
    type: text("@type"),
  }),
  memory_access: group("access", {
    mode: text("@mode"),
  }),
  memory_allocation: group("allocation", {
    mode: text("@mode"),
    threads: integer("@threads"),
  }),
  memory_discard: presence("discard"),
};
