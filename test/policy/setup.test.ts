import { describe, expect, it } from "vitest";
import { factsOf } from "../../policy/index.ts";
import { constants, create, guest, keep, plan, seed, volume } from "../review/build.ts";
import { judged, messages } from "./judge.ts";

const withGuest = (more: Readonly<Record<string, unknown>>) => plan([keep("libvirt_domain.web1", guest("web1", more))]);
const withHost = (uri: string | undefined) =>
  plan([], {
    configuration: {
      provider_config: {
        libvirt: { name: "libvirt", expressions: { uri: uri === undefined ? { references: ["var.uri"] } : { constant_value: uri } } },
      },
      root_module: {},
    },
  });
const withUserData = (text: string, more: object = {}) =>
  plan([create("libvirt_cloudinit_disk.web1", seed("web1-seed", text), more as never)], constants("libvirt_cloudinit_disk.web1"));

describe("backup-label", () => {
  it.each([
    ["a description", { description: "backup: daily" }],
    ["a line of the description", { description: "The web server.\nbackup=none; owner=me" }],
    ["the title", { title: "web, backup: weekly" }],
    ["the metadata", { metadata: { xml: '<acme:backup xmlns:acme="https://acme.example" plan="daily"/>' } }],
  ])("is found in %s", (_, more) => {
    expect(messages(judged("backup-label", withGuest(more)))).toEqual([]);
  });

  it.each([{}, { description: "no backup" }, { metadata: { xml: "<owner>me</owner>" } }])("is missed in %o", (more) => {
    expect(judged("backup-label", withGuest(more)).verdicts).toMatchObject([
      { resource: "libvirt_domain.web1", name: "web1", message: "guest web1 has no label backup" },
    ]);
  });

  it("has the name that the policy chooses", () => {
    const options = { label: "retention" };
    expect(messages(judged("backup-label", withGuest({ description: "backup: daily" }), { options }))).toEqual([
      "guest web1 has no label retention",
    ]);
    expect(messages(judged("backup-label", withGuest({ description: "retention: 30d" }), { options }))).toEqual([]);
  });
});

describe("image-checksum", () => {
  const filled = (content: object) => plan([keep("libvirt_volume.root", volume("root", 10, { create: { content } }))]);

  it("wants one for an image from the network, and shows no login of its URL", () => {
    const told = messages(judged("image-checksum", filled({ url: "https://me:geheim@images.example.org/debian.qcow2?token=geheim" })));
    expect(told).toEqual([
      expect.stringMatching(/^volume root is filled from https:.*images\.example\.org\/debian\.qcow2.* without a checksum$/),
    ]);
    expect(told[0]).not.toContain("geheim");
  });

  it.each([
    { url: "https://images.example.org/debian.qcow2", checksum: `sha256:${"0".repeat(64)}` },
    { url: "/srv/images/debian.qcow2" },
    { url: "file:///srv/images/debian.qcow2" },
  ])("accepts %o", (content) => {
    expect(messages(judged("image-checksum", filled(content)))).toEqual([]);
  });
});

describe("open-display", () => {
  const withDisplay = (graphics: object) => withGuest({ devices: { graphics: [graphics] } });

  it.each([
    [{ vnc: { listen: "0.0.0.0" } }, "VNC on 0.0.0.0"],
    [{ spice: { listen: "::" } }, "SPICE on ::"],
    [{ vnc: { listeners: [{ address: { address: "0.0.0.0" } }] } }, "VNC on 0.0.0.0"],
  ])("finds %o", (graphics, what) => {
    expect(messages(judged("open-display", withDisplay(graphics)))).toEqual([`the display of web1 is open to all addresses: ${what}`]);
  });

  it.each([{ vnc: { listen: "127.0.0.1" } }, { spice: { auto_port: true } }, { vnc: { listeners: [{ none: true }] } }])(
    "accepts %o",
    (graphics) => {
      expect(messages(judged("open-display", withDisplay(graphics)))).toEqual([]);
    },
  );
});

describe("password-login", () => {
  it.each([
    ["ssh_pwauth: true", "ssh accepts passwords (ssh_pwauth)"],
    ["users: [{ name: me, lock_passwd: false, passwd: $6$geheim }]", "a user's password is not locked (lock_passwd: false)"],
    ["chpasswd: { list: ['root:geheim'] }", "it sets a password"],
    ["password: geheim", "it sets a password"],
  ])("finds %s, and shows no password", (line, why) => {
    const told = messages(judged("password-login", withUserData(`#cloud-config\n${line}\n`)));
    expect(told).toEqual([`cloud-init disk web1-seed allows password login: ${why}`]);
    expect(told.join("")).not.toContain("geheim");
  });

  it("accepts keys alone", () => {
    const text = "#cloud-config\nssh_pwauth: false\nusers: [{ name: me, ssh_authorized_keys: ['ssh-ed25519 AAAA me@x'] }]\n";
    expect(judged("password-login", withUserData(text))).toMatchObject({ verdicts: [], skipped: [] });
  });

  it.each([
    ["a secret text", withUserData("#cloud-config\nssh_pwauth: true\n", { change: { after_sensitive: { user_data: true } } })],
    ["another format", withUserData("just text")],
  ])("does not judge %s, and says so", (name, given) => {
    // a constant is not secret by its kind alone, so the secret one comes from elsewhere
    const text = name === "a secret text" ? { ...given, configuration: {} } : given;
    expect(judged("password-login", text)).toMatchObject({
      verdicts: [],
      skipped: [{ rule: "password-login", what: expect.stringContaining("web1-seed") }],
    });
  });
});

describe("host-key-checks", () => {
  it.each(["qemu+ssh://me@kvm1/system?no_verify=1", "qemu+libssh2://kvm1/system?known_hosts_verify=ignore"])("finds %s", (uri) => {
    const [told = ""] = messages(judged("host-key-checks", withHost(uri)));
    expect(told).toBe(`the key of kvm1 is not checked: ${uri.split("?")[1]}`);
  });

  it.each(["qemu+ssh://kvm1/system", "qemu:///system", "qemu+ssh://kvm1/system?no_verify=0"])("accepts %s", (uri) => {
    expect(judged("host-key-checks", withHost(uri))).toMatchObject({ verdicts: [], skipped: [] });
  });

  it("says that it does not know a URI from elsewhere", () => {
    expect(judged("host-key-checks", withHost(undefined))).toMatchObject({
      verdicts: [],
      skipped: [{ rule: "host-key-checks", what: "the URI of provider.libvirt is not a constant" }],
    });
  });
});

describe("confinement", () => {
  it("is off with a security label of type none", () => {
    expect(messages(judged("confinement", withGuest({ sec_label: [{ type: "none" }] })))).toEqual([
      "guest web1 runs without confinement (sec_label of type none)",
    ]);
    expect(messages(judged("confinement", withGuest({ sec_label: [{ type: "dynamic", model: "apparmor" }] })))).toEqual([]);
  });
});

describe("facts", () => {
  it("hide what the program marked as a secret", () => {
    const marked = {
      output_changes: {
        cdkvm_secrets: { actions: ["no-op"], before: null, after: ["web1"], after_unknown: false, after_sensitive: true },
      },
    };
    const facts = factsOf(plan([keep("libvirt_domain.web1", guest("web1"))], marked));
    expect(facts.guests.map(({ name }) => name)).toEqual(["(sensitive)"]);
  });
});
