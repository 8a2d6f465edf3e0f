/** @param what the argument's name, for the error */
export function whole(what: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${what} must be a whole number above 0, not ${JSON.stringify(text)}`);
  return Number(text);
}
