import { integer, text, type Fields } from "./table.ts";

/** What is known about a file that depends only on the configuration. */
export const madeFile: Fields = {
  id: text("", { computed: true, doc: "A hash of the content." }),
  path: text("", {
    computed: true,
    doc: "Path of the file on the machine that runs apply; made again from the configuration wherever it is missing.",
  }),
  size: integer("", { computed: true, doc: "Size in bytes." }),
};
