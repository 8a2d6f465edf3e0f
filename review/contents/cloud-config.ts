import { account, filePath, fileMode, key, owner, packageName, program, server, sshKey, sudo } from "./names.ts";
import { isJson, listOf, readYaml, setting, settings } from "./keyed.ts";
import { fact, hidden, part, type Part, type PartKind } from "./part.ts";

/** `#cloud-config`: https://docs.cloud-init.io/en/latest/reference/modules.html. Any other key is shown by its name. */
export function cloudConfigParts(text: string): Part[] {
  const data = readYaml(text);
  if (!isJson(data)) return [part("text", "", text)];
  return Object.entries(data).flatMap(([name, value]) => {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    return read?.(value) ?? [setting(name, value)];
  });
}

/** `undefined` if the value has an unexpected form: then it is shown by its key. */
type Reader = (value: unknown) => Part[] | undefined;

const ofList =
  (read: (item: unknown) => Part[]): Reader =>
  (value) =>
    Array.isArray(value) ? value.flatMap(read) : undefined;

const commands = (kind: PartKind): Reader => ofList((item) => [part(kind, program(item), item)]);

const keysOf = (value: unknown, whose: string): Part[] =>
  (typeof value === "string" ? [value] : listOf(value)).map((one) =>
    part("SSH key", [sshKey(one), whose].filter(Boolean).join(" of "), one),
  );

const names = (value: unknown): string =>
  (typeof value === "string" ? value.split(",") : listOf(value))
    .map((one) => account(typeof one === "string" ? one.trim() : one))
    .filter(Boolean)
    .join(", ");

const PASSWORDS = ["passwd", "hashed_passwd", "plain_text_passwd"] as const;

function user(item: unknown): Part[] {
  if (!isJson(item)) return [part("user", account(item), item)];
  const name = account(item["name"]);
  const { ssh_authorized_keys: keys, ...rest } = item;
  return [
    part("user", name, rest, [
      fact("sudo", sudo(item["sudo"] ?? item["doas"])),
      fact("groups", names(item["groups"])),
      fact("main group", account(item["primary_group"])),
      fact("shell", filePath(item["shell"])),
      fact("keys of", names(item["ssh_import_id"])),
      hidden(
        "password",
        PASSWORDS.map((one) => item[one]).find((one) => one !== undefined),
      ),
      fact("password login", item["lock_passwd"] === false ? "allowed" : undefined),
    ]),
    ...keysOf(keys, name),
  ];
}

const group = (item: unknown): Part[] =>
  isJson(item)
    ? Object.entries(item).map(([name, members]) => part("group", account(name), members, [fact("members", names(members))]))
    : [part("group", account(item), item)];

function packages(item: unknown): Part[] {
  if (isJson(item)) return Object.values(item).flatMap((value) => listOf(value).flatMap(packages));
  if (Array.isArray(item)) return [part("package", packageName(item[0]), item)];
  return [part("package", packageName(item) || server(item), item)];
}

const file = (item: unknown): Part[] => {
  if (!isJson(item)) return [part("file", "", item)];
  const source = isJson(item["source"]) ? item["source"]["uri"] : undefined;
  return [
    part("file", filePath(item["path"]), item, [
      fact("mode", fileMode(item["permissions"])),
      fact("owner", owner(item["owner"])),
      fact("from", server(source)),
      fact("appended", item["append"] === true ? "yes" : undefined),
      hidden("content", item["content"]),
    ]),
  ];
};

/** `root:secret`, as text or list; or users with name and password. */
function passwords(value: unknown): Part[] | undefined {
  if (!isJson(value)) return undefined;
  const { list, users, ...rest } = value;
  const lines = typeof list === "string" ? list.split("\n").filter((line) => line.trim() !== "") : listOf(list);
  const pairs = lines.map((line) => part("password", account(typeof line === "string" ? (line.split(":", 1)[0] ?? "").trim() : ""), line));
  const told = listOf(users).map((one) => part("password", isJson(one) ? account(one["name"]) : "", one));
  return [...pairs, ...told, ...Object.entries(rest).map(([name, one]) => setting(`chpasswd.${name}`, one))];
}

function sources(prefix: string, inner: string): Reader {
  return (value) => {
    if (!isJson(value)) return undefined;
    const { [inner]: all, ...rest } = value;
    const named = isJson(all) ? Object.entries(all) : listOf(all).map((one, index) => [String(index + 1), one] as const);
    return [...named.map(([name, one]) => part("package source", key(name), one)), ...settings(rest, prefix, 2)];
  };
}

const readers: Readonly<Record<string, Reader>> = {
  users: ofList(user),
  user: (value) => (isJson(value) || typeof value === "string" ? user(value) : undefined),
  groups: (value) => (isJson(value) ? group(value) : Array.isArray(value) ? value.flatMap(group) : undefined),
  ssh_authorized_keys: (value) => keysOf(value, ""),
  ssh_keys: (value) => (isJson(value) ? Object.entries(value).map(([name, one]) => setting(`ssh_keys.${name}`, one)) : undefined),
  packages: ofList(packages),
  write_files: ofList(file),
  runcmd: commands("command"),
  bootcmd: commands("boot command"),
  password: (value) => [part("password", "", value)],
  chpasswd: passwords,
  apt: sources("apt", "sources"),
  yum_repos: (value) => (isJson(value) ? Object.entries(value).map(([name, one]) => part("package source", key(name), one)) : undefined),
  snap: (value) => (isJson(value) ? settings(value, "snap", 2) : undefined),
};
