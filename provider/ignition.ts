import { ignition as table } from "../model/ignition.ts";
import { asText, isValues, type Value, type Values } from "../model/values.ts";
import type { Host } from "./host.ts";
import { madeFile } from "./made-file.ts";
import { madeFileResource } from "./made-file-resource.ts";
import type { Diagnostic, Resource } from "./protocol/resource.ts";

/**
 * `libvirt_ignition`: the configuration as given, byte for byte.
 * https://coreos.github.io/ignition/supported-platforms/
 */
export const ignition: Resource<Host> = {
  ...madeFileResource(table, "ignition file", "ignition", ({ content }) => madeFile("ignition", Buffer.from(asText(content)))),
  validate,
};

/** Ignition stops the boot unless the content is a JSON object with a version. Never quotes the content: it holds secrets. */
function validate({ content }: Values): readonly Diagnostic[] {
  if (typeof content !== "string") return [];
  const refuse = (summary: string): readonly Diagnostic[] => [
    {
      severity: "error",
      summary,
      detail:
        '  likely: it is Butane\'s YAML, which Ignition does not read\n  fix: use the output of `butane --strict FILE`: {"ignition":{"version":"3.4.0"},...}',
      path: ["content"],
    },
  ];
  let config: Value;
  try {
    config = JSON.parse(content) as Value;
  } catch {
    return refuse("The content is not JSON");
  }
  const about = isValues(config) ? config["ignition"] : undefined;
  return isValues(about) && typeof about["version"] === "string" ? [] : refuse("The content has no ignition.version");
}
