import { account, filePath, fileMode, key, option, server, sshKey, unit } from "./names.ts";
import { isJson, type Json, listOf, readYaml, settings } from "./keyed.ts";
import { fact, hidden, part, type Part } from "./part.ts";

/** Ignition: https://coreos.github.io/ignition/specs/. Any other section is shown by its keys. */
export function ignitionParts(text: string): Part[] {
  const data = readYaml(text);
  if (!isJson(data)) return [part("text", "", text)];
  const { passwd, storage, systemd, kernelArguments, ignition, ...rest } = data;
  return [
    ...inSection("passwd", passwd, { users: user, groups: (one) => part("group", account(one["name"]), one) }),
    ...inSection("storage", storage, storageReaders),
    ...inSection("systemd", systemd, { units: systemdUnit }),
    ...kernel(kernelArguments),
    ...ignitionSection(ignition),
    ...settings(rest, "", 2),
  ];
}

type ItemReader = (item: Json) => Part | readonly Part[];

/** A section's lists item by item, everything else by its keys. */
function inSection(name: string, section: unknown, readers: Readonly<Record<string, ItemReader>>): Part[] {
  if (section === undefined) return [];
  if (!isJson(section)) return settings({ [name]: section }, "", 1);
  return Object.entries(section).flatMap(([list, items]) => {
    const read = Object.hasOwn(readers, list) ? readers[list] : undefined;
    if (read === undefined || !Array.isArray(items)) return settings({ [list]: items }, name, 2);
    return items.flatMap((item: unknown) => (isJson(item) ? read(item) : [part("text", "", item)]));
  });
}

function user(item: Json): Part[] {
  const { sshAuthorizedKeys: keys, ...rest } = item;
  const name = account(item["name"]);
  const groups = listOf(item["groups"]).map(account).filter(Boolean).join(", ");
  return [
    part("user", name, rest, [
      fact("groups", groups),
      fact("shell", filePath(item["shell"])),
      hidden("password", item["passwordHash"]),
      fact("removed", item["shouldExist"] === false ? "yes" : undefined),
    ]),
    ...listOf(keys).map((one) => part("SSH key", [sshKey(one), name].filter(Boolean).join(" of "), one)),
  ];
}

const nameOf = (value: unknown): string => (isJson(value) ? account(value["name"]) || account(value["id"]) : "");

const node = (item: Json): ReturnType<typeof fact>[] => [
  fact("mode", fileMode(item["mode"])),
  fact("owner", nameOf(item["user"])),
  fact("group", nameOf(item["group"])),
];

const storageReaders: Readonly<Record<string, ItemReader>> = {
  files: (item) => {
    const contents = isJson(item["contents"]) ? item["contents"]["source"] : undefined;
    return part("file", filePath(item["path"]), item, [
      ...node(item),
      fact("from", server(contents)),
      hidden("content", [item["contents"], item["append"]].some((one) => one !== undefined) ? [item["contents"], item["append"]] : null),
    ]);
  },
  directories: (item) => part("directory", filePath(item["path"]), item, node(item)),
  links: (item) => part("link", filePath(item["path"]), item, [fact("to", filePath(item["target"]))]),
  filesystems: (item) =>
    part("file system", filePath(item["device"]), item, [fact("format", key(item["format"])), fact("on", filePath(item["path"]))]),
  disks: (item) => part("disk", filePath(item["device"]), item, [fact("wiped", item["wipeTable"] === true ? "yes" : undefined)]),
  raid: (item) => part("RAID", key(item["name"]), item),
  luks: (item) => part("encrypted volume", key(item["name"]), item),
};

const systemdUnit: ItemReader = (item) => [
  part("unit", unit(item["name"]), item, [
    fact("enabled", typeof item["enabled"] === "boolean" ? (item["enabled"] ? "yes" : "no") : undefined),
    fact("masked", item["mask"] === true ? "yes" : undefined),
    fact(
      "drop-ins",
      listOf(item["dropins"])
        .map((one) => (isJson(one) ? unit(one["name"]) : ""))
        .filter(Boolean)
        .join(", "),
    ),
    hidden("content", [item["contents"], item["dropins"]].some((one) => one !== undefined) ? [item["contents"], item["dropins"]] : null),
  ]),
];

function kernel(section: unknown): Part[] {
  if (!isJson(section)) return [];
  return Object.entries(section).flatMap(([list, all]) =>
    listOf(all).map((one) =>
      part("kernel argument", kernelArgument(one), one, [fact("set", list === "shouldNotExist" ? "never" : undefined)]),
    ),
  );
}

/** `root=/dev/vda1` is `root`. */
export const kernelArgument = (text: unknown): string => {
  const name = typeof text === "string" ? (text.split("=", 1)[0] ?? "") : "";
  return key(name) || option(name);
};

/** Other configurations are fetched and merged: their source is worth showing. */
function ignitionSection(section: unknown): Part[] {
  if (!isJson(section)) return [];
  const { config, ...rest } = section;
  const { merge, replace, ...others } = isJson(config) ? config : {};
  const fetched = [...listOf(merge), ...(replace === undefined ? [] : [replace])];
  return [
    ...fetched.map((one) => part("included text", isJson(one) ? server(one["source"]) : "", one)),
    ...settings(others, "ignition.config", 2),
    ...settings(rest, "ignition", 2),
  ];
}
