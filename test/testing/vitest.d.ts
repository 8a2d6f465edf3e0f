import type { CdkvmMatchers } from "cdkvm/testing";

declare module "vitest" {
  // oxlint-disable-next-line typescript/no-empty-object-type -- adds them to vitest's own
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends CdkvmMatchers<R> {}
}
