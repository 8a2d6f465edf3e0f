import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withBuilders } from "../../engine/built-by.ts";
import { type Diagnostic, formatDiagnostic } from "../../engine/diagnostics.ts";

const error = (address: string): Diagnostic => ({
  severity: "error",
  summary: "the disk is full",
  detail: "",
  address,
  range: { filename: "cdk.tf.json", start: { line: 540, column: 1, byte: 0 }, end: { line: 540, column: 2, byte: 1 } },
});

test("an error of the provider's names the construct, or the line of the fleet file, next to the configuration's", () => {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-built-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const resource = {
    libvirt_domain: {
      web1: { "//": { metadata: { path: "kvm1/rack/web1/Default" } } },
      web2: { "//": { metadata: { path: "kvm1/web2/Default" }, place: "fleet.yaml:12" } },
    },
  };
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ resource }));
  const words = (address: string): string[] => withBuilders([error(address)], folder).map(formatDiagnostic);
  expect(words("libvirt_domain.web1")).toEqual(["the disk is full (libvirt_domain.web1, kvm1/rack/web1, cdk.tf.json:540)"]);
  expect(words('libvirt_domain.web2["a"]')).toEqual(['the disk is full (libvirt_domain.web2["a"], fleet.yaml:12, cdk.tf.json:540)']);
  expect(words("module.x.libvirt_domain.y")).toEqual(["the disk is full (module.x.libvirt_domain.y, cdk.tf.json:540)"]);
});
