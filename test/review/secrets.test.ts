import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { renderJson, review } from "../../review/index.ts";
import { HiddenValues } from "../../model/hidden.ts";
import { Content } from "../../review/masked.ts";
import { contentWords } from "../../review/words/contents.ts";
import { constants, create, drift, guest, keep, plan, remove, replace, seed, update } from "./build.ts";
import { markdownOf, pageOf } from "./rendered.ts";

const outputs = (of: Plan): string => [markdownOf(of, { title: "t" }), pageOf(of, { title: "t" }), renderJson(review(of))].join("\n");

const summaryOf = (before: string | null, after: string | null, holds: "user-data" | "ignition" = "user-data"): string[] => {
  const side = (text: string | null): Content | null => (text === null ? null : new Content(holds, text, new HiddenValues([])));
  return contentWords(side(before), side(after));
};

describe("user data", () => {
  const start = `#cloud-config
ssh_pwauth: false
users:
  - name: ops
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4Zm ops@example
packages: [nginx, curl]
write_files:
  - { path: /etc/app.conf, content: "a: 1", permissions: "0640" }
runcmd:
  - systemctl enable --now nginx
  - mysql -pS3cret
`;

  it("is described by its parts", () => {
    expect(summaryOf(null, start)).toEqual([
      "setting added: ssh_pwauth: off",
      "user added: ops, sudo: all, without a password",
      "SSH key added: ssh-ed25519 SHA256:Vfq7FBA0Z21NfBpY1RiSq3XYdWVFUKKt3N1dIYj0MTE of ops",
      "2 packages added: nginx, curl",
      "file added: /etc/app.conf, mode: 0640, with a content",
      "2 commands added: systemctl, mysql",
    ]);
  });

  it.each<[string, string, string, string]>([
    [
      "a user",
      "users:",
      "users:\n  - { name: ops2, sudo: 'ALL=(ALL) ALL', groups: [adm, docker] }",
      "user added: ops2, sudo: all, groups: adm, docker",
    ],
    ["who gets root", " NOPASSWD:ALL", " NOPASSWD:/usr/bin/id", "user changed: ops, sudo: all, without a password → some commands"],
    ["a password", "- name: ops", "- name: ops\n    hashed_passwd: $6$x$y", "user changed: ops, password set"],
    ["a switch", "ssh_pwauth: false", "ssh_pwauth: true", "setting changed: ssh_pwauth: off → on"],
    ["a package", "curl", "jq", "package added: jq; package removed: curl"],
    ["a file's content", "a: 1", "a: 2", "file changed: /etc/app.conf, content changed"],
    ["a file's mode", "0640", "0644", "file changed: /etc/app.conf, mode: 0640 → 0644"],
    ["an argument of a command", "S3cret", "Other", "command changed: mysql"],
    ["the order alone", "[nginx, curl]", "[curl, nginx]", "order, comments or layout changed"],
    ["any other key", "packages:", "ntp: { servers: [a] }\npackages:", "setting added: ntp"],
  ])("summarizes %s", (_, from, to, words) => {
    expect(summaryOf(start, start.replace(from, to)).join("; ")).toBe(words);
  });

  it("describes scripts, archives and lists of URLs by type", () => {
    expect(summaryOf(null, "#!/usr/bin/env bash\necho x\n\necho y\n")).toEqual(["script added: interpreter: bash, lines: 3, with a text"]);
    const archive = (text: string): string =>
      `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/cloud-config\n\npackages: [${text}]\n--b\nContent-Type: text/x-shellscript; filename="up.sh"\nContent-Transfer-Encoding: base64\n\n${Buffer.from("#!/bin/sh\nx").toString("base64")}\n--b--\n`;
    expect(summaryOf(archive("a"), archive("b"))).toEqual(["package added: b", "package removed: a"]);
    expect(summaryOf(null, archive("a"))[1]).toBe("script added: up.sh, interpreter: sh, lines: 2, with a text");
    expect(summaryOf(null, "#include\nhttps://u:p@example.org/a?k=v\n")).toEqual(["included text added: https://example.org"]);
    expect(summaryOf(null, "who knows")).toEqual(["text added"]);
  });

  it("reads recursive, deeply nested and huge texts quickly", () => {
    const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
    for (const text of [
      "#cloud-config\npassword: &a [SECRET, *a]\n",
      `#cloud-config\nx: ${"[".repeat(20_000)}\npassword: SECRET\n`,
      `#cloud-config\nx: ${"A9b".repeat(30_000)}\ny: ${"pass".repeat(5_000)}\npassword: SECRET\n`,
      `#cloud-config\na: &a [x, x]\n${letters
        .slice(1)
        .map((one, at) => `${one}: &${one} [${`*${letters[at]}, `.repeat(9)}]\n`)
        .join("")}`,
    ]) {
      expect(summaryOf(null, text).join()).not.toContain("SECRET");
    }
  }, 5_000);

  it("is hidden entirely if it is built from anything but constants and variables", () => {
    const change = replace(
      "libvirt_cloudinit_disk.seed",
      seed("seed", "#cloud-config\nusers: [old]\n"),
      seed("seed", "#cloud-config\nusers: [new]\n"),
      [["user_data"]],
      {
        change: { before_sensitive: { user_data: true }, after_sensitive: { user_data: true } },
      },
    );
    const written = (user_data: object): object => ({
      configuration: { root_module: { resources: [{ address: "libvirt_cloudinit_disk.seed", expressions: { user_data } }] } },
    });
    expect(outputs(plan([change], written({ references: ["random_password.x.result"] }) as never))).not.toContain("user added");
    expect(outputs(plan([change], written({ references: ["var.x"] }) as never))).toContain("user added: new");
    expect(outputs(plan([change], constants("libvirt_cloudinit_disk.seed")))).toContain("user added: new");
  });

  it("is shown on request, except for known secrets", () => {
    const change = create(
      "libvirt_cloudinit_disk.seed",
      seed("seed", "#cloud-config\nusers: [ops]\npassword: S3cretValue\nx: free text\n"),
    );
    const of = plan([change], {
      ...constants("libvirt_cloudinit_disk.seed"),
      output_changes: { cdkvm_secrets: { actions: ["create"], before: null, after: ["S3cretValue"], after_sensitive: true } },
    });
    const text = markdownOf(of, { showTexts: true });
    expect(text).toContain("free text");
    expect(text).not.toContain("S3cretValue");
    expect(markdownOf(of)).not.toContain("free text");
  });
});

it("Ignition is described by its users, files and units", () => {
  const config = (mode: number, more: object[] = []): string =>
    JSON.stringify({
      ignition: { version: "3.4.0", config: { merge: [{ source: "https://u:p@example.org/base.ign?k=v" }] } },
      passwd: { users: [{ name: "core", groups: ["wheel"], passwordHash: "$6$x" }, ...more] },
      storage: { files: [{ path: "/etc/motd", mode, contents: { source: "data:,x" } }], luks: [{ name: "data" }] },
      systemd: { units: [{ name: "app.service", enabled: true, contents: "[Service]" }] },
      kernelArguments: { shouldExist: ["quiet", "x=y"] },
    });
  expect(summaryOf(null, config(0o644), "ignition")).toEqual([
    "user added: core, groups: wheel, with a password",
    "file added: /etc/motd, mode: 0644, with a content",
    "encrypted volume added: data",
    "unit added: app.service, enabled: yes, with a content",
    "2 kernel arguments added: quiet, x",
    "included text added: https://example.org",
    "setting added: ignition.version",
  ]);
  expect(summaryOf(config(0o644), config(0o600, [{ name: "eve" }]), "ignition")).toEqual([
    "user added: eve",
    "file changed: /etc/motd, mode: 0644 → 0600",
  ]);
});

describe("what the program marks as secret", () => {
  const marked = (before: string[], after: string[]): object => ({
    output_changes: { cdkvm_secrets: { actions: ["update"], before, after, before_sensitive: true, after_sensitive: true } },
  });
  const SECRET = "hunter-two/'\"&<";

  it.each<[string, Plan]>([
    ["a name and a key", plan([create("libvirt_domain.a", guest(SECRET, { tags: { [SECRET]: 1 } }))], marked([], [SECRET]) as never)],
    ["an address", plan([create(`other_thing.a["${SECRET}"]`, { x: 1 })], marked([], [SECRET]) as never)],
    ["base64 of it", plan([create("other_thing.a", { x: `>${Buffer.from(SECRET).toString("base64")}<` })], marked([], [SECRET]) as never)],
    ["its form in a URL", plan([create("other_thing.a", { x: `x:${encodeURIComponent(SECRET)}@h` })], marked([], [SECRET]) as never)],
    [
      "what it was before",
      plan(
        [update("libvirt_domain.a", guest("a", { title: `old ${SECRET}` }), { title: "new value-two" })],
        marked([SECRET], ["value-two"]) as never,
      ),
    ],
    [
      "what it was before, though nobody knows that any more",
      plan(
        [update("libvirt_domain.a", guest("a", { title: `old ${SECRET}` }), { title: "new value-two" })],
        marked([], ["value-two"]) as never,
      ),
    ],
    [
      "a user's name",
      plan(
        [create("libvirt_cloudinit_disk.seed", seed("seed", "#cloud-config\nusers: [hunter-three]\n"))],
        marked([], ["hunter-three"]) as never,
      ),
    ],
    [
      "an output",
      plan([], {
        output_changes: {
          cdkvm_secrets: { actions: ["create"], before: null, after: [SECRET] },
          x: { actions: ["create"], before: null, after: `at ${SECRET}` },
        },
      }),
    ],
  ])("is hidden in %s", (_, of) => {
    const text = outputs(of);
    for (const one of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), "value-two", "hunter-t"])
      expect(text).not.toContain(one);
  });
});

describe("is shown by no output", () => {
  const SECRET = "Zq7-unlikely-S3cret";

  it.each<[string, Plan]>([
    [
      "what the plan marks, before and after",
      plan([
        update(
          "libvirt_domain.a",
          guest("a", { title: `${SECRET}1` }),
          { title: `${SECRET}2` },
          { change: { before_sensitive: { title: true }, after_sensitive: { title: true } } },
        ),
      ]),
    ],
    [
      "a value that is marked on one side only",
      plan([
        update(
          "libvirt_domain.a",
          guest("a", { title: SECRET }),
          { title: SECRET, vcpu: 4 },
          { change: { after_sensitive: { title: true } } },
        ),
      ]),
    ],
    [
      "a name that the plan marks",
      plan([create("libvirt_domain.a", guest(SECRET), { change: { after_sensitive: { name: true, devices: true } } })]),
    ],
    ["a whole resource that the plan marks", plan([remove("libvirt_domain.a", guest(SECRET), { change: { before_sensitive: true } })])],
    [
      "a display's password, which the table marks",
      plan([create("libvirt_domain.a", guest("a", { devices: { graphics: [{ vnc: { passwd: SECRET } }] } }))]),
    ],
    [
      "a display's password that changes",
      plan([
        update("libvirt_domain.a", guest("a", { devices: { graphics: [{ spice: { passwd: `${SECRET}1` } }] } }), {
          devices: { graphics: [{ spice: { passwd: `${SECRET}2` } }] },
        }),
      ]),
    ],
    [
      "a password of a resource that no table describes",
      plan([create("other_thing.a", { name: "a", settings: { admin_password: SECRET, tokens: [SECRET] } })]),
    ],
    [
      "a sensitive output",
      plan([], {
        output_changes: {
          x: {
            actions: ["create"],
            before: null,
            after: { deep: [SECRET] },
            after_unknown: false,
            before_sensitive: false,
            after_sensitive: true,
          },
        },
      }),
    ],
    [
      "what drifted in secret",
      plan([keep("libvirt_domain.a", guest("a"))], {
        resource_drift: [
          drift("libvirt_domain.a", guest("a", { devices: { graphics: [{ vnc: { passwd: SECRET } }] } }), {
            devices: { graphics: [{ vnc: { passwd: `${SECRET}2` } }] },
          }),
        ],
      }),
    ],
    [
      "a sensitive variable, wherever it turns up",
      plan([create("libvirt_domain.a", guest("a", { description: `deployed with ${SECRET}` }))], {
        variables: { pw: { value: SECRET } },
        configuration: { root_module: { variables: { pw: { sensitive: true } } } },
      }),
    ],
  ])("%s", (_, of) => {
    expect(outputs(of)).not.toContain(SECRET);
  });

  it("any sensitive value anywhere (property)", () => {
    const json = fc.letrec<{ node: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.boolean(), fc.constant(null)),
      node: fc.oneof(
        { maxDepth: 3 },
        tie("leaf"),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            "name",
            "title",
            "devices",
            "disks",
            "interfaces",
            "source",
            "target",
            "dev",
            "volume",
            "capacity",
            "ips",
            "dhcp",
            "hosts",
            "user_data",
            "running",
            "os",
          ),
          tie("node"),
          { maxKeys: 4 },
        ),
      ),
    })).node;
    const types = fc.constantFrom(
      "libvirt_domain",
      "libvirt_volume",
      "libvirt_network",
      "libvirt_pool",
      "libvirt_cloudinit_disk",
      "random_thing",
    );
    fc.assert(
      fc.property(
        types,
        json,
        json,
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom("create", "update", "delete", "replace"),
        (type, before, after, coins, action) => {
          let count = 0;
          const spoil = (value: unknown): [unknown, unknown] => {
            if (Array.isArray(value)) {
              const parts = value.map(spoil);
              return [parts.map(([part]) => part), parts.map(([, mark]) => mark)];
            }
            if (typeof value === "object" && value !== null) {
              const parts = Object.entries(value).map(([name, part]) => [name, spoil(part)] as const);
              const marked = parts.length > 0 && coins.next().value === true;
              const hide = (part: unknown): unknown =>
                marked
                  ? JSON.parse(JSON.stringify(part), (_, leaf: unknown) => (typeof leaf === "string" ? `${SECRET}-${count++}` : leaf))
                  : part;
              return [
                Object.fromEntries(parts.map(([name, [part]]) => [name, hide(part)])),
                marked ? true : Object.fromEntries(parts.map(([name, [, mark]]) => [name, mark])),
              ];
            }
            return coins.next().value === true ? [`${SECRET}-${count++}`, true] : [value, false];
          };
          const object = (value: unknown): Record<string, unknown> =>
            typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : { title: value };
          const [b, beforeMask] = spoil(object(before));
          const [a, afterMask] = spoil(object(after));
          const actions = action === "replace" ? ["delete", "create"] : [action];
          const part = {
            ...keep(`${type}.a`, {}),
            change: {
              actions,
              before: action === "create" ? null : b,
              after: action === "delete" ? null : a,
              after_unknown: {},
              before_sensitive: beforeMask,
              after_sensitive: afterMask,
            },
          };
          const text = outputs(plan([part, keep("libvirt_domain.other", guest("other"))], { resource_drift: [part] }));
          expect(text).not.toContain(SECRET);
        },
      ),
      { numRuns: 300 },
    );
  });
});
