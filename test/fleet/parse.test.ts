import { knownSecrets } from "../../model/hidden.ts";
import { describe, expect, test } from "vitest";
import { errorOf, one, read, told, two } from "./file.ts";

describe("a reference in a fleet file", () => {
  test("must exist", () => {
    const text = `${one}images: { debian: { url: https://example.org/a.qcow2 } }
guests:
  web:
    host: kvm2
    memory: 1 GiB
    pool: fast
    disks: [debain, { volume: data }, { cdrom: tools }]
    networks: [lab, { bridge: br0 }]
`;
    expect(told(text)).toEqual([
      '5:11: there is no host "kvm2"; did you mean "kvm1"?',
      '7:11: there is no pool "fast"; add it under pools:',
      '8:13: there is no image "debain"; did you mean "debian"?',
      '8:31: there is no volume "data"; add it under volumes:',
      '8:48: there is no image or volume "tools"; use one of debian',
      '9:16: there is no network or bridge "lab"; add it under networks: or bridges:',
      '9:31: there is no bridge "br0"; add it under bridges:',
    ]);
  });

  test("must be on the host of the guest", () => {
    expect(
      told(`${two}networks: { lab: { ipv4: 10.0.0.0/24, onHosts: [kvm1] } }
guests:
  web: { memory: 1 GiB, hosts: [kvm1, kvm2], count: 2, networks: [lab] }
  db: { memory: 1 GiB, hosts: [kvm1, kvm2], networks: [lab] }
`),
    ).toEqual(['4:67: the network "lab" is only on kvm1, but is needed on kvm2; add kvm2 to onHosts of networks.lab']);
  });

  test("is resolved even if other parts of the file are wrong", () => {
    expect(told(`${one}guests:\n  web: { memory: [], pool: p }\n  db: { memory: 1 GiB, disks: [{ size: 1 }, { image: x }] }\n`)).toEqual([
      "3:18: memory: [] is not a string",
      '3:28: there is no pool "p"; add it under pools:',
      '4:40: disks[0].size: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
      '4:54: there is no image "x"; add it under images:',
    ]);
  });

  test("may be a URL or a path for images", () => {
    const { guests } = read(
      `${one}guests: { web: { memory: 1 GiB, disks: [/srv/a.qcow2, { cdrom: /srv/b.iso }, { image: "https://example.org/a.img" }] } }\n`,
    );
    expect(guests).toHaveLength(1);
  });
});

describe("networks and pools", () => {
  test("of one host must not overlap or share a name", () => {
    expect(
      told(`${two}networks:
  lab: { ipv4: 10.0.0.0/16 }
  dmz: { ipv4: 10.0.1.0/24, onHosts: [kvm2] }
  far: { ipv4: 10.9.0.0/24, name: lab }
pools:
  a: { type: directory, path: /a, onHosts: [kvm1] }
  b: { type: directory, path: /a, onHosts: [kvm2], name: a }
`),
    ).toEqual([
      '4:16: ipv4: 10.0.1.0/24 overlaps 10.0.0.0/16 of the network "lab" on kvm2; use other addresses for one of them',
      '5:35: "lab" is already the name of networks.lab on kvm1; rename one of them',
    ]);
  });
});

describe("environment variables", () => {
  test("are replaced by their values, or by the default after :-", () => {
    const { hosts, guests } = read(
      'hosts: { kvm1: "${env.URI}" }\nguests: { web: { memory: "${env.SIZE:-2} GiB", cloudInit: { runcmd: ["echo ${HOME}"] } } }\n',
      {
        URI: "qemu:///session",
      },
    );
    expect(hosts).toEqual({ kvm1: { uri: "qemu:///session" } });
    expect(guests[0]?.props).toEqual({ memory: "2 GiB", cloudInit: { runcmd: ["echo ${HOME}"] } });
  });

  test("are reported once if they are not set", () => {
    expect(
      told('hosts: { kvm1: qemu:///system }\nguests: { web: { memory: "${env.SIZE}" }, db: { memory: "${env.SIZES}" } }\n', {
        SIZES: "1 GiB",
      }),
    ).toEqual(["2:27: the environment variable SIZE is not set; did you mean ${env.SIZES}?"]);
  });

  test("are hidden from then on like secrets, unless plainEnv lists them", () => {
    const text = (more: string): string =>
      `hosts: { kvm1: qemu:///system }\n${more}guests: { web: { memory: 1 GiB, title: "\${env.PLACE}", cloudInit: { runcmd: ["x \${secret.KEY_OF_APP}"] } } }\n`;
    const { guests } = read(text("plainEnv: [PLACE]\n"), { PLACE: "cellar-4711", KEY_OF_APP: "p4ss-4711" });
    expect(guests[0]?.props).toMatchObject({ title: "cellar-4711", cloudInit: { runcmd: ["x p4ss-4711"] } });
    expect(knownSecrets().hide("p4ss-4711 in cellar-4711")).toBe("(sensitive) in cellar-4711");
    read(text(""), { PLACE: "cellar-4711", KEY_OF_APP: "p4ss-4711" });
    expect(knownSecrets().hide("p4ss-4711 in cellar-4711")).toBe("(sensitive) in (sensitive)");
    expect(told(text(""), { PLACE: "eu", KEY_OF_APP: "abc" })).toEqual([
      "2:41: the environment variable PLACE has fewer than 4 characters, too few to hide in output; if it is not a secret, declare it: plainEnv: [PLACE]",
      "2:81: the environment variable KEY_OF_APP has fewer than 4 characters, too few to hide in output; use 12 characters or more for a password",
    ]);
    expect(told('hosts: { kvm1: qemu:///system }\nguests: { web: { memory: 1 GiB, title: "${secret.K:-x}" } }\n')).toEqual([
      "2:41: a secret must not have its value in the file; write ${secret.K}, and set K",
    ]);
  });

  test("are never shown in errors", () => {
    const shown = errorOf('hosts: { kvm1: "${env.URI}" }\n', { URI: "secret-value" }).explain();
    expect(shown).toContain('1:16: kvm1: "${env.URI}" is not a libvirt URI');
    expect(shown).not.toContain("secret-value");
  });
});

test("keys that begin with x- are ignored, except for their anchors", () => {
  const fleet = read(`x-small: &small { memory: 1 GiB, cpus: 1 }
x-notes: anything
hosts: { kvm1: qemu:///system }
guests:
  web: { <<: *small }
  db: { <<: *small, cpus: 2 }
`);
  expect(fleet.guests.map(({ name, props }) => [name, props.memory, props.cpus])).toEqual([
    ["web", "1 GiB", 1],
    ["db", "1 GiB", 2],
  ]);
});
