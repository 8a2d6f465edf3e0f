const mark = "[skipped: ";

/** What a suite's name ends with when it cannot run. */
export const skippedBecause = (reason: string): string => `${mark}${reason}]`;

/** The reason in a name that `skippedBecause` ended, or nothing. */
export function skipReason(fullName: string): string | undefined {
  const start = fullName.indexOf(mark);
  return start < 0 ? undefined : fullName.slice(start + mark.length, fullName.indexOf("]", start));
}
