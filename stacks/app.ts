import { reportErrors } from "./report-errors.ts";
import { App as CdktfApp, type AppConfig } from "#cdktf";

reportErrors();

/**
 * The root of a program: CDKTF's App without the stack traces that it records for every resource and reference, which take a
 * third of synth time. `new App({ stackTraces: true })` keeps them.
 */
export class App extends CdktfApp {
  constructor(config: AppConfig = {}) {
    if (config.stackTraces !== true) process.env["CDKTN_DISABLE_CREATION_STACK"] ??= "true";
    super({ stackTraces: false, ...config });
  }
}
