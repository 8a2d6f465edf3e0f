/**
 * Makes files that a child process creates readable only by their owner: configurations, plans and states contain secrets in
 * plain text. The umask applies to the whole process, so it is set only while a child starts.
 */
export function privately<Started>(start: () => Started): Started {
  const before = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}
