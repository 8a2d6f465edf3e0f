import * as tables from "../model/tables.ts";
import { domain } from "./domain/index.ts";
import { Host } from "./host.ts";
import type { DataSource, Resource } from "./protocol/resource.ts";
import { serve } from "./protocol/serve.ts";

/** libvirt's own default, and its environment variable for it. https://libvirt.org/uri.html#default-uri-choice */
const defaultUri = (): string => process.env["LIBVIRT_DEFAULT_URI"] || "qemu:///system";

const resources: readonly Resource<Host>[] = [domain];
const dataSources: readonly DataSource<Host>[] = [];

await serve<Host>({
  table: tables.provider,
  resources,
  dataSources,
  async configure(config, signal) {
    const { uri } = config;
    const host = new Host(typeof uri === "string" && uri !== "" ? uri : defaultUri(), signal);
    await host.libvirt();
    return host;
  },
  close: (host) => host.close(),
});
