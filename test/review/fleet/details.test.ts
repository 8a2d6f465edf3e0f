import { describe, expect, it } from "vitest";
import { detailsOfFleet } from "../../../review/fleet/details.ts";
import { fleetReview, LIMITS, renderFleetHtml, renderFleetMarkdown } from "../../../review/index.ts";
import { create, disk, guest, keep, nic, plan, volume } from "../build.ts";

type Json = Record<string, unknown>;

const nameOf = (index: number): string => `n${String(index + 1).padStart(4, "0")}`;
const macOf = (index: number): string =>
  `52:54:00:00:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`;
const uuidOf = (index: number): string => `0b6e8a0e-7c40-4f6e-9f3f-${String(index).padStart(12, "0")}`;
const unknown = (...names: readonly string[]): Json => ({ change: { after_unknown: Object.fromEntries(names.map((one) => [one, true])) } });

/** A new guest with an address, a UUID and a volume of its own. */
const newGuest = (index: number, more: Json = {}) => {
  const name = nameOf(index);
  const devices = { disks: [disk("vda", `${name}-vda`)], interfaces: [nic(macOf(index), "lan")] };
  return [
    create(`libvirt_domain.${name}`, guest(name, { id: undefined, uuid: uuidOf(index), devices, ...more }), unknown("id")),
    create(`libvirt_volume.${name}_vda`, volume(`${name}-vda`, 20, { path: undefined, id: undefined }), unknown("path", "id")),
  ];
};

const review = (count: number, more: (index: number) => Json = () => ({})) =>
  fleetReview([{ stack: "kvm1", plan: plan(Array.from({ length: count }, (_, index) => newGuest(index, more(index))).flat()) }]);

describe("the details of many guests", () => {
  it("are shown once if they differ only by what is each one's own", () => {
    const [detail, ...others] = detailsOfFleet(review(60));
    expect(others).toEqual([]);
    expect(detail?.address).toBe("libvirt_domain.n0001 and 59 more");
    expect(detail?.note).toBe("<UUID>, <name>, <MAC>: each guest's own");
    expect(detail?.rows).toEqual(
      expect.arrayContaining([
        ["uuid", "<UUID>"],
        ["memory", "4 GiB"],
        ["devices.disks[vda].source.volume.volume", "<name>-vda"],
        ["devices.interfaces[<MAC>].source.network.network", "lan"],
      ]),
    );
  });

  it("say what one of sixty has besides, instead, or not at all", () => {
    const odd: Readonly<Record<number, Json>> = {
      7: { cpu: { mode: "host-model" } },
      16: { description: "the odd one" },
      30: { autostart: undefined },
      41: { os: { type_arch: "x86_64", type_machine: "q35" } },
    };
    const [main, ...others] = detailsOfFleet(review(60, (index) => odd[index] ?? {}));
    expect(main?.address).toBe("libvirt_domain.n0001 and 55 more");
    expect(others.map(({ title, address, rows }) => ({ title, address, rows }))).toEqual([
      {
        title: "n0008: the same as the others, but for this",
        address: "libvirt_domain.n0008",
        rows: [["cpu.mode", "host-model"]],
      },
      { title: "n0017: the same as the others, but for this", address: "libvirt_domain.n0017", rows: [["description", "the odd one"]] },
      { title: "n0031: the same as the others, but for this", address: "libvirt_domain.n0031", rows: [["autostart", "(not here)"]] },
      // all others have it, which is usual and not told of them
      { title: "n0042: the same as the others, but for this", address: "libvirt_domain.n0042", rows: [["os.type", "(not here)"]] },
    ]);
    for (const text of [
      renderFleetMarkdown(review(60, (index) => odd[index] ?? {})),
      renderFleetHtml(review(60, (index) => odd[index] ?? {})),
    ])
      for (const one of ["host-model", "the odd one", "(not here)"]) expect(text).toContain(one);
  });

  it("say where each of several that move was", () => {
    const moved = plan(
      [0, 1].map((index) =>
        keep(`libvirt_domain.${nameOf(index)}`, guest(nameOf(index)), { previous_address: `libvirt_domain.old${index}` }),
      ),
    );
    const text = renderFleetMarkdown(fleetReview([{ stack: "kvm1", plan: moved }]));
    expect(text).toContain("- n0001: libvirt_domain.old0\n- n0002: libvirt_domain.old1\n");
  });

  it("keep a page of a thousand new guests small, and each of them can be found in it", () => {
    const thousand = review(1000);
    const page = renderFleetHtml(thousand);
    expect(page.length).toBeLessThan(600_000);
    for (const index of [0, 436, 999])
      for (const one of [nameOf(index), macOf(index), uuidOf(index), `libvirt_volume.${nameOf(index)}_vda`]) expect(page).toContain(one);
    expect(renderFleetMarkdown(thousand, { limit: LIMITS.bitbucket })).not.toContain("left out for length");
  });
});
