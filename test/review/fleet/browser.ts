/** Debian's Chromium without a window, driven over its DevTools protocol: https://chromedevtools.github.io/devtools-protocol/ */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Message) => void>();
  /** Messages of the console, errors, and each address that the page asked for. */
  readonly events: { readonly method: string; readonly params: unknown }[] = [];
  #last = 0;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
      else if (message.method !== undefined) this.events.push({ method: message.method, params: message.params });
    });
  }

  static async start(): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), "cdkvm-chromium-"));
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0"];
    const child = spawn("chromium", [...flags, `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
    for await (const line of createInterface({ input: child.stderr })) {
      const port = /^DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
      if (port === undefined) continue;
      const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
      const socket = new WebSocket(pages.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "");
      await once(socket, "open");
      child.stderr.resume();
      const browser = new Browser(child, profile, socket);
      for (const domain of ["Page", "Runtime", "Network", "Log"]) await browser.call(`${domain}.enable`);
      return browser;
    }
    throw new Error("Chromium ended before it listened");
  }

  async call<T = unknown>(method: string, params: object = {}): Promise<T> {
    const id = ++this.#last;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  async open(file: string): Promise<void> {
    this.events.length = 0;
    await this.call("Page.navigate", { url: `file://${file}` });
    while (!this.events.some(({ method }) => method === "Page.loadEventFired")) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The value of an expression in the page. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call<{ result: { value: T }; exceptionDetails?: { text: string } }>(
      "Runtime.evaluate",
      {
        expression,
        returnByValue: true,
        awaitPromise: true,
      },
    );
    if (exceptionDetails) throw new Error(`${exceptionDetails.text}: ${expression.slice(0, 100)}`);
    return result.value;
  }

  async press(key: string, code: number): Promise<void> {
    for (const type of ["keyDown", "keyUp"])
      await this.call("Input.dispatchKeyEvent", {
        type,
        key,
        code: key,
        windowsVirtualKeyCode: code,
        ...(key === "Enter" && { text: "\r" }),
      });
  }

  type = (text: string): Promise<unknown> => this.call("Input.insertText", { text });

  async stop(): Promise<void> {
    this.#socket.close();
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
