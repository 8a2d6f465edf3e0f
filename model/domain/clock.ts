import { group, integer, list, text, type Fields } from "../table.ts";

export const clock: Fields = {
  offset: text("@offset", { doc: "`utc`, or `localtime` for Windows." }),
  basis: text("@basis"),
  adjustment: text("@adjustment"),
  time_zone: text("@timezone"),
  start: integer("@start"),
  timer: list(
    "timer",
    {
      name: text("@name", { required: true }),
      track: text("@track"),
      tick_policy: text("@tickpolicy"),
      catch_up: group("catchup", {
        threshold: integer("@threshold"),
        slew: integer("@slew"),
        limit: integer("@limit"),
      }),
      frequency: integer("@frequency"),
      mode: text("@mode"),
      present: text("@present"),
    },
    { key: ["name"], extras: "drift", unordered: true },
  ),
};

export const pmPolicy: Fields = {
  enabled: text("@enabled", { required: true }),
};

export const pm: Fields = {
  suspend_to_mem: group("suspend-to-mem", pmPolicy),
  suspend_to_disk: group("suspend-to-disk", pmPolicy),
};

export const perf: Fields = {
  events: list(
    "event",
    {
      name: text("@name", { required: true }),
      enabled: text("@enabled", { required: true }),
    },
    { extras: "drift" },
  ),
};
