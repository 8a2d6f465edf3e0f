const reasons = {
  nostate: ["unknown"],
  running: [
    "unknown",
    "booted",
    "migrated",
    "restored",
    "from-snapshot",
    "unpaused",
    "migration-canceled",
    "save-canceled",
    "wakeup",
    "crashed",
    "postcopy",
    "postcopy-failed",
  ],
  blocked: ["unknown"],
  paused: [
    "unknown",
    "user",
    "migration",
    "save",
    "dump",
    "ioerror",
    "watchdog",
    "from-snapshot",
    "shutting-down",
    "snapshot",
    "crashed",
    "starting-up",
    "postcopy",
    "postcopy-failed",
  ],
  shutdown: ["unknown", "user"],
  shutoff: ["unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot", "daemon"],
  crashed: ["unknown", "panicked"],
  pmsuspended: ["unknown"],
} as const;

/** `virDomainState` and its reason: `virDomainRunningReason`, `virDomainPausedReason`, ... */
export interface DomainState {
  readonly state: keyof typeof reasons;
  /** `booted`, `destroyed`; `unknown` also for a reason that this client does not know. */
  readonly reason: string;
}

const states = Object.keys(reasons) as DomainState["state"][];

export const domainStateOf = (state: number, reason: number): DomainState => {
  const name = states[state] ?? "nostate";
  return { state: name, reason: reasons[name][reason] ?? "unknown" };
};
