/**
 * Has what a child process makes readable for its owner alone: configurations, plans and states hold secrets in clear. The mask is the
 * whole process's, so it is set for as long as a child is being started, and no longer.
 */
export function privately<Started>(start: () => Started): Started {
  const before = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}
