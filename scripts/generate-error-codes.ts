/**
 * Writes `docs/guide/error-codes.md` from the errors in the code: each code with its problem and fix.
 *
 *     node scripts/generate-error-codes.ts [--check]
 */
import { parseSync } from "@swc/core";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeOrCheck } from "./generated.ts";
import { entrance, rooms } from "./rooms.ts";

const root = join(import.meta.dirname, "..");
const folders = [...new Set(Object.keys(rooms).map((room) => room.split("/")[0] ?? room)), entrance.name];

/** The parts of swc's syntax tree used here. */
interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const one of value) walk(one, visit);
  else if (isNode(value)) {
    visit(value);
    for (const inner of Object.values(value)) walk(inner, visit);
  }
}

/** The text of an expression; parts known only at run time become an ellipsis. */
function textOf(node: unknown, constants: ReadonlyMap<string, unknown>): string {
  if (!isNode(node)) return "";
  const of = (inner: unknown): string => textOf(inner, constants);
  switch (node.type ?? "") {
    case "StringLiteral":
      return String(node.value);
    case "TemplateLiteral": {
      const { quasis, expressions } = node as unknown as { quasis: { cooked: string }[]; expressions: unknown[] };
      return quasis.map(({ cooked }, index) => cooked + (index < expressions.length ? short(of(expressions[index])) : "")).join("");
    }
    case "BinaryExpression":
      return of(node["left"]) + of(node["right"]);
    case "ParenthesisExpression":
      return of(node["expression"]);
    case "ConditionalExpression": {
      const sides = [of(node["consequent"]), of(node["alternate"])].filter((side) => side !== "…" && side !== "");
      return sides.join(" / ") || "…";
    }
    case "Identifier":
      if (!constants.has(String(node.value))) return node.value === "undefined" ? "" : "…";
      return textOf(constants.get(String(node.value)), new Map([...constants].filter(([name]) => name !== node.value)));
    default:
      return "…";
  }
}

/** A text inserted into another: a whole sentence would look like it always applies. */
const short = (text: string): string => (text.length > 40 || text.includes(" / ") ? "…" : text);

const literal = (value: string): Node => ({ type: "StringLiteral", value });

interface Site {
  readonly code: string;
  readonly problem: string;
  readonly likely: string;
  readonly fix: string;
}

/** `const refuse = (problem, fix) => new CdkvmError({ ... })`: its calls contain the error's text. */
function helperOf(node: Node): { readonly made?: Node; readonly params: readonly string[] } {
  const body = node["body"];
  if (node.type !== "ArrowFunctionExpression" || !isNode(body) || body.type !== "NewExpression") return { params: [] };
  const [argument] = body["arguments"] as { expression: Node }[];
  const params = (node["params"] as Node[]).map((one) => String(one.value));
  return argument?.expression.type === "ObjectExpression" ? { made: argument.expression, params } : { params };
}

function sitesOf(path: string): Site[] {
  const tree = parseSync(readFileSync(path, "utf8"), { syntax: "typescript" });
  const constants = new Map<string, unknown>();
  const helpers = new Map<string, { readonly made: Node; readonly params: readonly string[] }>();
  walk(tree.body, (node) => {
    if (node.type !== "VariableDeclarator" || !isNode(node["id"]) || !isNode(node["init"])) return;
    const { made, params } = helperOf(node["init"]);
    if (made) helpers.set(String(node["id"].value), { made, params });
    if (node["init"].type === "StringLiteral" || node["init"].type === "TemplateLiteral")
      constants.set(String(node["id"].value), node["init"]);
  });
  const sites: Site[] = [];
  const read = (node: Node, bound: ReadonlyMap<string, unknown>): void => {
    const properties = new Map<string, unknown>();
    for (const property of node["properties"] as Node[]) {
      if (property.type === "KeyValueProperty" && isNode(property["key"])) properties.set(String(property["key"].value), property.value);
      else if (property.type === "Identifier") properties.set(String(property.value), property);
    }
    const text = (name: string): string => textOf(properties.get(name), bound).trim();
    const codes = text("code")
      .split(" / ")
      .filter((code) => /^CDKVM_[A-Z_]+$/.test(code));
    for (const code of codes) sites.push({ code, problem: text("problem"), likely: text("likely"), fix: text("fix") });
  };
  walk(tree.body, (node) => {
    if (node.type === "ObjectExpression") read(node, constants);
    else if (node.type === "CallExpression" && isNode(node["callee"])) {
      const helper = helpers.get(String(node["callee"].value));
      const given = node["arguments"] as { expression: unknown }[];
      if (helper)
        read(
          helper.made,
          new Map([
            ...constants,
            ...helper.params.map((name, index) => [name, literal(textOf(given[index]?.expression, constants))] as const),
          ]),
        );
    }
  });
  return sites;
}

const sites = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => globSync("**/*.ts", { cwd: join(root, folder) }).map((file) => join(root, folder, file)))
  .sort()
  .flatMap(sitesOf);
const codes = [...new Set(sites.map(({ code }) => code))].sort();
if (codes.length < 50) throw new Error(`found only ${codes.length} error codes`);

const cell = (text: string): string => text.replace(/…+/g, "…").replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
const unique = (texts: readonly string[]): string => [...new Set(texts.filter((text) => /[a-z]/i.test(text)))].map(cell).join("<br>");
const rows = codes.map((code) => {
  const of = sites.filter((site) => site.code === code);
  const causes = of.map(({ problem, likely }) =>
    [/[a-z]/i.test(problem) ? problem : "", likely && `likely: ${likely}`].filter(Boolean).join("; "),
  );
  return `| \`${code}\` | ${unique(causes)} | ${unique(of.map(({ fix }) => fix))} |`;
});

const page = `<!-- Generated by scripts/generate-error-codes.ts from the errors in the code. Do not edit. -->

# Error codes

Every error that a user can fix has a code, which stays the same when the wording changes. \`…\` stands for what is known only when
the error occurs. \`--json\` prints the same fields as data.

| code | problem and likely cause | fix |
| --- | --- | --- |
${rows.join("\n")}

Codes that begin with \`LIBVIRT_\` are libvirt's own (<https://libvirt.org/html/libvirt-virterror.html>): \`LIBVIRT_NO_STORAGE_VOL\`
is \`VIR_ERR_NO_STORAGE_VOL\`.
`;
writeOrCheck(join(root, "docs/guide"), new Map([["error-codes.md", page]]), [], "scripts/generate-error-codes.ts");
