import { expect, it } from "vitest";
import { domain } from "../../model/domain/index.ts";
import { recordState } from "../../provider/resource.ts";

it("a value that libvirt replaced is shown, but never a free text, which may be a secret", () => {
  const warnings: string[] = [];
  const context = { private: null, setPrivate: () => {}, warn: ({ detail = "" }: { detail?: string }) => void warnings.push(detail) };
  const values = (title: string, value: string): Parameters<typeof recordState>[1] => ({
    name: "web1",
    title,
    sys_info: [{ fw_cfg: { entry: [{ name: "opt/key", value }] } }],
    qemu_commandline: { envs: [{ name: "KEY", value }] },
  });
  recordState(domain, values("one", "S3cret"), values("other", "s3cret"), context);
  expect(warnings.join("\n").split("\n").toSorted()).toEqual([
    "qemu_commandline.envs.0.value: libvirt stores a different value than was configured.",
    "sys_info.0.fw_cfg.entry.0.value: libvirt stores a different value than was configured.",
    'title: configured as "one", stored as "other".',
  ]);
});
