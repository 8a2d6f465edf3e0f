import { z } from "zod";

/**
 * JSON Schema (draft 2020-12) of data that a later version may add fields to, so that an older copy of the schema still accepts it.
 *
 * @param schema which itself may be strict, for the tests of this version
 */
export const openJsonSchema = (schema: z.ZodType, title: string): Record<string, unknown> => ({
  ...z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }),
  title,
});
