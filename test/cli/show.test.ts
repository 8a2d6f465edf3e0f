import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { showReview, warningsBeside } from "../../cli/show.ts";
import { Terminal } from "../../cli/terminal.ts";
import { IN_USE } from "../../model/plan-warnings.ts";
import { fleetReview, review } from "../../review/index.ts";
import { guest, keep, network, nic, plan, remove, update, volume } from "../review/build.ts";

let said = "";
let warned = "";
beforeEach(() => {
  said = "";
  warned = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((said += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((warned += String(text))));
});
afterEach(() => vi.restoreAllMocks());

const shown = (of: Parameters<typeof review>[0]): string => {
  showReview(new Terminal({ color: false }), "kvm1", review(of), fleetReview([{ stack: "kvm1", plan: of }]).groups);
  return said;
};

it("an update lists what the configuration changes, not what the provider computes", () => {
  const unknown = { change: { after_unknown: { id: true } } };
  expect(shown(plan([update("libvirt_domain.web1", guest("web1"), { memory: 8, id: null }, unknown)]))).toBe(
    `kvm1
  ! guest web1  libvirt_domain.web1
      web1 will restart: memory 4 → 8 GiB
      memory: "4 GiB" → "8 GiB"
  plan: 1 to restart
`,
  );
});

it("consequences for data and others are shown once, under the change", () => {
  const text = shown(
    plan([
      remove("libvirt_volume.data", volume("data", 10)),
      update("libvirt_network.lan", network("lan"), { mtu: { size: 9000 } }),
      keep("libvirt_domain.web1", guest("web1", { devices: { interfaces: [nic("52:54:00:00:00:11", "lan")] } })),
    ]),
  );
  expect(text.split("its data is lost")).toHaveLength(2);
  expect(text.split("without network meanwhile: web1")).toHaveLength(2);
});

it("guests that restart in one apply share one warning", () => {
  shown(plan(["web1", "web2"].map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 }))));
  expect(warned).toBe("warning: 2 guests go down in one apply, possibly at the same time: web1, web2\n");
});

it("a rollout says in which order guests restart", () => {
  const expressions = { rollout: { constant_value: { at_once: 2 } } };
  const text = shown(
    plan(
      ["web1", "web2", "web3"].map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 })),
      { configuration: { root_module: {}, provider_config: { libvirt: { name: "libvirt", expressions } } } },
    ),
  );
  expect(text).toContain(
    "  rollout: restarts 2 at a time, each until its guest agent answers (at most 5 min); stops after 1 failure: web1 … web3\n",
  );
  expect(warned).toBe("warning: 3 guests go down in one apply, at most 2 at the same time: web1 … web3\n");
});

it("a provider warning is omitted only if the review says the same", () => {
  const found = review(
    plan([update("libvirt_domain.web1", guest("web1"), { memory: 8 }), remove("libvirt_volume.data", volume("data", 10))]),
  );
  const warning = (address: string | undefined, summary: string) =>
    ({ severity: "warning", ...(address === undefined ? {} : { address }), summary, detail: "" }) as const;
  const others = [
    warning("libvirt_domain.web2", "web2 will restart: memory"),
    warning("libvirt_domain.web1", "web1: cdkvm does not manage devices/redirdev"),
    warning("libvirt_volume.other", "The data of volume other will be lost"),
    warning(undefined, "The data of volume other will be lost"),
    warning(undefined, "something about the provider"),
  ];
  const told = [
    warning("libvirt_domain.web1", "web1 will restart: memory"),
    warning("libvirt_volume.data", "The data of volume data will be lost"),
    warning(undefined, "The data of volume data will be lost"),
  ];
  expect(warningsBeside(found, [...told, ...others])).toEqual(others);
});

it("who else uses what is removed is told once: by the review where it says so, else by the provider", () => {
  const inUse = { "network lan": "web9 (interface, it runs)" };
  const found = review(plan([remove("libvirt_network.lan", network("lan")), remove("libvirt_network.dmz", network("dmz"))]), { inUse });
  const warning = (object: string) =>
    ({ severity: "warning", summary: IN_USE.format(object, "web9 (interface, it runs)"), detail: "--allow-in-use was given." }) as const;
  expect(warningsBeside(found, [warning("network lan"), warning("network dmz")])).toEqual([warning("network dmz")]);
});

it("lost data is red, and other consequences are yellow", () => {
  const gone = review(plan([remove("libvirt_volume.data", volume("data", 10)), remove("libvirt_domain.web1", guest("web1"))]));
  const terminal = new Terminal({ color: true });
  vi.spyOn(terminal, "style").mockImplementation((style, text) => `${String(style)}(${text})`);
  showReview(terminal, "kvm1", gone, []);
  expect(said).toContain("red(its data is lost)");
  expect(said).toContain("yellow(it is running)");
});

it("equal changes are shown once, with the names of all", () => {
  const names = Array.from({ length: 60 }, (_, index) => `n${index + 1}`);
  expect(shown(plan(names.map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 }))))).toBe(
    `kvm1
  ! 60 x guest
      60 guests (n1 … n60) will restart: memory 4 → 8 GiB
  plan: 60 to restart
`,
  );
  expect(warned).toContain("60 guests go down in one apply");
});
