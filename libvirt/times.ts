import { CdkvmError } from "../model/errors.ts";
import type { ConnectOptions } from "./connection.ts";
import type { PatienceOptions } from "./rpc/patience.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Timeouts from the environment: seconds, up to an hour, or a day for a call. @throws CDKVM_BAD_TIMEOUT */
export function timesOf(env: Environment, onWait: PatienceOptions["onWait"] & {}): Pick<ConnectOptions, "timeoutMs" | "patience"> {
  const timeoutMs = milliseconds("CDKVM_CONNECT_TIMEOUT", env["CDKVM_CONNECT_TIMEOUT"], 3600, 15);
  const limitMs = milliseconds("CDKVM_CALL_TIMEOUT", env["CDKVM_CALL_TIMEOUT"], 86_400, 120);
  const noticeMs = milliseconds("CDKVM_WAIT_NOTICE", env["CDKVM_WAIT_NOTICE"], 3600, 15);
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    patience: { onWait, ...(limitMs !== undefined && { limitMs }), ...(noticeMs !== undefined && { noticeMs }) },
  };
}

function milliseconds(name: string, text: string | undefined, most: number, usual: number): number | undefined {
  if (text === undefined || text === "") return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= most) return seconds * 1000;
  throw new CdkvmError({
    code: "CDKVM_BAD_TIMEOUT",
    doing: `read the environment variable ${name}`,
    problem: `${JSON.stringify(text)} is not a number of seconds between 0 and ${most}`,
    fix: `give a number, as ${name}=60, or unset it for ${usual} seconds`,
  });
}
