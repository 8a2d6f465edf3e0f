import { cloudConfigParts } from "./cloud-config.ts";
import { isJson, readYaml } from "./keyed.ts";
import { key, server } from "./names.ts";
import { fact, part, type Part } from "./part.ts";
import { scriptParts } from "./script.ts";

/** Maximum nesting of archives. */
const DEPTH = 3;

/** The user data formats of cloud-init, by their first line: https://docs.cloud-init.io/en/latest/explanation/format.html */
export function userDataParts(text: string, depth = DEPTH): Part[] {
  const start = text.trimStart().replace(/^## template: *jinja\s*\n/, "");
  if (/^(Content-Type: *multipart\/|MIME-Version:)/im.test(start.split(/\r?\n\r?\n/, 1)[0] ?? "")) return archive(start, depth);
  if (start.startsWith("#cloud-config-archive")) return listed(start, depth);
  if (start.startsWith("#cloud-config") || start.startsWith("#cloud-config-jsonp")) return cloudConfigParts(start);
  if (start.startsWith("#include"))
    return start
      .split("\n")
      .slice(1)
      .filter((line) => line.trim() !== "")
      .map(included);
  if (start.startsWith("#!") || start.startsWith("#cloud-boothook") || start.startsWith("#part-handler")) return scriptParts(start);
  return [part("text", "", text)];
}

const included = (line: string): Part => part("included text", server(line.trim()), line);

const TYPES: Readonly<Record<string, string>> = {
  "text/cloud-config": "#cloud-config",
  "text/jinja2": "#cloud-config",
  "text/cloud-config-archive": "#cloud-config-archive",
  "text/x-shellscript": "#!",
  "text/cloud-boothook": "#cloud-boothook",
  "text/x-include-url": "#include",
};

/** One text of an archive, by its declared type, else by its first line. */
function typed(type: string, content: string, name: string, depth: number): Part[] {
  const beginning = TYPES[type.toLowerCase()];
  if (beginning === undefined && !content.startsWith("#")) return [part("attachment", name, content, [fact("type", mime(type))])];
  if (depth <= 0) return [part("attachment", name, content)];
  if (beginning === "#!") return scriptParts(content, name);
  return userDataParts(
    beginning === undefined || content.trimStart().startsWith(beginning) ? content : `${beginning}\n${content}`,
    depth - 1,
  );
}

const mime = (type: string): string | undefined => (/^[a-z]+\/[a-z0-9.+-]{1,60}$/i.test(type) ? type : undefined);

/** MIME: RFC 2046. */
function archive(text: string, depth: number): Part[] {
  const [head = "", ...rest] = text.split(/\r?\n\r?\n/);
  const boundary = /boundary="?([^"\s;]+)"?/i.exec(head)?.[1];
  if (boundary === undefined) return [part("text", "", text)];
  const pieces = rest.join("\n\n").split(`--${boundary}`).slice(1);
  return pieces.flatMap((piece) => {
    if (piece.startsWith("--")) return [];
    const [header = "", ...body] = piece.replace(/^\r?\n/, "").split(/\r?\n\r?\n/);
    const raw = body.join("\n\n");
    const encoded = /^Content-Transfer-Encoding: *base64/im.test(header);
    const type = /^Content-Type: *([^;\s]+)/im.exec(header)?.[1] ?? "";
    const name = /filename="?([^"\s;]+)"?/i.exec(header)?.[1];
    return typed(type, encoded ? Buffer.from(raw, "base64").toString("utf8") : raw, key(name), depth);
  });
}

/** `#cloud-config-archive`: a list of texts, or of mappings with type and content. */
function listed(text: string, depth: number): Part[] {
  const data = readYaml(text);
  if (!Array.isArray(data)) return [part("text", "", text)];
  return data.flatMap((one: unknown) => {
    if (typeof one === "string") return typed("", one, "", depth);
    const { type, content, filename } = isJson(one) ? one : {};
    return typeof content === "string"
      ? typed(typeof type === "string" ? type : "", content, key(filename), depth)
      : [part("text", "", one)];
  });
}
