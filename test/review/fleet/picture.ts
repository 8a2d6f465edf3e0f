/** Draws docs/pictures/fleet-review.png with Debian's Chromium: `npm run picture:review`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetReview, renderFleetHtml } from "../../../review/index.ts";
import { fleets } from "../fleet-plans.ts";
import { Browser } from "./browser.ts";

const [WIDTH, HEIGHT] = [1200, 1300];

const stacks = { ...fleets["several hosts"]?.(), kvm3: fleets["sixty guests with one memory value"]?.()["kvm1"] };
const parts = Object.entries(stacks).flatMap(([stack, plan]) =>
  plan === undefined ? [] : [{ stack, plan, hosts: [`qemu+ssh://root@${stack}/system`] }],
);
const made = { commit: "0123456789abcdef", at: "2026-01-02T03:04:05Z", by: "ada" };
const review = fleetReview(parts, { title: "homelab", made });

const folder = await mkdtemp(join(tmpdir(), "cdkvm-picture-"));
const browser = await Browser.start();
try {
  const page = join(folder, "review.html");
  await writeFile(page, renderFleetHtml(review));
  await browser.call("Emulation.setDeviceMetricsOverride", { width: WIDTH, height: HEIGHT, deviceScaleFactor: 1, mobile: false });
  await browser.call("Emulation.setScrollbarsHidden", { hidden: true });
  await browser.open(page);
  const { data } = await browser.call<{ data: string }>("Page.captureScreenshot", { format: "png" });
  await writeFile(join(import.meta.dirname, "../../../docs/pictures/fleet-review.png"), Buffer.from(data, "base64"));
} finally {
  await browser.stop();
  await rm(folder, { recursive: true });
}
