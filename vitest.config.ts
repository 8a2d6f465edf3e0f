import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^cdkvm\/provider-libvirt$/, replacement: source("./constructs/provider-libvirt/index.ts") },
      { find: /^cdkvm\/testing$/, replacement: source("./testing/index.ts") },
      { find: /^cdkvm$/, replacement: source("./index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    globalSetup: ["test/hosts/global-setup.ts"],
    reporters: ["default", "./test/hosts/reporter.ts", "./test/totals.ts"],
    // generous, because a busy machine may take several times as long
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
