import { expect, test } from "vitest";
import { FleetFileError } from "../../fleet/errors.ts";
import { parseFleet } from "../../fleet/parse.ts";

const problems = (text: string, untrusted: boolean): string[] => {
  try {
    parseFleet(text, "fleet.yaml", { HOME: "/home/me" }, undefined, { untrusted });
    return [];
  } catch (error) {
    if (error instanceof FleetFileError) return error.problems.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
};

test("a fleet file cannot run a program on this machine", () => {
  for (const uri of ["qemu+ssh://h/system?command=/tmp/x", "qemu+ssh://h/system?no_tty=1&command=x", "qemu+ssh://h/system?x=1;command=y"])
    for (const host of [`"${uri}"`, `{ uri: "${uri}" }`])
      expect(problems(`hosts: { kvm1: ${host} }\n`, false)).toEqual([
        "1: the URI option command runs a program on this machine, which a fleet file must not do",
      ]);
});

test("a fleet file's rollout waits for an agent or an address, not for a command", () => {
  const rollout = (wait: string): string[] => problems(`hosts: { kvm1: { rollout: { groups: [web], wait: ${wait} } } }\n`, false);
  expect(rollout("ip")).toEqual([]);
  expect(rollout('{ command: "touch /tmp/x" }')).toEqual([expect.stringContaining("wait")]);
});

const whole = `plainEnv: [HOME]
hosts:
  kvm1: qemu+ssh://root@kvm1/system?keyfile=/root/.ssh/id
  kvm2: { uri: "qemu+unix:///system?socket=/tmp/s", poolPath: /srv, provider: registry }
images:
  one: { path: /etc/shadow }
  two: { url: "file:///etc/shadow" }
  three: { url: "https://example.org/x.qcow2", allowBackingFile: true }
pools:
  dir: { type: directory, path: /etc }
  lvm: { type: logical, volumeGroup: vg0, devices: [/dev/sdb] }
defaults:
  memory: 1 GiB
  host: kvm1
guests:
  web:
    title: \${env.HOME}
    kernel: /boot/vmlinuz
    initrd: /boot/initrd
    tpm: { passthrough: /dev/tpm0 }
    disks:
      - image: /etc/shadow
      - block: /dev/sda
      - file: /srv/x.img
      - cdrom: /srv/x.iso
      - /etc/shadow
`;

test("--untrusted rejects access to anything but what the file creates, and names it", () => {
  expect(problems(whole, false)).toEqual([]);
  const found = problems(whole, true);
  const lines = [3, 4, 4, 4, 6, 7, 8, 10, 11, 17, 18, 19, 20, 22, 23, 24, 25, 26];
  expect(found.map((one) => Number(one.split(":", 1)[0])).toSorted((a, b) => a - b)).toEqual(lines);
  expect(found).toContain("17: an untrusted fleet file must not use environment variables of this machine");
  expect(found).toContain("6: this gives access to a file on the machine that runs apply");
  expect(found.join()).not.toContain("/home/me");
});

test("--untrusted accepts guests, networks, images from servers, and its own storage", () => {
  expect(
    problems(
      `hosts: { kvm1: qemu+ssh://kvm1/system }
networks: { lab: { ipv4: 10.30.0.0/24 } }
images: { debian: { url: "https://example.org/x.qcow2" } }
volumes: { data: { size: 1 GiB } }
guests: { web: { memory: 1 GiB, disks: [debian, { volume: data }], networks: [lab], cloudInit: { runcmd: ["echo \${HOME}"] } } }
`,
      true,
    ),
  ).toEqual([]);
});

test("--untrusted resolves aliases and merged keys", () => {
  const file = "this gives access to a file on the machine that runs apply";
  const images = (two: string): string => `hosts: { kvm1: qemu:///system }
images:
  one: &a { path: /etc/shadow }
  two: ${two}
`;
  expect(problems(images("*a"), true)).toEqual([`3: ${file}`]); // two things of one place
  expect(problems(images("{ <<: *a, format: raw }"), true)).toEqual([`3: ${file}`]);
});
