import axe from "axe-core";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetReview, renderFleetHtml } from "../../../review/index.ts";
import { onPath } from "../../hosts/requirements.ts";
import { skippedBecause } from "../../hosts/skipped.ts";
import { disk, guest, keep, network, nic, plan, remove, update } from "../build.ts";
import { Browser } from "./browser.ts";
import { fleet } from "./fleet.ts";

const name = (index: number): string => `n${String(index + 1).padStart(4, "0")}`;
const member = (one: string) =>
  guest(one, { devices: { disks: [disk("vda", `${one}-root`)], interfaces: [nic("52:54:00:00:00:11", "lan")] } });

/** Hosts with guests that restart, one guest that only gets a title, and a network that is deleted. */
const review = (hosts: number, guests: number) =>
  fleetReview(
    Array.from({ length: hosts }, (_, host) => ({
      stack: `kvm${host + 1}`,
      hosts: [`qemu+ssh://kvm${host + 1}/system`],
      plan: plan([
        ...Array.from({ length: guests }, (__, index) => {
          const one = name(host * guests + index);
          const after = index === 0 ? { title: "first", id: 7 } : { memory: 8 };
          return update(`libvirt_domain.${one}`, member(one), after, index === 0 ? { change: { after_unknown: {} } } : {});
        }),
        host === 0 ? remove("libvirt_network.lan", network("lan")) : keep("libvirt_network.lan", network("lan")),
      ]),
    })),
    { title: "fleet" },
  );

describe("a fleet's page", () => {
  it("loads nothing, and allows only its own script", () => {
    const page = renderFleetHtml(review(2, 3));
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<link|<img|src=|@import|url\(/i);
    expect(page).toMatch(/default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]+='"/);
  });

  it.each(["</script><script>alert(1)</script>", '" onfocus="alert(1)', "</details></main>", "<!--"])(
    "is not left by a name: %j",
    (odd) => {
      const page = renderFleetHtml(fleet({ ...review(1, 2), title: odd, failures: [{ stack: odd, hosts: [odd], text: odd }] }));
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toMatch(/ onfocus="|<!--/);
      for (const tag of ["details", "main", "ul", "section"]) expect(page.split(`<${tag}`).length).toBe(page.split(`</${tag}>`).length);
    },
  );
});

const reason = onPath("chromium") ? undefined : "not installed: chromium";

describe.skipIf(reason !== undefined)(`a fleet's page in Chromium${reason === undefined ? "" : ` ${skippedBecause(reason)}`}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await Browser.start();
    folder = await mkdtemp(join(tmpdir(), "cdkvm-page-"));
  });
  afterAll(async () => {
    await browser.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function show(hosts: number, guests: number): Promise<void> {
    const file = join(folder, "review.html");
    await writeFile(file, renderFleetHtml(review(hosts, guests)));
    await browser.open(file);
  }
  const visible = (selector: string): Promise<string[]> =>
    browser.value(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((one) => !one.closest("[hidden]")).map((one) => one.textContent)`,
    );
  const tabTo = async (id: string): Promise<void> => {
    for (let count = 0; count < 30; count += 1) {
      if ((await browser.value("document.activeElement.id")) === id) return;
      await browser.press("Tab", 9);
    }
    throw new Error(`the Tab key does not reach ${id}`);
  };

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 320],
  ])("has no violations of accessibility (%s, %i pixels wide)", async (scheme, width) => {
    await browser.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    await browser.call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await show(2, 4);
    await browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    await browser.value(`${axe.source};0`);
    const found = await browser.value<{ id: string; nodes: string[] }[]>(
      "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)) })))",
    );
    expect(found).toEqual([]);
  });

  it("asks for nothing but itself, and reports no error", async () => {
    await show(2, 4);
    const asked = browser.events.filter(({ method }) => method === "Network.requestWillBeSent");
    expect(asked).toHaveLength(1);
    expect(browser.events.filter(({ method }) => method === "Runtime.exceptionThrown" || method === "Log.entryAdded")).toEqual([]);
  });

  it("finds one guest of a thousand by the keyboard alone, within 300 ms", async () => {
    await show(10, 100);
    await tabTo("query");
    const start = performance.now();
    await browser.type("n0437");
    const texts = await visible(".group > .inside .members > li");
    expect(performance.now() - start).toBeLessThan(300);
    expect(texts).toEqual([expect.stringMatching(/^n0437 kvm5 libvirt_domain\.n0437$/)]);
    expect(await browser.value("document.getElementById('shown').textContent")).toMatch(/^\d+ of \d+ entries shown$/);
  });

  it("finds a guest among the folded names of what goes down, and unfolds the list that it is in", async () => {
    await show(1, 40);
    const open = () =>
      browser.value("[...document.querySelectorAll('.group, .all')].filter((one) => one.open).map((one) => one.className)");
    expect(await open()).toEqual([]);
    await tabTo("query");
    await browser.type("n0023");
    expect(await visible(".callout li")).toEqual([expect.stringContaining("39 guests (n0002 … n0040)")]);
    expect(await open()).toEqual(["item group", "all"]);
    await browser.value("document.querySelector('button[type=reset]').click()");
    await browser.value("new Promise((resolve) => setTimeout(resolve, 50))");
    expect(await open()).toEqual([]);
  });

  it.each([400, 1400])("does not scroll sideways at %i pixels", async (width) => {
    await browser.call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await show(2, 40);
    await browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    expect(await browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
  });

  it("shows one host, or one class, or everything again", async () => {
    await show(3, 4);
    const all = await visible(".item");
    const choose = (id: string, label: string) =>
      browser.value(
        `{ const list = document.getElementById("${id}"); list.value = [...list.options].find(({ text }) => text === "${label}").value; list.dispatchEvent(new Event("input", { bubbles: true })); }`,
      );
    await choose("host", "qemu+ssh://kvm2/system");
    expect(new Set((await visible(".members > li")).map((text) => text.split(" ")[1]))).toEqual(new Set(["kvm2"]));
    await choose("effect", "update live");
    expect(await visible(".group > summary")).toEqual([expect.stringContaining("title")]);
    await tabTo("query");
    await browser.value("document.querySelector('button[type=reset]').focus()");
    await browser.press("Enter", 13);
    await browser.value("new Promise((resolve) => setTimeout(resolve, 50))");
    expect(await visible(".item")).toEqual(all);
  });

  it("shows everything and no form without scripts", async () => {
    await browser.call("Emulation.setScriptExecutionDisabled", { value: true });
    await show(2, 4);
    await browser.call("Emulation.setScriptExecutionDisabled", { value: false });
    expect(await visible("#filter")).toEqual([]);
    expect((await visible(".item")).length).toBe(await browser.value("document.querySelectorAll('.item').length"));
  });
});
