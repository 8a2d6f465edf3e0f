/** Whether the command line reads this provider's output and presents it to the user; it then issues some warnings itself. */
export const isReviewed = (): boolean => Boolean(process.env["CDKVM_REVIEWED"]);
