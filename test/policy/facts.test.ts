import { expect, it } from "vitest";
import { factsOf } from "../../policy/index.ts";
import { judgePlan } from "../../review/index.ts";
import { constants, create, guest, plan, seed } from "../review/build.ts";

it.each([false, true])(
  "facts of a plan that is judged already are those of the plan alone, and hold no text (texts shown: %s)",
  (showTexts) => {
    const text = "#cloud-config\nssh_pwauth: true\nwrite_files: [{ path: /etc/note, content: between us }]\n";
    const made = plan(
      [create("libvirt_domain.web1", guest("web1")), create("libvirt_cloudinit_disk.seed", seed("seed", text))],
      constants("libvirt_cloudinit_disk.seed"),
    );
    const facts = factsOf(made, judgePlan(made, { showTexts }));
    expect(facts).toEqual(factsOf(made));
    expect(facts.cloudInit).toMatchObject([{ name: "seed", passwordLogins: ["ssh"] }]);
    expect(JSON.stringify(facts)).not.toContain("between us");
  },
);
