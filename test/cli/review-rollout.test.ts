import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fleetOf } from "../../cli/review-fleet.ts";
import { beginFolder, type PlanManifest, writeManifest } from "../../plans/index.ts";
import { renderFleetHtml, renderFleetMarkdown } from "../../review/index.ts";
import { manifestOf, stackEntry } from "../plans/manifest.ts";
import { guest, update } from "../review/build.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "cdkvm-review-"));
});
afterEach(() => rmSync(base, { recursive: true }));

/** Two stacks, each with four guests that restart three at a time. */
async function reviewed(more: Partial<PlanManifest>, dependencies: string[] = []) {
  const stacks = [stackEntry(), stackEntry({ name: "kvm2", file: "kvm2.tfplan", dependencies })];
  const { stacks: _, missing: __, hosts: ___, ...about } = manifestOf();
  await beginFolder(base, about, []);
  for (const { name, file } of stacks)
    writeFileSync(
      join(base, file),
      JSON.stringify({
        format_version: "1.2",
        resource_changes: [1, 2, 3, 4].map((number) => update(`libvirt_domain.web${number}`, guest(`${name}-web${number}`), { memory: 8 })),
        configuration: { provider_config: { libvirt: { name: "libvirt", expressions: { rollout: { constant_value: { at_once: 3 } } } } } },
      }),
    );
  await writeManifest(base, { ...manifestOf(), ...more, stacks });
  return (await fleetOf(base, { policy: undefined })).fleet;
}

test("a folder is applied with the parallelism of its plan, and its stacks in their order", async () => {
  expect(await reviewed({})).toMatchObject({ atOnce: 6, rollouts: [{ atOnce: 3 }, { atOnce: 3 }] });
  expect(await reviewed({ parallelism: 2 })).toMatchObject({ atOnce: 4, rollouts: [{ atOnce: 2 }, { atOnce: 2 }] });
  expect(await reviewed({ parallelism: 2 }, ["kvm1"])).toMatchObject({ atOnce: 2 });
});

test("Markdown and HTML show the steps of each stack", async () => {
  const fleet = await reviewed({});
  const said =
    "kvm2: restarts 3 at a time, each until its guest agent answers (at most 5 min); stops after 1 failure: kvm2-web1 … kvm2-web4";
  expect(renderFleetMarkdown(fleet)).toContain(`- ${said}\n`);
  expect(renderFleetHtml(fleet)).toContain(said);
});
