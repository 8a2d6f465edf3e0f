import type { z } from "zod";
import { isObject } from "./records.ts";

type Shape = Readonly<Record<string, z.ZodType>>;
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Shape;
  readonly in?: z.ZodType;
}
const definitionOf = (schema: z.ZodType): Definition => schema._zod.def;

/** The steps to a value: `["disks", 0, "size"]`. */
export type PropPath = readonly (string | number)[];

export const valueIn = (data: unknown, path: PropPath): unknown =>
  path.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), data);

/** The first example in the schema of a value. */
export const exampleAt = (schema: z.ZodType, path: PropPath): unknown =>
  schemasAt(schema, path).flatMap((candidate) => (candidate.meta()?.["examples"] as unknown[] | undefined) ?? [])[0];

/** The schemas that read a value as text. */
export const textSchemasAt = (schema: z.ZodType, path: PropPath): z.ZodType[] =>
  schemasAt(schema, path).filter((candidate) => definitionOf(candidate).type === "string");

/** The props that an object may have; of several alternatives, those of the ones that its literals fit. */
export function knownProps(schema: z.ZodType, path: PropPath, data: unknown): ReadonlySet<string> {
  const value = valueIn(data, path);
  const shapes = schemasAt(schema, path).flatMap((candidate): Shape[] => {
    const { shape } = definitionOf(candidate);
    return shape ? [shape] : [];
  });
  const fits = (shape: Shape): boolean =>
    Object.entries(shape).every(
      ([key, item]) => definitionOf(item).type !== "literal" || (isObject(value) && item.safeParse(value[key]).success),
    );
  const fitting = shapes.filter(fits);
  return new Set((fitting.length > 0 ? fitting : shapes).flatMap((shape) => Object.keys(shape)));
}

/** The possible schemas of a value. */
function schemasAt(schema: z.ZodType, path: PropPath): z.ZodType[] {
  return path.reduce<z.ZodType[]>(
    (here, step) =>
      here.flatMap((candidate) => {
        const { element, shape, valueType } = definitionOf(candidate);
        const next = element ?? shape?.[step] ?? valueType;
        return next ? plainSchemas(next) : [];
      }),
    plainSchemas(schema),
  );
}

/** The schemas inside optional, union and similar. */
function plainSchemas(schema: z.ZodType): z.ZodType[] {
  const { options, innerType, type, in: input } = definitionOf(schema);
  if (options) return options.flatMap(plainSchemas);
  if (innerType) return plainSchemas(innerType);
  if (type === "pipe" && input) return plainSchemas(input);
  return [schema];
}
