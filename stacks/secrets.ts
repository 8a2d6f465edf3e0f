import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HiddenValues, knownSecrets } from "../model/hidden.ts";
import { SECRETS_OUTPUT } from "../model/secrets.ts";

interface Configuration {
  readonly output?: Readonly<Record<string, { readonly value?: unknown }>>;
}

/**
 * Makes a stack's configuration private to its owner, and lists the secrets it contains, so that reviews of its plans know
 * what to hide. Outputs that contain a secret become sensitive.
 */
export function keepSecrets(stackFolder: string): void {
  const path = join(stackFolder, "cdk.tf.json");
  if (!existsSync(path)) return;
  chmodSync(path, 0o600);
  if (knownSecrets().values.length === 0) return;
  const text = readFileSync(path, "utf8");
  const secrets = new HiddenValues(knownSecrets().values.filter((value) => new HiddenValues([value]).isIn(text)));
  if (secrets.values.length === 0) return;
  const configuration = JSON.parse(text) as Configuration;
  const outputs = Object.entries(configuration.output ?? {}).map(([name, output]) => [
    name,
    secrets.isIn(JSON.stringify(output)) ? { ...output, sensitive: true } : output,
  ]);
  const list = { value: secrets.values.map(literal), sensitive: true };
  const output = { ...Object.fromEntries(outputs), [SECRETS_OUTPUT]: list };
  writeFileSync(path, JSON.stringify({ ...configuration, output }, undefined, 2));
}

/** https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping */
const literal = (text: string): string => text.replaceAll("${", "$${").replaceAll("%{", "%%{");
