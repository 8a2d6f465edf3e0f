import { setTimeout as delay } from "node:timers/promises";
import { noPage } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** Fetches web1's page; its server may start slightly later than its DHCP lease. */
export async function fetchPage(url: string, { uri, names, acceleration }: Settings): Promise<string> {
  const until = Date.now() + (acceleration === "kvm" ? 60_000 : 180_000);
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
      const page = await response.text();
      if (response.ok && page.trim() !== "") return page;
      throw new Error(`the server responded with ${response.status} and ${page.length} characters`);
    } catch (cause) {
      if (Date.now() > until) throw noPage(url, uri, names.web, cause);
      await delay(500);
    }
  }
}
