/** The first names of a list, and how many more there are: `a, b and 3 more`. */
export function listed(parts: readonly string[], most = 5, separator = ", "): string {
  return parts.length > most ? `${parts.slice(0, most).join(separator)} and ${parts.length - most} more` : parts.join(separator);
}
