import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folder, repository, run, write } from "../cli/cdkvm.ts";

test("the guide's step for GitLab adds one note, and updates it with each push", async () => {
  const page = readFileSync(join(repository, "docs/guide/review.md"), "utf8");
  const [, indented = ""] = /^ {4}- \|\n((?: {6}.*\n)+)/m.exec(page) ?? [];
  const step = indented.replaceAll(/^ {6}/gm, "");
  expect(step).toContain("PRIVATE-TOKEN");

  const others = Array.from({ length: 100 }, (_, id) => ({ id, body: "looks good" }));
  const notes: { id: number; body: string }[] = [...others];
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    calls.push(`${request.method} ${url.pathname}`);
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      const from = (Number(url.searchParams.get("page")) - 1) * 100;
      if (request.method === "GET") return response.end(JSON.stringify(notes.slice(from, from + 100)));
      const { body } = JSON.parse(text) as { body: string };
      const id = request.method === "POST" ? notes.length : Number(url.pathname.split("/").at(-1));
      notes[id] = { id, body };
      response.end("{}");
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => void server.once("listening", resolve));

  const cwd = folder();
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
    CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    CI_PROJECT_ID: "1",
    CI_MERGE_REQUEST_IID: "2",
    REVIEW_TOKEN: "t",
  };
  for (const body of ["<!-- cdkvm review: homelab -->\nfirst\n", "<!-- cdkvm review: homelab -->\nsecond\n"]) {
    write(cwd, { "review.md": body });
    expect(await run("sh", ["-c", step], { cwd, env })).toMatchObject({ code: 0, stderr: "" });
    expect(notes.slice(100)).toEqual([{ id: 100, body }]);
  }
  const path = "/projects/1/merge_requests/2/notes";
  expect(calls.filter((call) => !call.startsWith("GET"))).toEqual([`POST ${path}`, `PUT ${path}/100`]);
});
