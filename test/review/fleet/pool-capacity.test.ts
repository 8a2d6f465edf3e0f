import { describe, expect, it } from "vitest";
import type { Plan } from "../../../engine/plan.ts";
import type { HostFacts } from "../../../model/host-facts.ts";
import { fleetReview, type FleetReview, renderFleetMarkdown } from "../../../review/index.ts";
import { create, guest, keep, plan, pool, remove, replace, update, volume } from "../build.ts";

const GIB = 1024 ** 3;
const uri = "qemu+ssh://root@kvm1/system";

type Pool = HostFacts["pools"][number];
const dir = (name: string, capacity: number, available: number, provisioned: number): Pool => ({
  name,
  uuid: "",
  type: "dir",
  capacity: capacity * GIB,
  available: available * GIB,
  provisioned: provisioned * GIB,
});
const group = (available: number): Pool => ({ ...dir("vg0", 100, available, 100 - available), type: "logical" });

function reviewOf(pools: readonly Pool[], ...plans: readonly Plan[]): FleetReview {
  const facts = { memory: 64 * GIB, freeMemory: 8 * GIB, cpus: 8, guests: [], pools: [...pools] };
  const parts = plans.map((one, index) => ({ stack: `s${index + 1}`, hosts: [uri], plan: one }));
  return fleetReview(parts, { hosts: { [uri]: facts } });
}

const disks = ({ capacity }: FleetReview): (readonly [string, boolean])[] =>
  capacity.filter(({ resource }) => resource === "disk").map(({ text, over }) => [text, over] as const);
const failures = (review: FleetReview): string[] => review.failures.map(({ text }) => text);

const onLvm = (name: string, gib: number) => volume(name, gib, { pool: "vg0", target: { format: { type: "raw" } } });

describe("pools of files, whose volumes are thin", () => {
  it("are asked for more than they have, as a warning, and not as a failure", () => {
    const review = reviewOf([dir("default", 100, 60, 80)], plan([create("libvirt_volume.data", volume("data", 50))]));
    expect(disks(review)).toEqual([
      ["s1: volumes of pool default may grow to 130 GiB (80 GiB before); the pool has 100 GiB, of which 60 GiB are free", true],
    ]);
    expect(failures(review)).toEqual([]);
    expect(renderFleetMarkdown(review)).toMatch(/Disks may outgrow a pool[\s\S]*may grow to 130 GiB/);
  });

  it("are not told of while their volumes fit, nor when a plan asks for less of a full one", () => {
    const fits = reviewOf([dir("default", 100, 60, 40)], plan([create("libvirt_volume.data", volume("data", 50))]));
    expect(disks(fits)).toEqual([[expect.stringContaining("may grow to 90 GiB (40 GiB before)"), false]]);
    const less = reviewOf([dir("default", 100, 60, 140)], plan([remove("libvirt_volume.data", volume("data", 20))]));
    expect(disks(less)).toEqual([[expect.stringContaining("may grow to 120 GiB (140 GiB before)"), false]]);
    const untouched = reviewOf([dir("default", 100, 60, 140)], plan([keep("libvirt_domain.n01", guest("n01"))]));
    expect(disks(untouched)).toEqual([]);
  });

  it("are asked for more than is free if other files fill them", () => {
    const changes = [create("libvirt_volume.data", volume("data", 50))];
    const filled = dir("default", 100, 45, 10);
    expect(disks(reviewOf([filled], plan(changes)))).toEqual([
      ["s1: volumes of pool default may grow to 60 GiB (10 GiB before); the pool has 100 GiB, of which 45 GiB are free", true],
    ]);
    const freed = [...changes, remove("libvirt_volume.old", volume("old", 5))];
    expect(disks(reviewOf([filled], plan(freed)))).toEqual([[expect.stringContaining("may grow to 55 GiB"), false]]);
  });

  it("are counted over all stacks of the host: created, grown, replaced and deleted volumes", () => {
    const one = plan([
      update("libvirt_volume.grown", volume("grown", 10), { capacity: 30, capacity_unit: "GiB" }),
      replace("libvirt_volume.image", volume("image", 4), { capacity: 6, capacity_unit: "GiB" }, [["create"]]),
    ]);
    const other = plan([create("libvirt_volume.new", volume("new", 7)), remove("libvirt_volume.old", volume("old", 3))]);
    expect(disks(reviewOf([dir("default", 100, 30, 50)], one, other))).toEqual([
      ["s1, s2: volumes of pool default may grow to 76 GiB (50 GiB before); the pool has 100 GiB, of which 30 GiB are free", false],
    ]);
  });

  it("on one filesystem share it; new filesystems of the same size do not count as one", () => {
    const plans = plan([create("libvirt_volume.data", volume("data", 40))]);
    const shared = reviewOf([dir("default", 100, 60, 30), dir("web", 100, 60, 40), dir("other", 100, 20, 90)], plans);
    expect(disks(shared)).toEqual([
      [
        "s1: volumes of pools default, web may grow to 110 GiB (70 GiB before); their filesystem has 100 GiB, of which 60 GiB are free",
        true,
      ],
    ]);
    const fresh = reviewOf([dir("default", 100, 98, 30), dir("web", 100, 98, 40)], plans);
    expect(disks(fresh)).toEqual([[expect.stringContaining("volumes of pool default may grow to 70 GiB (30 GiB before)"), false]]);
  });

  it("that the plan makes or the host does not have, or whose volumes are not known, are left out", () => {
    const made = plan([create("libvirt_pool.vms", pool("vms")), create("libvirt_volume.data", volume("data", 500, { pool: "vms" }))]);
    expect(disks(reviewOf([dir("default", 100, 60, 40)], made))).toEqual([]);
    const moved = plan([
      replace("libvirt_pool.default", pool("default"), { target: { path: "/srv/new" } }, [["target"]]),
      create("libvirt_volume.data", volume("data", 500)),
    ]);
    expect(disks(reviewOf([dir("default", 100, 60, 40)], moved))).toEqual([]);
    const { provisioned: _, type: __, ...old } = dir("default", 100, 60, 40);
    expect(disks(reviewOf([old], plan([create("libvirt_volume.data", volume("data", 500))])))).toEqual([]);
  });
});

describe("pools that allocate whole volumes", () => {
  it("fail at apply without room for new and grown ones", () => {
    const review = reviewOf(
      [group(20)],
      plan([
        create("libvirt_volume.data", onLvm("data", 15)),
        update("libvirt_volume.logs", onLvm("logs", 10), { capacity: 16, capacity_unit: "GiB" }),
      ]),
    );
    expect(failures(review)).toEqual(["s1: pool vg0 has no room for data, logs: 20 GiB are free, and the plan takes 21 GiB at once"]);
    expect(disks(review)).toEqual([]);
  });

  it("may have room if others are deleted by the same apply", () => {
    const changes = [create("libvirt_volume.data", onLvm("data", 25)), remove("libvirt_volume.old", onLvm("old", 5))];
    expect(failures(reviewOf([group(20)], plan(changes)))).toEqual([]);
    expect(failures(reviewOf([group(19)], plan(changes)))).toHaveLength(1);
  });
});
