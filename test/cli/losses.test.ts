import { expect, test } from "vitest";
import { lossesOf } from "../../cli/losses.ts";
import { review } from "../../review/index.ts";
import { guest, plan, remove, replace, update, volume } from "../review/build.ts";

test("the losses of a plan are one line per kind, worst first, each object once", () => {
  const web1 = guest("web1");
  const web2 = guest("web2");
  const of = () =>
    review(
      plan([
        remove("libvirt_volume.data", volume("data", 10)),
        replace("libvirt_domain.db1", guest("db1"), { type: "qemu" }, [["type"]]),
        update("libvirt_domain.web1", web1, { memory: 8 }),
        remove("libvirt_domain.web2", web2),
      ]),
    );
  const lines = (...names: string[]): string[] =>
    lossesOf(names.map((name) => ({ stack: { name }, review: of() }))).map(({ text }) => text);
  expect(lines("kvm1")).toEqual(["data lost for good: volume data", "deleted: guest web2", "replaced: guest db1", "restarted: guest web1"]);
  expect(lines("kvm1", "kvm2")[0]).toBe("data lost for good: volume data (kvm1), volume data (kvm2)");
});
