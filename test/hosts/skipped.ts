const mark = "[skipped: ";

/** The suffix of a suite's name if it cannot run. */
export const skippedBecause = (reason: string): string => `${mark}${reason}]`;

/** The reason in a name with the `skippedBecause` suffix, or nothing. */
export function skipReason(fullName: string): string | undefined {
  const start = fullName.indexOf(mark);
  return start < 0 ? undefined : fullName.slice(start + mark.length, fullName.indexOf("]", start));
}
