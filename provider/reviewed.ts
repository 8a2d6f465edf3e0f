/** Whether the command line reads what this provider says, and words it for people: some warnings are its own then. */
export const isReviewed = (): boolean => Boolean(process.env["CDKVM_REVIEWED"]);
