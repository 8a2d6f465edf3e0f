import { VM, type VMProps } from "../../constructs/index.ts";
import type { HostStack } from "../../stacks/index.ts";
import { newHost, synthesize, type Json } from "./synth.ts";

/** The domain that a VM becomes. */
export const domainOf = (props: Partial<VMProps>, host: HostStack = newHost()): Json => {
  new VM(host, "web1", { memory: "2 GiB", ...props });
  return synthesize(host).resource["libvirt_domain"]?.["web1"];
};
