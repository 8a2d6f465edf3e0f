import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { boolean, group, integer, list, table, text, texts } from "../../../model/table.ts";
import { isValues, UNKNOWN, type Values } from "../../../model/values.ts";
import { DiagnosticsError, type DataSource, type Provider, type Resource } from "../../../provider/protocol/resource.ts";

/** A provider whose objects are JSON files in one folder: real effects, no host. */

const providerTable = table({
  type: "toy",
  element: "",
  doc: "Files in a folder.",
  change: "none",
  fields: { folder: text("", { required: true }), token: text("", { sensitive: true }) },
});

export const noteTable = table({
  type: "toy_note",
  element: "",
  doc: "One file.",
  change: "live",
  fields: {
    id: text("", { computed: true }),
    name: text("", { required: true, doc: "The file's name." }),
    size: integer("", { optional: true, computed: true }),
    secret: text("", { sensitive: true }),
    pinned: boolean(),
    tags: texts("", { set: true }),
    lines: texts(""),
    author: group("", { name: text("", { required: true }), mood: text("", { computed: true, optional: true }), anonymous: group("", {}) }),
    pages: list("", { number: integer("", { required: true }), title: text("") }),
    behaviour: text(""),
  },
});

interface Folder {
  readonly path: string;
}

function textOf(values: Values, name: string): string {
  const value = values[name];
  return typeof value === "string" ? value : "";
}

const fileOf = (folder: Folder, values: Values): string => join(folder.path, `${textOf(values, "name")}.json`);

const finish = (planned: Values, folder: Folder): Values => {
  const { author } = planned;
  return {
    ...planned,
    id: fileOf(folder, planned),
    size: planned["size"] === UNKNOWN ? textOf(planned, "name").length : (planned["size"] ?? null),
    author: isValues(author) ? { ...author, mood: author["mood"] === UNKNOWN ? "calm" : (author["mood"] ?? null) } : null,
  };
};

const note: Resource<Folder> = {
  table: noteTable,
  validate(config) {
    if (config["name"] !== "forbidden") return [];
    return [{ severity: "error", summary: "This name is taken", detail: "forbidden is reserved", path: ["name"] }];
  },
  async plan({ prior, proposed, config }, context) {
    const { author } = proposed;
    if (config["behaviour"] === "warn") context.warn({ summary: "Careful", detail: "the test asked for it", path: ["behaviour"] });
    if (prior !== null) return { planned: proposed, replace: prior["name"] === proposed["name"] ? [] : [["name"]] };
    context.setPrivate({ planned: true });
    return {
      planned: {
        ...proposed,
        id: UNKNOWN,
        size: config["size"] ?? UNKNOWN,
        author: isValues(author) ? { ...author, mood: author["mood"] ?? UNKNOWN } : null,
      },
    };
  },
  async planDestroy(prior) {
    if (prior["behaviour"] !== "protected") return;
    throw new DiagnosticsError([{ severity: "error", summary: "The note is protected", path: ["behaviour"] }]);
  },
  async create(planned, _config, context) {
    const state = finish(planned, context.client);
    if (planned["behaviour"] === "fail") throw new Error("disk on fire", { cause: new Error("a match") });
    writeFileSync(fileOf(context.client, planned), JSON.stringify(state));
    if (planned["behaviour"] === "half") {
      context.keep({ ...planned, id: state["id"] ?? null });
      throw new DiagnosticsError([{ severity: "error", summary: "Only half was written", path: ["pages", 0, "title"] }]);
    }
    if (planned["behaviour"] === "slow") {
      context.keep(state);
      appendFileSync(join(context.client.path, "started"), String(process.pid));
      await delay(30_000, undefined, { signal: context.signal });
    }
    if (planned["behaviour"] === "print") console.log("this is not a handshake");
    if (planned["behaviour"] === "stray") {
      context.keep(state);
      setTimeout(() => {
        throw new Error("a stray error");
      }, 1);
      await delay(30_000, undefined, { ref: false });
    }
    return state;
  },
  async read(state, { client }) {
    if (!existsSync(fileOf(client, state))) return null;
    return JSON.parse(readFileSync(fileOf(client, state), "utf8")) as Values;
  },
  async update(_prior, planned, _config, { client }) {
    writeFileSync(fileOf(client, planned), JSON.stringify(finish(planned, client)));
    return finish(planned, client);
  },
  async delete(prior, { client }) {
    if (prior["behaviour"] === "immortal") throw new Error("it would not go");
    rmSync(fileOf(client, prior), { force: true });
  },
  async import(id) {
    return { name: id };
  },
};

const count: DataSource<Folder> = {
  table: table({
    type: "toy_length",
    element: "",
    doc: "How long a text is.",
    change: "none",
    fields: { of: text("", { required: true }), length: integer("", { computed: true }) },
  }),
  async read(config) {
    return { ...config, length: textOf(config, "of").length };
  },
};

export const toy: Provider<Folder> = {
  table: providerTable,
  resources: [note],
  dataSources: [count],
  async configure(config) {
    const path = textOf(config, "folder");
    if (!existsSync(path)) {
      throw new DiagnosticsError([
        { severity: "error", summary: `There is no folder ${path}`, detail: "Make it first.", path: ["folder"] },
      ]);
    }
    appendFileSync(join(path, "configured"), "x");
    return { path };
  },
  async close({ path }) {
    writeFileSync(join(path, "closed"), "");
  },
};
