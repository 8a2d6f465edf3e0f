/**
 * The program behind a fleet file: `CDKVM_FLEET=fleet.yaml node fleet/app.js` synthesizes it. Without CDKVM_FLEET, it
 * uses the folder's own fleet.yaml, or in cdkvm's repository the example.
 */
import { existsSync } from "node:fs";
import { CdkvmError } from "../model/errors.ts";
import { knownSecrets } from "../model/hidden.ts";
import { visible } from "../model/visible.ts";
import { App } from "../stacks/app.ts";
import { fleetStacks, loadFleet } from "./stacks.ts";
import { reportError } from "../stacks/report-errors.ts";

const usual = ["fleet.yaml", "examples/fleet-yaml/fleet.yaml"];
const file = process.env["CDKVM_FLEET"] ?? usual.find((path) => existsSync(path)) ?? "fleet.yaml";

try {
  const fleet = await loadFleet(file);
  const app = new App();
  fleetStacks(app, fleet);
  app.synth();
} catch (error) {
  if (!(error instanceof CdkvmError)) throw error;
  if (!reportError(error)) console.error(visible(knownSecrets().hide(error.explain())));
  process.exitCode = 1;
}
