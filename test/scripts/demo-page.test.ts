import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fetchPage } from "../../scripts/demo/page.ts";
import type { Settings } from "../../scripts/demo/settings.ts";

test("the demo shows web1's page once it is complete, not an empty or an error page", async () => {
  const answers = [
    [503, "busy"],
    [200, ""],
    [200, "<h1>Hello from web1</h1>"],
  ] as const;
  let asked = 0;
  const server = createServer((_, response) => {
    const [code, page] = answers[asked++] ?? answers[2];
    response.writeHead(code).end(page);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const settings = { uri: "qemu:///system", acceleration: "qemu", names: { web: "web1" } } as Settings;
  expect(await fetchPage(url, settings)).toBe("<h1>Hello from web1</h1>");
  expect(asked).toBe(3);
});
