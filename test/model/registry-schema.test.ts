import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resources, dataSources } from "../../model/tables.ts";
import { Example, exampleNames } from "../cli/example.ts";
import { embeddedPaths, refusals } from "./registry-rules.ts";
import { registrySchema } from "./registry-schema.ts";

interface Configuration {
  readonly terraform: { readonly required_providers: { readonly libvirt: { readonly source: string } } };
}

describe("the cdk.tf.json of each example is valid under the registry provider's schema", () => {
  const schema = registrySchema();
  const embedded = embeddedPaths([...resources, ...dataSources]);

  /** ci/story uses rollouts, which the registry's provider does not have. */
  const names = exampleNames.filter((name) => name !== "ci/story");

  it.each(names.flatMap((name) => ["embedded", "registry"].map((provider) => [name, provider] as const)))(
    "%s, with the %s provider",
    async (name, provider) => {
      const folders = await new Example(name, { CDKVM_PROVIDER: provider }).synth();
      expect(folders.length).toBeGreaterThan(0);
      for (const folder of folders) {
        const configuration = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Configuration;
        const { source } = configuration.terraform.required_providers.libvirt;
        expect(source).toBe(provider === "registry" ? "dmacvicar/libvirt" : "terraform.local/cdkvm/libvirt");
        expect(refusals(configuration, schema, provider === "embedded" ? embedded : new Set())).toEqual([]);
      }
    },
  );

  it("is invalid with an unknown, read-only, missing or wrongly typed attribute", () => {
    const volume = { name: "a", pool: "p", capacity: "much", create: { content: { url: "x", checksum: "y" } }, path: "/x", target: [] };
    const network = { domain: { name: true }, ips: {}, colour: "red", autostart: "${var.on}" };
    const configuration = { resource: { libvirt_volume: { v: volume }, libvirt_network: { n: network }, libvirt_nope: {} } };
    expect(refusals(configuration, schema, embedded)).toEqual([
      'libvirt_volume.v.capacity: "much" is no number',
      "libvirt_volume.v.path cannot be set",
      "libvirt_volume.v.target is no object",
      "libvirt_network.n.name is missing",
      "libvirt_network.n.domain.name: true is no string",
      "libvirt_network.n.ips is no list",
      "libvirt_network.n.colour is unknown",
      "libvirt_nope is unknown",
    ]);
    expect(refusals({ resource: { libvirt_volume: { v: { ...volume, path: undefined } } } }, schema, new Set())).toContain(
      "libvirt_volume.v.create.content.checksum is unknown",
    );
  });
});
