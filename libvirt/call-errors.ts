import { CdkvmError, messageOf } from "../model/errors.ts";
import { callWords, type Waiting } from "../model/waiting.ts";

/** The errors of an open connection: its calls, its streams and its loss. */

/** Closed by this side. */
export const connectionClosed = (host: string, cause: unknown): CdkvmError =>
  new CdkvmError({ code: "CDKVM_CONNECTION_LOST", doing: `talk to libvirt at ${host}`, problem: "the connection is closed", cause });

export const connectionLost = (host: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_CONNECTION_LOST",
    doing: `talk to libvirt at ${host}`,
    problem: `the connection was lost: ${messageOf(cause)}`,
    likely: "libvirtd was stopped or restarted, or the network to the host failed",
    fix: "check the host, then run the same command again",
    cause,
  });

export const callTimeout = (waiting: Waiting): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_CALL_TIMEOUT",
    doing: `talk to libvirt at ${waiting.host}`,
    problem: `libvirt has not answered ${callWords(waiting)} within ${waiting.seconds} seconds`,
    likely: "libvirtd hangs, or waits for storage or for a guest's QEMU that does not respond; the call may still take effect",
    fix:
      "check the host's log (journalctl -u libvirtd), restart libvirtd there (guests keep running), then run the same command again; " +
      "if the host is only slow, wait longer: CDKVM_CALL_TIMEOUT=600",
  });

/** @param bytes received and not read */
export const streamOverrun = (bytes: number): CdkvmError =>
  new CdkvmError({ code: "CDKVM_STREAM_OVERRUN", doing: "read a libvirt stream", problem: `${bytes} bytes were received but not read` });

export const streamClosed = (): CdkvmError =>
  new CdkvmError({ code: "CDKVM_STREAM_CLOSED", doing: "write to a libvirt stream", problem: "the stream is closed" });

/** @param bytes sent @param offset of the data that differs */
export const uploadLost = (volume: string, bytes: number, offset: number): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_UPLOAD_LOST",
    doing: `upload the content of volume ${volume}`,
    problem: `the host confirmed all ${bytes} bytes, but its data at byte ${offset} differs from what was sent`,
    likely:
      "a write on the host failed because its storage is full, over quota or broken; libvirt does not report a failure of the last write",
    fix: "check the host's storage (df, quota, the kernel log), then apply again",
  });

export const badTimeout = (variable: string, text: string, maximum: number, standard: number): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_BAD_TIMEOUT",
    doing: `read the environment variable ${variable}`,
    problem: `${JSON.stringify(text)} is not a number of seconds between 0 and ${maximum}`,
    fix: `set a number, for example ${variable}=60, or unset it for ${standard} seconds`,
  });
