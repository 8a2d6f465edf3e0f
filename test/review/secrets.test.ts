import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { renderHtml, renderJson, renderMarkdown, review } from "../../review/index.ts";
import { maskTexts } from "../../review/secrets.ts";
import { constants, create, drift, guest, keep, plan, remove, replace, seed, update } from "./build.ts";

const outputs = (of: Plan): string => {
  const data = review(of);
  return [renderMarkdown(data, { title: "t" }), renderHtml(data, { title: "t" }), renderJson(data)].join("\n");
};

const masked = (text: string): string => maskTexts("user_data", null, text).after ?? "";

describe("user data", () => {
  it.each([
    ["a hashed password", "#cloud-config\nusers:\n  - name: admin\n    hashed_passwd: $6$salt$SECRETSECRET\n"],
    ["a plain password", "#cloud-config\npassword: SECRET\nchpasswd: { expire: false }\n"],
    ["a number for a password", "#cloud-config\npassword: 73519SECRET\n"],
    ["chpasswd's list as a text", "#cloud-config\nchpasswd:\n  list: |\n    root:SECRET\n    admin:SECRET2\n  expire: false\n"],
    ["chpasswd's list as a list", "#cloud-config\nchpasswd:\n  list:\n    - root:SECRET\n"],
    ["chpasswd's users", "#cloud-config\nchpasswd:\n  users:\n    - name: root\n      password: SECRET\n      type: text\n"],
    ["a password in flow style", '#cloud-config\nusers: [{name: a, "plain_text_passwd": "SECRET", shell: /bin/sh}]\n'],
    ["a password as a block", "#cloud-config\npassword: >-\n  SECRET\n  SECRET too\n"],
    ["a password on the next line", "#cloud-config\npassword:\n  SECRET\n"],
    ["a password behind an alias", "#cloud-config\nx: &pw SECRETVALUE\npassword: *pw\n"],
    ["a password that a script repeats", "#cloud-config\npassword: SECRETVALUE\nruncmd:\n  - mysql -uroot -h SECRETVALUE\n"],
    [
      "a host's private key",
      "#cloud-config\nssh_keys:\n  ed25519_private: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    SECRET\n    -----END OPENSSH PRIVATE KEY-----\n",
    ],
    [
      "a private key in a file",
      "#cloud-config\nwrite_files:\n  - path: /etc/x\n    content: |\n      -----BEGIN RSA PRIVATE KEY-----\n      SECRET\n      -----END RSA PRIVATE KEY-----\n",
    ],
    ["a private key that never ends", "#!/bin/sh\ncat <<E\n-----BEGIN PRIVATE KEY-----\nSECRET\n"],
    ["a host's private key in no known form", "#cloud-config\nssh_keys:\n  dsa: SECRET\n  rsa_public: ssh-rsa x\n"],
    ["an encoded file", "#cloud-config\nwrite_files:\n  - path: /etc/x\n    encoding: b64\n    content: U0VDUkVUSECRET==\n"],
    ["a file of secrets by its name", "#cloud-config\nwrite_files:\n  - path: /root/.netrc\n    content: machine x login y SECRET\n"],
    ["a token in a script", "#!/bin/sh\nexport API_TOKEN=SECRET\n"],
    ["a token as an option", "#cloud-config\nruncmd:\n  - k3s server --token SECRET --disable traefik\n"],
    ["an option in a list", '#cloud-config\nruncmd:\n  - [k3s, "--token", "SECRET"]\n'],
    ["an option in a list of lines", "#cloud-config\nruncmd:\n  - - k3s\n    - --token\n    - SECRET\n"],
    ["a password in a URL", "#cloud-config\nruncmd:\n  - git clone https://me:SECRET@example.org/x.git\n"],
    ["a password piped to chpasswd", "#!/bin/sh\necho 'root:SECRET' | chpasswd\n"],
    ["a header", "#!/bin/sh\ncurl -H 'Authorization: Bearer SECRETSECRET' https://example.org\n"],
    ["a token that nothing names", "#!/bin/sh\nuse ghp_SECRETSECRETSECRET1234\n"],
    ["a key that nothing names", "#!/bin/sh\nuse aSECRET4f5b6c7d8e9f0a1b2c3d4e5f60718\n"],
    ["what is no YAML", "#cloud-config\nusers:\n - [\npassword:\n   SECRET\n"],
    ["a password in an unfinished mapping", "#cloud-config\n: : :\n  passwd: 'SECRET\n"],
    ["Wi-Fi", "network:\n  wifis:\n    wlan0:\n      access-points:\n        home: { password: SECRET }\n"],
    ["a password in a JSON document", '{"passwd": {"users": [{"name": "core", "passwordHash": "SECRET"}]}}'],
    [
      "a MIME archive",
      'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/cloud-config\n\npassword: SECRET\nusers:\n  - passwd: SECRET\n--b--\n',
    ],
  ])("never shows %s", (_, text) => {
    expect(masked(text)).not.toContain("SECRET");
  });

  it("reads texts that reach into themselves, nest without end or are huge, and in time", () => {
    for (const text of [
      "#cloud-config\npassword: &a [SECRET, *a]\n",
      `#cloud-config\nx: ${"[".repeat(20_000)}\npassword: SECRET\n`,
      `#cloud-config\nx: ${"A9b".repeat(30_000)}\ny: ${"pass".repeat(5_000)}\npassword: SECRET\n`,
    ]) {
      expect(masked(text)).not.toContain("SECRET");
    }
  }, 5_000);

  it("shows what is no secret", () => {
    const text = `#cloud-config
hostname: web1
ssh_pwauth: false
users:
  - name: admin
    lock_passwd: true
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4ZmZ4Zm admin@example
packages: [nginx, curl]
write_files:
  - path: /var/www/index.html
    content: |
      <h1>Hello</h1>
runcmd:
  - systemctl enable --now nginx
  - curl https://example.org/a/very/long/path/to/a/file/that/is/no/secret.tar.gz
`;
    expect(masked(text)).toBe(text);
  });

  it("says that a secret changed, and nothing of what it is", () => {
    const of = (password: string) => `#cloud-config\npassword: ${password}\n`;
    expect(maskTexts("user_data", of("old-one"), of("new-one"))).toEqual({ before: of("(sensitive)"), after: of("(sensitive, changed)") });
    expect(maskTexts("user_data", of("same"), of("same")).after).toBe(of("(sensitive)"));
  });

  it("is hidden whole where it is built from anything but a constant", () => {
    const change = replace(
      "libvirt_cloudinit_disk.seed",
      seed("seed", "#cloud-config\nbootcmd: [echo OLD]\n"),
      seed("seed", "#cloud-config\nbootcmd: [echo NEW]\n"),
      [["user_data"]],
      {
        change: { before_sensitive: { user_data: true }, after_sensitive: { user_data: true } },
      },
    );
    const hidden = outputs(plan([change]));
    expect(hidden).not.toContain("echo");
    expect(hidden).toContain("(sensitive, changed)");
    expect(outputs(plan([change], constants("libvirt_cloudinit_disk.seed")))).toContain("echo NEW");
  });
});

describe("no output shows", () => {
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

  it("any value at any place that is marked sensitive (property)", () => {
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
