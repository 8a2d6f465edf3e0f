import { describe, expect, it, test } from "vitest";
import { stringify } from "yaml";
import type { Plan } from "../../engine/plan.ts";
import { showReview } from "../../cli/show.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { builtInRules, evaluate, factsOf } from "../../policy/index.ts";
import {
  fleetReview,
  renderCodeQuality,
  renderFleetHtml,
  renderJunit,
  renderSarif,
  renderFleetJson,
  renderFleetMarkdown,
  renderJson,
  review,
} from "../../review/index.ts";
import { commands, configs, files } from "../fixtures/secrets.ts";
import { constants, create, guest, plan, remove, replace, seed, update, volume } from "./build.ts";

const [OLD, NEW] = ["Zq7uncommon", "Xk9unlikely"];
const secretIn = (text: string, secret: string): string => text.replaceAll("@@", secret);

const everyRule = builtInRules.map((rule) => ({ rule, severity: "error" as const, options: rule.options?.parse({}), allow: [] }));

/** A plan on a terminal and a review in each of its forms, with what every rule of a policy says, and what rules get to see. */
function outputs(of: Plan): string {
  const facts = factsOf(of);
  const subject = { stack: "kvm1", review: review(of), facts };
  const policy = evaluate([subject], { rules: everyRule, waivers: [] }, { now: new Date(), stage: "apply" });
  const data = { ...subject.review, policy };
  const fleet = { ...fleetReview([{ stack: "kvm1", plan: of }], { title: "t" }), policy };
  const lines: string[] = [];
  const terminal = {
    style: (_: unknown, text: string) => text,
    say: (line = "") => lines.push(line),
    warn: (line: string) => lines.push(line),
  };
  showReview(terminal as unknown as Terminal, "kvm1", data, fleet.groups);
  const ofFleet = [renderFleetMarkdown(fleet), renderFleetJson(fleet), renderFleetHtml(fleet)];
  const formats = [renderSarif, renderJunit, renderCodeQuality].map((render) => render({ fleet, file: "main.ts" }));
  return [...lines, JSON.stringify(facts), renderJson(data), ...ofFleet, ...formats].join("\n");
}

const address = "libvirt_cloudinit_disk.seed";
const isSensitive = { change: { before_sensitive: { user_data: true }, after_sensitive: { user_data: true } } };

/** A text that is there, comes, goes and changes, and in which something else changes. */
const lives = (before: string, after: string): Plan[] => [
  plan([create(address, seed("seed", after), isSensitive)], constants(address)),
  plan([remove(address, seed("seed", before), isSensitive)], constants(address)),
  plan([replace(address, seed("seed", before), seed("seed", after), [["user_data"]], isSensitive)], constants(address)),
  plan([replace(address, seed("seed", before), seed("seed", `${before}\n# more\n`), [["user_data"]], isSensitive)], constants(address)),
];

function expectHidden(plans: readonly Plan[]): void {
  for (const one of plans) {
    const text = outputs(one);
    expect(text).not.toContain(OLD);
    expect(text).not.toContain(NEW);
  }
}

const both = (of: (secret: string) => string): Plan[] => lives(of(OLD), of(NEW));
const config = (data: object): string => `#cloud-config\n${stringify(data)}`;

it("has 200 forms", () => {
  expect(new Set([...commands, ...files, ...configs]).size).toBeGreaterThanOrEqual(200);
});

describe("no plan and no review shows a secret in user data", () => {
  test.each(commands)("run: %s", (command) => {
    expectHidden(both((secret) => config({ runcmd: [secretIn(command, secret)] })));
    expectHidden(both((secret) => config({ bootcmd: [["sh", "-c", secretIn(command, secret)]] })));
    expectHidden(both((secret) => `#!/bin/sh\n${secretIn(command, secret)}\n`));
    expectHidden(
      both(
        (secret) =>
          `Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/x-shellscript\n\n${secretIn(command, secret)}\n--b--\n`,
      ),
    );
  });
  test.each(files)("in a file: %s", (content) => {
    expectHidden(both((secret) => config({ write_files: [{ path: "/etc/app", content: secretIn(content, secret) }] })));
    expectHidden(both((secret) => `#cloud-config-archive\n${stringify([{ type: "text/plain", content: secretIn(content, secret) }])}`));
    expectHidden(both((secret) => secretIn(content, secret))); // as no kind of user data at all
  });
  test.each(configs)("as a key: %s", (text) => {
    expectHidden(both((secret) => `#cloud-config\n${secretIn(text, secret)}\n`));
    expectHidden(both((secret) => `## template: jinja\n#cloud-config\n{% if x %}\n${secretIn(text, secret)}\n`));
  });
});

describe("elsewhere, in free text", () => {
  const all = [...commands, ...files, ...configs];
  const everywhere = (secret: string, text: string): Plan[] => {
    const value = secretIn(text, secret);
    const json = JSON.stringify({
      ignition: { version: "3.4.0", config: { merge: [{ source: `https://u:${secret}@h/x?k=${secret}` }] } },
      passwd: { users: [{ name: "core", passwordHash: value }] },
      storage: { files: [{ path: "/x", contents: { source: `data:,${encodeURIComponent(value)}` } }] },
      systemd: { units: [{ name: "x.service", contents: value }] },
    });
    const made = (content: string): object => ({ name: "x", content, path: "/x" });
    const hidden = { change: { after_sensitive: { content: true } } };
    const constant = (one: string): object => ({
      address: one,
      mode: "managed",
      type: one.split(".")[0],
      name: "x",
      expressions: { content: { constant_value: "" } },
    });
    const resources = ["libvirt_ignition.x", "libvirt_combustion.x"].map(constant);
    const args = { qemu_commandline: { args: [{ value: "-smbios" }, { value }], envs: [{ name: "X", value }] } };
    const info = [
      { fw_cfg: { entry: [{ name: "opt/x", value }] } },
      { smbios: { oem_strings: { entry: [value] }, system: { entry: [{ name: "serial", value }] } } },
    ];
    return [
      plan(
        [
          create("libvirt_ignition.x", made(json) as never, hidden),
          create("libvirt_combustion.x", made(`#!/bin/sh\n${value}`) as never, hidden),
        ],
        {
          configuration: { root_module: { resources } },
        },
      ),
      plan([
        create(
          "libvirt_domain.a",
          guest("a", {
            ...args,
            sys_info: info,
            os: { cmdline: `quiet x=${secret} y="a ${secret} b" "z=${secret} c" v="open ${secret}` },
            metadata: { xml: `<a>${value}</a>` },
          }),
        ),
      ]),
      plan([update("libvirt_domain.a", guest("a"), { ...args, sys_info: info, os: { cmdline: `y=${secret}` } })]),
      plan([
        create(
          "libvirt_cloudinit_disk.s",
          seed("s", "", { meta_data: stringify({ "instance-id": "i", x: value, y: { z: [value] } }), network_config: `wifi: "${secret}"` }),
        ),
      ]),
    ];
  };
  test.each(all)("%s", (text) => {
    for (const one of everywhere(NEW, text)) expect(outputs(one)).not.toContain(NEW);
  });

  it.each([
    `https://me:${NEW}@example.org/x.qcow2`,
    `https://${NEW}@example.org/x.qcow2`,
    `https://me:p@${NEW}@example.org/x.qcow2`,
    `https://example.org/x.qcow2?X-Amz-Signature=${NEW}&a=${NEW}`,
    `https://example.org/x.qcow2?${NEW}`,
    `https://example.org/x.qcow2#${NEW}`,
    `s3://key:${NEW}@bucket/x`,
  ])("a URL: %s", (url) => {
    const filled = { create: { content: { url } } };
    for (const one of [
      plan([create("libvirt_volume.v", volume("v", 1, filled))]),
      plan([remove("libvirt_volume.v", volume("v", 1, filled))]),
    ])
      expect(outputs(one)).not.toContain(NEW);
  });
});
