import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { FleetFileError, fleetSchema, parseFleet, type Fleet } from "../../model/fleet.ts";
import { dataOf } from "./fleet-arbitrary.ts";

const read = (text: string, env: Record<string, string> = {}): Fleet => parseFleet(text, "fleet.yaml", env);

function errorOf(text: string, env: Record<string, string> = {}): FleetFileError {
  try {
    read(text, env);
  } catch (error) {
    if (error instanceof FleetFileError) return error;
    throw error;
  }
  throw new Error("the file was taken");
}

/** Each problem's first line, without the file's name. */
const told = (text: string, env: Record<string, string> = {}): string[] =>
  errorOf(text, env).problems.map(({ line, column, message, fix }) => `${line}:${column}: ${message}${fix && `; ${fix}`}`);

const one = "hosts: { kvm1: qemu:///system }\n";
const two = "hosts: { kvm1: qemu:///system, kvm2: qemu+ssh://root@kvm2/system }\n";

describe("a fleet file with mistakes", () => {
  const text = `hosts:
  kvm1: qemu:/system

networks:
  lab:
    ipv4: 10.0.0.0

defaults:
  memory: 1 GiB

guests:
  web:
    memory: 4 Gigs
    memroy: 2 GiB
    count: two
    disks:
      - size: 512
    networks:
      - network: lap
`;

  test("is told of all of them at once, each with its place, the text and the fix", () => {
    expect(errorOf(text).explain())
      .toBe(`fleet.yaml:2:9: kvm1: "qemu:/system" is not a libvirt URI; it is as "qemu:///system" or "qemu+ssh://root@kvm1/system"
  2 |   kvm1: qemu:/system
    |         ^^^^^^^^^^^^

fleet.yaml:6:11: ipv4: 10.0.0.0 has no prefix length; did you mean 10.0.0.0/24?
  6 |     ipv4: 10.0.0.0
    |           ^^^^^^^^

fleet.yaml:13:13: memory: "4 Gigs" has the unit "Gigs", which is none; did you mean "4 GiB"?
  13 |     memory: 4 Gigs
     |             ^^^^^^

fleet.yaml:14:5: there is no key "memroy"; did you mean "memory"?
  14 |     memroy: 2 GiB
     |     ^^^^^^

fleet.yaml:15:12: count: "two" is not a number
  15 |     count: two
     |            ^^^

fleet.yaml:17:15: disks[0].size: 512 has no unit; did you mean "512 MiB" or "512 GiB"?
  17 |       - size: 512
     |               ^^^

fleet.yaml:19:18: there is no network "lap"; did you mean "lab"?
  19 |       - network: lap
     |                  ^^^

7 problems; nothing was changed`);
  });

  test("gives the same as data", () => {
    expect(errorOf(text)).toMatchObject({ code: "CDKVM_FLEET", details: { doing: "read the fleet file fleet.yaml" } });
    expect(errorOf(text).problems[2]).toEqual({
      file: "fleet.yaml",
      line: 13,
      column: 13,
      text: "4 Gigs",
      message: 'memory: "4 Gigs" has the unit "Gigs", which is none',
      fix: 'did you mean "4 GiB"?',
      source: "    memory: 4 Gigs",
    });
  });

  test.each([
    ["an empty file", "", "1:1: the file is empty; start with hosts: and guests:; `cdkvm init --template fleet` writes one"],
    ["a list", "- a\n", '1:1: ["a"] is not an object'],
    ["a tab", "hosts:\n\tkvm1: x\n", "2:1: this is not YAML: tabs are not allowed as indentation; indent with spaces"],
    [
      "a quote that never ends",
      'hosts: { kvm1: "qemu }\na: 1\n',
      "1:16: this is not YAML: the text that begins here has no closing quote; close it",
    ],
    ["two documents", `${one}---\n${one}`, "2:1: the file has more than one document; remove the line ---"],
    ["a mapping as a key", `${one}{ a: 1 }: b\n`, "2:1: a key is a word, not a list or mapping; quote it"],
    ["no hosts", "guests: {}\n", "1:1: hosts: it is missing; give it at least its name and what it needs"],
    ["hosts without one", "hosts: {}\n", "1:8: hosts: it is empty; a fleet has at least one host"],
    ["a key with nothing behind it", `${one}guests:\n  web:\n`, "3:7: web: nothing stands here; give it a value, or remove the key"],
    [
      "a name with a blank",
      `${one}guests:\n  a b: { memory: 1 GiB }\n`,
      '3:3: "a b" is not a name; it starts with a letter or digit and has up to 100 letters, digits, ".", "_" and "-"',
    ],
    ["a section that there is not", `${one}gests: {}\n`, '2:1: there is no key "gests"; did you mean "guests"?'],
    [
      "a number with a zero in front",
      `${one}defaults: { cloudInit: { files: [{ path: /x, content: y, mode: 0644 }] } }\n`,
      '2:64: cloudInit.files[0].mode: 0644 is not a string; did you mean "0644"?',
    ],
    [
      "a pool type that there is not",
      `${one}pools:\n  fast: { type: direcotry, path: /srv }\n`,
      '3:17: type: "direcotry" is unknown; did you mean "directory"?',
    ],
    [
      "an expression of Terraform's",
      `${one}guests:\n  web: { memory: 1 GiB, machine: "\${var.x}" }\n`,
      "3:34: ${var.x} means nothing in a fleet file; write a name of this file, or ${env.NAME} for a variable of the environment",
    ],
  ])("says where and what: %s", (_, text, problem) => {
    expect(told(text)).toEqual([problem]);
  });

  test("is told of a key that stands twice, and of the rest too", () => {
    expect(told(`${one}guests:\n  web: { memory: 1 GiB }\n  web: { memory: 1 }\n`)).toEqual([
      '4:3: "web" stands here twice; keep one of the two; the first is in line 3',
      '4:18: memory: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
    ]);
  });

  test("shows the place in what an alias and a merge bring", () => {
    expect(told(`${one}guests:\n  web: &web\n    memory: 1 Gig\n  db:\n    <<: *web\n    cpus: 0\n`)).toEqual([
      '4:13: memory: "1 Gig" has the unit "Gig", which is none; did you mean "1 GiB"?',
      "7:11: cpus: 0 is out of range; it is at least 1",
    ]);
  });

  test("cuts a long line to what is around the place", () => {
    const [, line = "", mark = ""] = errorOf(`${one}guests: { web: { memory: 1 GiB, description: "${"x".repeat(300)}", cpus: 0 } }\n`)
      .explain()
      .split("\n");
    expect(line.length).toBeLessThan(130);
    expect(line.slice(mark.indexOf("^"), mark.indexOf("^") + 1)).toBe("0");
  });

  test("never shows a password, in the line or in the message", () => {
    const shown = errorOf(`${one}defaults: { cloudInit: { users: [{ name: me, passwordHash: tr0ub4dor, sheel: x }] } }\n`).explain();
    expect(shown).toContain("passwordHash: it is no password hash; make one with: openssl passwd -6");
    expect(shown).toContain('there is no key "sheel"; did you mean "shell"?');
    expect(shown).not.toContain("tr0ub4dor");
    expect(errorOf(`${one}defaults: { cloudInit: { users: [{ name: me, passwordHash: 12345 }] } }\n`).explain()).not.toContain("12345");
  });

  test("is an error or a fleet, whatever stands in it", () => {
    /** Lines and columns where a file is refused. */
    const places = (text: string): readonly number[] => {
      try {
        read(text);
        return [1];
      } catch (error) {
        if (!(error instanceof FleetFileError) || error.explain() === "") throw error;
        return error.problems.flatMap(({ line, column }) => [line, column]);
      }
    };
    const soundly = (text: string): void => {
      expect(Math.min(...places(text))).toBeGreaterThan(0);
    };
    fc.assert(
      fc.property(dataOf(fleetSchema), (data) => soundly(stringify(data))),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab:-[]{}&*<|>\"'#%!?, \n\t$".split("")), maxLength: 60 }), (text) =>
        soundly(`${one}guests:\n  ${text}`),
      ),
      { numRuns: 500 },
    );
  });
});

describe("what a fleet file names", () => {
  test("has to be there", () => {
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
      '7:11: there is no pool "fast"; the file has none; add it to pools:',
      '8:13: there is no image "debain"; did you mean "debian"?',
      '8:31: there is no volume "data"; the file has none; add it to volumes:',
      '8:48: there is no image or volume "tools"; there are debian',
      '9:16: there is no network or bridge "lab"; the file has none; add it to networks: or bridges:',
      '9:31: there is no bridge "br0"; the file has none; add it to bridges:',
    ]);
  });

  test("has to be on the host of the guest", () => {
    expect(
      told(`${two}networks: { lab: { ipv4: 10.0.0.0/24, onHosts: [kvm1] } }
guests:
  web: { memory: 1 GiB, hosts: [kvm1, kvm2], count: 2, networks: [lab] }
  db: { memory: 1 GiB, hosts: [kvm1, kvm2], networks: [lab] }
`),
    ).toEqual(['4:67: the network "lab" is on kvm1, and not on kvm2, where this is; add kvm2 to onHosts of networks.lab']);
  });

  test("is looked up though other parts of the file are wrong", () => {
    expect(told(`${one}guests:\n  web: { memory: [], pool: p }\n  db: { memory: 1 GiB, disks: [{ size: 1 }, { image: x }] }\n`)).toEqual([
      "3:18: memory: [] is not a string",
      '3:28: there is no pool "p"; the file has none; add it to pools:',
      '4:40: disks[0].size: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
      '4:54: there is no image "x"; the file has none; add it to images:',
    ]);
  });

  test("may be a URL or a path where images go", () => {
    const { guests } = read(
      `${one}guests: { web: { memory: 1 GiB, disks: [/srv/a.qcow2, { cdrom: /srv/b.iso }, { image: "https://example.org/a.img" }] } }\n`,
    );
    expect(guests).toHaveLength(1);
  });
});

describe("guests", () => {
  const names = (text: string): string[] => read(text).guests.map(({ name, host }) => `${name}@${host}`);

  test("take the name of their entry, and numbers where it has a count", () => {
    expect(
      names(
        `${one}defaults: { memory: 1 GiB }\nguests: { db: {}, web: { count: 2 }, app: { count: 1 }, none: { count: 0 }, big: { name: mail server } }\n`,
      ),
    ).toEqual(["db@kvm1", "web-1@kvm1", "web-2@kvm1", "app-1@kvm1", "mail server@kvm1"]);
  });

  test("take turns on their hosts", () => {
    const text = `${two}defaults: { memory: 1 GiB, hosts: [kvm1, kvm2] }\nguests: { web: { count: 3 }, db: { host: kvm2 }, odd: { count: 3, hosts: [kvm2, kvm2, kvm1] } }\n`;
    expect(names(text)).toEqual(["web-1@kvm1", "web-2@kvm2", "web-3@kvm1", "db@kvm2", "odd-1@kvm2", "odd-2@kvm2", "odd-3@kvm1"]);
  });

  test("need a host where there are several", () => {
    expect(told(`${two}guests:\n  web: { memory: 1 GiB }\n  db: { memory: 1 GiB, host: kvm1, hosts: [kvm2] }\n`)).toEqual([
      '3:3: nothing says which of the 2 hosts "web" is on; write host: kvm1, or hosts: [kvm1, kvm2] to take turns; it may stand in defaults too',
      "4:36: it has both host and hosts; keep one of them",
    ]);
  });

  test("have what the defaults say: objects member by member, lists as a whole", () => {
    const { guests } = read(`${one}networks: { a: {}, b: {} }
defaults: { memory: 1 GiB, cpus: 2, networks: [a], cloudInit: { packages: [vim], timezone: Europe/Berlin } }
guests: { web: { cpus: 4, networks: [b], cloudInit: { packages: [nginx] } } }
`);
    expect(guests[0]?.props).toEqual({
      memory: "1 GiB",
      cpus: 4,
      networks: ["b"],
      cloudInit: { packages: ["nginx"], timezone: "Europe/Berlin" },
    });
  });

  test("are checked with the defaults in place, and told where the wrong prop stands", () => {
    expect(told(`${one}defaults: { maxMemory: 1 GiB }\nguests:\n  web: { memory: 2 GiB }\n  db: {}\n`)).toEqual([
      "2:24: maxMemory: 1 GiB is less than memory, which is 2 GiB",
      '5:3: "db" has no memory; give it memory, as in "2 GiB", here or in defaults',
    ]);
  });

  test("of one entry get addresses one after the other", () => {
    const { guests } = read(
      `${one}networks: { lab: { ipv4: 10.0.0.0/24 } }\nguests: { web: { count: 3, memory: 1 GiB, networks: [{ network: lab, ip: 10.0.0.9 }] } }\n`,
    );
    expect(guests.map(({ props }) => props.networks)).toEqual(["10.0.0.9", "10.0.0.10", "10.0.0.11"].map((ip) => [{ network: "lab", ip }]));
  });

  test("of one entry cannot share what is for one", () => {
    expect(
      told(`${one}guests:
  web:
    count: 2
    memory: 1 GiB
    disks: [{ file: /srv/a.img }, { file: /srv/b.img, shareable: true }]
    cloudInit: { hostname: web }
`),
    ).toEqual([
      '6:21: disks[0].file: all 2 guests of "web" would have it; give each guest a disk of its own, or set shareable: true',
      '7:28: cloudInit.hostname: all 2 guests of "web" would have it; drop it: each then has its own name',
    ]);
  });

  test("cannot have one name, one MAC address or one IP address", () => {
    expect(
      told(`${two}networks: { lab: { ipv4: 10.0.0.0/24, reservations: [{ name: nas, ip: 10.0.0.40 }] } }
defaults: { memory: 1 GiB, host: kvm1 }
guests:
  web: { count: 2, networks: [{ network: lab, ip: 10.0.0.10, mac: 52:54:00:00:00:01 }] }
  web-2: { networks: [{ network: lab, ip: 10.0.0.11 }] }
  db: { networks: [{ network: lab, ip: 10.0.0.1, mac: 52-54-00-00-00-02 }, { network: lab, ip: 10.0.0.40 }] }
  other: { host: kvm2, networks: [{ network: lab, ip: 10.0.0.10, mac: 52:54:00:00:00:02 }] }
`),
    ).toEqual([
      '5:67: mac: 52:54:00:00:00:01 is the address of "web-1" already; give one of the two another one',
      '6:3: "web-2" is the name of a guest of "web" already (line 5); rename one of them',
      '6:43: ip: 10.0.0.11 is the address of "web-2" already (line 5); give one of the two another one',
      "7:40: ip: 10.0.0.1 is the address of the host kvm1 itself already (line 2); give one of the two another one",
      '7:96: ip: 10.0.0.40 is the address of "nas" already (line 2); give one of the two another one',
      '8:71: mac: 52:54:00:00:00:02 is the address of "db" already (line 7); give one of the two another one',
    ]);
  });

  test("have addresses that their network has", () => {
    expect(
      told(`${one}networks: { lab: { ipv4: 10.0.0.0/24 }, none: {}, theirs: { existing: true } }
defaults: { memory: 1 GiB }
guests:
  a: { count: 3, networks: [{ network: lab, ip: 10.0.0.253 }] }
  b: { networks: [{ network: lab, ip: 10.1.0.1 }, { network: none, ip: 10.0.0.2 }, { network: theirs, ip: 10.0.0.3 }] }
`),
    ).toEqual([
      "5:49: ip: 10.0.0.255, which a-3 would get, is the broadcast address of 10.0.0.0/24, which no guest may have; choose another one",
      '6:39: ip: 10.1.0.1 is outside the network "lab"; choose one of 10.0.0.0/24',
      '6:72: ip: 10.0.0.2 is outside the network "none"; give networks.none an ipv4 or ipv6',
      '6:107: ip: the network "theirs" is on the host already, so cdkvm cannot keep 10.0.0.3 there; drop ip, or set the address in cloudInit.networkConfig',
    ]);
  });

  test("have a host name where cloud-init sets one", () => {
    expect(told(`${one}guests: { web_1: { memory: 1 GiB, cloudInit: {} } }\n`)).toEqual([
      '2:11: "web_1" is not a host name, which cloud-init needs; rename the guest, or set cloudInit.hostname',
    ]);
  });
});

describe("networks and pools", () => {
  test("of one host lie apart and have names of their own", () => {
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
      '4:16: ipv4: 10.0.1.0/24 lies across 10.0.0.0/16 of the network "lab" on kvm2; give one of the two other addresses',
      '5:35: "lab" is the name of networks.lab on kvm1 already; rename one of them',
    ]);
  });
});

describe("variables of the environment", () => {
  test("are filled in, with what stands behind :- where they are not set", () => {
    const { hosts, guests } = read(
      'hosts: { kvm1: "${env.URI}" }\nguests: { web: { memory: "${env.SIZE:-2} GiB", cloudInit: { runcmd: ["echo ${HOME}"] } } }\n',
      {
        URI: "qemu:///session",
      },
    );
    expect(hosts).toEqual({ kvm1: { uri: "qemu:///session" } });
    expect(guests[0]?.props).toEqual({ memory: "2 GiB", cloudInit: { runcmd: ["echo ${HOME}"] } });
  });

  test("are told once where they are not set", () => {
    expect(
      told('hosts: { kvm1: qemu:///system }\nguests: { web: { memory: "${env.SIZE}" }, db: { memory: "${env.SIZES}" } }\n', {
        SIZES: "1 GiB",
      }),
    ).toEqual(["2:27: the environment variable SIZE is not set; did you mean ${env.SIZES}?"]);
  });

  test("are never shown in errors", () => {
    const shown = errorOf('hosts: { kvm1: "${env.URI}" }\n', { URI: "secret-value" }).explain();
    expect(shown).toContain('1:16: kvm1: "${env.URI}" is not a libvirt URI');
    expect(shown).not.toContain("secret-value");
  });
});
