import { describe, expect, test } from "vitest";
import { one, read, told, two } from "./fleet-file.ts";

describe("guests", () => {
  const names = (text: string): string[] => read(text).guests.map(({ name, host }) => `${name}@${host}`);

  test("take the name of their entry, numbered if the entry has a count", () => {
    expect(
      names(
        `${one}defaults: { memory: 1 GiB }\nguests: { db: {}, web: { count: 2 }, app: { count: 1 }, none: { count: 0 }, big: { name: mail server } }\n`,
      ),
    ).toEqual(["db@kvm1", "web-1@kvm1", "web-2@kvm1", "app-1@kvm1", "mail server@kvm1"]);
  });

  test("are distributed over their hosts in turn", () => {
    const text = `${two}defaults: { memory: 1 GiB, hosts: [kvm1, kvm2] }\nguests: { web: { count: 3 }, db: { host: kvm2 }, odd: { count: 3, hosts: [kvm2, kvm2, kvm1] } }\n`;
    expect(names(text)).toEqual(["web-1@kvm1", "web-2@kvm2", "web-3@kvm1", "db@kvm2", "odd-1@kvm2", "odd-2@kvm2", "odd-3@kvm1"]);
  });

  test("need a host if there are several", () => {
    expect(told(`${two}guests:\n  web: { memory: 1 GiB }\n  db: { memory: 1 GiB, host: kvm1, hosts: [kvm2] }\n`)).toEqual([
      '3:3: nothing says which of the 2 hosts "web" is on; write host: kvm1, or hosts: [kvm1, kvm2] to spread them; it may stand in defaults too',
      "4:36: it has both host and hosts; keep one of them",
    ]);
  });

  test("inherit the defaults: objects member by member, lists as a whole", () => {
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

  test("are validated with the defaults applied, and an error points at the wrong prop", () => {
    expect(told(`${one}defaults: { maxMemory: 1 GiB }\nguests:\n  web: { memory: 2 GiB }\n  db: {}\n`)).toEqual([
      "2:24: maxMemory: 1 GiB is less than memory, which is 2 GiB",
      '5:3: "db" has no memory; give it memory, as in "2 GiB", here or in defaults',
    ]);
  });

  test("of one entry get consecutive addresses", () => {
    const { guests } = read(
      `${one}networks: { lab: { ipv4: 10.0.0.0/24 } }\nguests: { web: { count: 3, memory: 1 GiB, networks: [{ network: lab, ip: 10.0.0.9 }] } }\n`,
    );
    expect(guests.map(({ props }) => props.networks)).toEqual(["10.0.0.9", "10.0.0.10", "10.0.0.11"].map((ip) => [{ network: "lab", ip }]));
  });

  test("of one entry cannot share what only one guest can have", () => {
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

  test("of one host cannot write to the same disk", () => {
    expect(
      told(`${two}volumes: { data: { size: 1 GiB } }
defaults: { memory: 1 GiB, host: kvm1 }
guests:
  web: { disks: [{ volume: data }, { block: /dev/sdx }, { file: /srv/ro.img, readOnly: true }] }
  db: { disks: [{ volume: data }, { block: /dev/sdx, shareable: true }, { file: /srv/ro.img, readOnly: true }] }
  far: { host: kvm2, disks: [{ volume: data }] }
`),
    ).toEqual([
      '6:27: disks[0].volume: data is a disk of "web" on kvm1 already, and both would write to it; give each guest a disk of its own; where their file system is made for several writers, set shareable: true at both; else readOnly: true',
    ]);
  });

  test("cannot share a name, a MAC address or an IP address", () => {
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

  test("have addresses that belong to their network", () => {
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

  test("have a host name if cloud-init sets one", () => {
    expect(told(`${one}guests: { web_1: { memory: 1 GiB, cloudInit: {} } }\n`)).toEqual([
      '2:11: "web_1" is not a host name, which cloud-init needs; rename the guest, or set cloudInit.hostname',
    ]);
  });
});
