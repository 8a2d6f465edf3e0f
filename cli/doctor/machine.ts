import { statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { findEngine } from "../../engine/index.ts";
import { install, installCommand, isDebian, missing } from "../host/packages.ts";
import { installEngineHere } from "../install-engine.ts";
import { type Check, ok } from "./check.ts";

const GIB = 2 ** 30;

/** Checks of the machine, ordered by dependency. */
export const machineChecks: readonly Check[] = [
  {
    name: "node",
    run: () => Promise.resolve(ok(`${process.versions.node} (${process.execPath})`)), // older versions stop in main.ts
  },
  {
    name: "engine",
    run: async () => {
      const found = await findEngine();
      if (found) return ok(`${found.kind} ${found.version} (${found.path})`);
      return {
        health: "fail",
        found: "neither tofu nor terraform is on PATH",
        fix: "cdkvm engine install",
        repair: async (say) => {
          await installEngineHere({ ask: () => Promise.resolve(true), say });
        },
      };
    },
  },
  {
    name: "packages",
    run: async () => {
      if (!(await isDebian()))
        return {
          health: "warn",
          found: "not Debian or Ubuntu: packages are not checked",
          fix: "install libvirt, QEMU with UEFI firmware, dnsmasq and swtpm",
        };
      const absent = await missing(["host"]);
      if (absent.length === 0) return ok("libvirt, QEMU, dnsmasq, UEFI firmware and TPM are installed");
      return {
        health: "fail",
        found: `missing: ${absent.map((one) => one.package).join(", ")}`,
        fix: installCommand(absent),
        repair: async (say) => {
          await install({ needs: ["host"], yes: true, log: say });
        },
      };
    },
  },
  {
    name: "disk space",
    run: async () => {
      const folder = ["/var/lib/libvirt/images", "/var/lib/libvirt", "/var/lib"].find((one) => existsSync(one)) ?? "/";
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      const found = `${(free / GIB).toFixed(0)} GiB free in ${folder}`;
      return free >= 10 * GIB
        ? ok(found)
        : {
            health: free >= 2 * GIB ? "warn" : "fail",
            found,
            fix: `free some space, or put pools elsewhere; to see what uses it: sudo du -xh --max-depth=1 ${folder}`,
          };
    },
  },
];
