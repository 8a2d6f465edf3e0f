import { badTimeout } from "./call-errors.ts";
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

function milliseconds(name: string, text: string | undefined, maximum: number, standard: number): number | undefined {
  if (text === undefined || text === "") return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= maximum) return seconds * 1000;
  throw badTimeout(name, text, maximum, standard);
}
