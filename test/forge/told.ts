import type { Told } from "../../forge/index.ts";

/** A comment whose short form is the text. */
export const told = (text: string, made = "", rest = "details"): Told => ({ head: "## Plan", short: `${text}\n${made}`, made, rest });
