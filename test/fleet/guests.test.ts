import { describe, expect, test } from "vitest";
import { one, read, told, two } from "./file.ts";

describe("guests", () => {
  const names = (text: string): string[] => read(text).guests.map(({ name, host }) => `${name}@${host}`);

  test("take the name of their entry, with a number if it has a count", () => {
    expect(
      names(
        `${one}defaults: { memory: 1 GiB }\nguests: { db: {}, web: { count: 2 }, app: { count: 1 }, none: { count: 0 }, big: { name: mail server } }\n`,
      ),
    ).toEqual(["db@kvm1", "web-1@kvm1", "web-2@kvm1", "app-1@kvm1", "mail server@kvm1"]);
  });

  test("are spread evenly over their hosts", () => {
    const text = `${two}defaults: { memory: 1 GiB, hosts: [kvm1, kvm2] }\nguests: { web: { count: 3 }, db: { host: kvm2 }, odd: { count: 3, hosts: [kvm2, kvm2, kvm1] } }\n`;
    expect(names(text)).toEqual(["web-1@kvm1", "web-2@kvm2", "web-3@kvm1", "db@kvm2", "odd-1@kvm2", "odd-2@kvm2", "odd-3@kvm1"]);
  });

  test("must name a host if there are several", () => {
    expect(told(`${two}guests:\n  web: { memory: 1 GiB }\n  db: { memory: 1 GiB, host: kvm1, hosts: [kvm2] }\n`)).toEqual([
      '3:3: "web" does not say which of the 2 hosts it is on; set host: kvm1, or hosts: [kvm1, kvm2] to spread its guests; either may be in defaults',
      "4:36: both host and hosts are set; remove one of them",
    ]);
  });

  test("get the defaults: objects are merged, lists replaced", () => {
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

  test("are checked after merging the defaults, and reported where the wrong prop is", () => {
    expect(told(`${one}defaults: { maxMemory: 1 GiB }\nguests:\n  web: { memory: 2 GiB }\n  db: {}\n`)).toEqual([
      "2:24: maxMemory: 1 GiB is less than memory (2 GiB); raise maxMemory, or lower memory",
      '5:3: "db" has no memory; set memory, for example "2 GiB", here or in defaults',
    ]);
  });

  test("of one entry get consecutive addresses", () => {
    const { guests } = read(
      `${one}networks: { lab: { ipv4: 10.0.0.0/24 } }\nguests: { web: { count: 3, memory: 1 GiB, networks: [{ network: lab, ip: 10.0.0.9 }] } }\n`,
    );
    expect(guests.map(({ props }) => props.networks)).toEqual(["10.0.0.9", "10.0.0.10", "10.0.0.11"].map((ip) => [{ network: "lab", ip }]));
  });

  test("of one entry cannot share a host name or a disk", () => {
    expect(
      told(`${one}guests:
  web:
    count: 2
    memory: 1 GiB
    disks: [{ file: /srv/a.img }, { file: /srv/b.img, shareable: true }]
    cloudInit: { hostname: web }
`),
    ).toEqual([
      '6:21: disks[0].file: all 2 guests of "web" would use this disk; give each guest its own disk, or set shareable: true',
      '7:28: cloudInit.hostname: all 2 guests of "web" would have this value; remove it: each guest then has its own name',
    ]);
  });

  test("on one host cannot write to the same disk", () => {
    expect(
      told(`${two}volumes: { data: { size: 1 GiB } }
defaults: { memory: 1 GiB, host: kvm1 }
guests:
  web: { disks: [{ volume: data }, { block: /dev/sdx }, { file: /srv/ro.img, readOnly: true }] }
  db: { disks: [{ volume: data }, { block: /dev/sdx, shareable: true }, { file: /srv/ro.img, readOnly: true }] }
  far: { host: kvm2, disks: [{ volume: data }] }
`),
    ).toEqual([
      '6:27: disks[0].volume: "web" on kvm1 already uses data, and both would write to it; give each guest its own disk; or set shareable: true in both, if their file system supports several writers; or set readOnly: true',
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
      '5:67: mac: 52:54:00:00:00:01 already belongs to "web-1"; use another address for one of them',
      '6:3: "web-2" is already the name of a guest of "web" (line 5); rename one of them',
      '6:43: ip: 10.0.0.11 already belongs to "web-2" (line 5); use another address for one of them',
      "7:40: ip: 10.0.0.1 already belongs to the host kvm1 (line 2); use another address for one of them",
      '7:96: ip: 10.0.0.40 already belongs to "nas" (line 2); use another address for one of them',
      '8:71: mac: 52:54:00:00:00:02 already belongs to "db" (line 7); use another address for one of them',
    ]);
  });

  test("must have an address in their network", () => {
    expect(
      told(`${one}networks: { lab: { ipv4: 10.0.0.0/24 }, none: {}, theirs: { existing: true } }
defaults: { memory: 1 GiB }
guests:
  a: { count: 3, networks: [{ network: lab, ip: 10.0.0.253 }] }
  b: { networks: [{ network: lab, ip: 10.1.0.1 }, { network: none, ip: 10.0.0.2 }, { network: theirs, ip: 10.0.0.3 }] }
`),
    ).toEqual([
      "5:49: ip: 10.0.0.255, for a-3, is the broadcast address of 10.0.0.0/24, which no guest can have; use another address",
      '6:39: ip: 10.1.0.1 is outside the network "lab"; use an address in 10.0.0.0/24',
      '6:72: ip: 10.0.0.2 is outside the network "none"; set ipv4 or ipv6 in networks.none',
      '6:107: ip: cdkvm does not manage the network "theirs", and cannot reserve 10.0.0.3 there; remove ip, or set the address in cloudInit.networkConfig',
    ]);
  });

  test("must have a valid host name for cloud-init", () => {
    expect(told(`${one}guests: { web_1: { memory: 1 GiB, cloudInit: {} } }\n`)).toEqual([
      '2:11: "web_1" is not a host name, which cloud-init requires; rename the guest, or set cloudInit.hostname',
    ]);
  });
});
