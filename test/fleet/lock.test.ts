import { describe, expect, test } from "vitest";
import { FleetFileError } from "../../fleet/errors.ts";
import { parseFleet, type Fleet } from "../../fleet/parse.ts";

const hosts = (...names: string[]): string => `hosts: { ${names.map((name) => `${name}: "qemu+ssh://root@${name}/system"`).join(", ")} }\n`;
const fleet = (names: readonly string[], guests: string): string =>
  `${hosts(...names)}defaults: { memory: 1 GiB, hosts: [${names.join(", ")}] }\nguests: ${guests}\n`;
const read = (text: string, lock?: string): Fleet =>
  parseFleet(text, "fleet.yaml", {}, { file: "fleet.lock.yaml", ...(lock === undefined ? {} : { text: lock }) });
const places = (text: string, lock?: string): string => read(text, lock).guests.map(({ name, host }) => `${name}@${host}`).join(" "); // prettier-ignore
const told = (text: string, lock: string): readonly string[] => {
  try {
    read(text, lock);
  } catch (error) {
    if (error instanceof FleetFileError) return error.problems.map(({ file, line, message, fix }) => `${file}:${line}: ${message}; ${fix}`);
    throw error;
  }
  return [];
};

const two = ["kvm1", "kvm2"];
const three = ["kvm1", "kvm2", "kvm3"];

describe("the lock of a fleet", () => {
  test("has one sorted line per guest, and names the guests just placed", () => {
    const { lock } = read(fleet(two, "{ web: { count: 2 }, db: { host: kvm1 }, '8': { host: kvm2 }, on: { host: kvm2 } }"));
    expect(lock).toEqual({
      file: "fleet.lock.yaml",
      text: `# Which host each guest is on. Written by cdkvm plan and apply; keep it with the fleet file under version control.
guests:
  "8": kvm2
  db: kvm1
  "on": kvm2
  web-1: kvm1
  web-2: kvm2
`,
      changed: true,
      placed: ["web-1 on kvm1", "web-2 on kvm2"],
    });
    expect(
      read(fleet(two, "{ web: { count: 2 }, db: { host: kvm1 }, '8': { host: kvm2 }, on: { host: kvm2 } }"), lock.text).lock,
    ).toMatchObject({
      changed: false,
      placed: [],
    });
  });

  test("keeps guests where they are when a host is added; new guests go there first", () => {
    const { lock } = read(fleet(two, "{ web: { count: 6 } }"));
    expect(places(fleet(three, "{ web: { count: 6 } }"), lock.text)).toBe(
      "web-1@kvm1 web-2@kvm2 web-3@kvm1 web-4@kvm2 web-5@kvm1 web-6@kvm2",
    );
    expect(places(fleet(three, "{ web: { count: 9 } }"), lock.text)).toContain("web-7@kvm3 web-8@kvm3 web-9@kvm3");
  });

  test("places twice as many guests on a host that is listed twice", () => {
    const text = `${hosts(...two)}guests: { odd: { memory: 1 GiB, count: 6, hosts: [kvm2, kvm2, kvm1] } }\n`;
    expect(places(text)).toBe("odd-1@kvm2 odd-2@kvm2 odd-3@kvm1 odd-4@kvm2 odd-5@kvm2 odd-6@kvm1");
    expect(places(text, "guests: { odd-1: kvm1, odd-2: kvm1 }")).toBe("odd-1@kvm1 odd-2@kvm1 odd-3@kvm2 odd-4@kvm2 odd-5@kvm2 odd-6@kvm2");
  });

  test("drops guests that are no longer in the file", () => {
    const { text } = read(fleet(two, "{ web: { count: 2 } }")).lock;
    expect(read(fleet(two, "{ web: { count: 1 } }"), text).lock.text).not.toContain("web-2");
  });

  test("a guest that would move is an error that names its disks and both ways out", () => {
    const lock = "guests:\n  db: kvm1\n  web: kvm2\n";
    const text = `${hosts(...two)}images: { debian: { url: "https://example.org/d.qcow2" } }
guests:
  db:
    memory: 1 GiB
    host: kvm2
    disks: [{ image: debian, size: 20 GiB }, { name: data, size: 50 GiB }, { cdrom: true }]
  web:
    memory: 1 GiB
    hosts: [kvm1]
`;
    expect(told(text, lock)).toEqual([
      'fleet.yaml:6: "db" is on kvm1 (fleet.lock.yaml:2), but this places it on kvm2; keep kvm1 here; or, to delete it on kvm1 with its disks (debian 20 GiB, data 50 GiB) and create it again on kvm2, write "db: kvm2" in fleet.lock.yaml:2',
      'fleet.yaml:10: "web" is on kvm2 (fleet.lock.yaml:3), but this places it on kvm1; keep kvm2 here; or, to delete it on kvm2 and create it again on kvm1, write "web: kvm1" in fleet.lock.yaml:3',
    ]);
    expect(told(text, "guests:\n  db: kvm2\n  web: kvm1\n")).toEqual([]);
  });

  test("a guest with several hosts moves to the host written in the lock", () => {
    expect(places(fleet(two, "{ web: { count: 2 } }"), "guests: { web-1: kvm2, web-2: kvm2 }")).toBe("web-1@kvm2 web-2@kvm2");
  });

  test("a removed host is an error that names the guests on it, removed ones too", () => {
    const lock = "guests:\n  web-1: kvm1\n  web-2: kvm3\n  web-3: kvm3\n";
    expect(told(fleet(two, "{ web: { count: 2 } }"), lock)).toEqual([
      'fleet.yaml:1: the host "kvm3" was removed, but web-2, web-3 are still on it (fleet.lock.yaml:3, fleet.lock.yaml:4), and nothing would manage them any more; restore kvm3, remove these guests and apply first; or, if kvm3 no longer exists, delete those lines from fleet.lock.yaml',
    ]);
  });

  test.each([
    ["guests:\n<<<<<<< ours\n  web-1: kvm1\n", 2],
    ["guests: { web-1: [kvm1] }\n", 1],
    ["guests:\n  web-1: kvm1\n  web-1: kvm2\n", 3],
    ["hosts: {}\n", 1],
  ])("is an error with its line if it is invalid: %j", (lock, line) => {
    const [problem] = told(fleet(two, "{ web: { count: 1 } }"), lock);
    expect(problem).toMatch(new RegExp(`^fleet\\.lock\\.yaml:${line}: .*write one line per guest, for example \`web-1: kvm1\``));
  });
});
