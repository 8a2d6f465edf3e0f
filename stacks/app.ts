import { App as CdktfApp, type AppConfig } from "cdktf";

/**
 * The root of a program. CDKTF's own, without the stack traces that it records for every resource by default, which cost
 * more than the rest of synth.
 */
export class App extends CdktfApp {
  constructor(config: AppConfig = {}) {
    super({ stackTraces: false, ...config });
  }
}
