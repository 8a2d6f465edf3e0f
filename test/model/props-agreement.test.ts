import type { IConstruct } from "constructs";
import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type * as constructs from "../../constructs/index.ts";
import type * as bridge from "../../model/props/bridge.ts";
import type { hostProps } from "../../model/props/host.ts";
import type { imageProps } from "../../model/props/image.ts";
import type { networkProps } from "../../model/props/network.ts";
import type { storagePoolProps } from "../../model/props/storage-pool.ts";
import type { vmProps } from "../../model/props/vm.ts";
import type { volumeProps } from "../../model/props/volume.ts";
import type { HostStackProps } from "../../stacks/host-stack.ts";

/** What a schema has as text: constructs by their paths, sizes and durations as written. */
type AsText = IConstruct | constructs.Attachable | constructs.Disk | constructs.ByteSize | constructs.Cidr | constructs.Duration | string;

/** The props at every depth: which are optional, the words and types that each may be; without what is any text. */
type Shape<T> = T extends boolean | number
  ? T
  : T extends AsText
    ? string extends T
      ? never
      : Extract<T, string>
    : T extends readonly (infer Item)[]
      ? Shape<Item>[]
      : string extends keyof T
        ? { record: Extract<Shape<T[keyof T]>, string> }
        : { -readonly [K in keyof T]: Shape<Exclude<T[K], undefined>> };
type Schema<S extends z.ZodType> = Shape<z.input<S>>;

test("each construct's props agree with their schema at every depth: names, optional or not, words, numbers and lists", () => {
  expectTypeOf<Schema<typeof vmProps>>().toEqualTypeOf<Shape<Omit<constructs.VMProps, "overrides">>>();
  expectTypeOf<Schema<typeof networkProps>>().toEqualTypeOf<Shape<constructs.NetworkProps>>();
  expectTypeOf<Schema<typeof storagePoolProps>>().toEqualTypeOf<Shape<constructs.StoragePoolProps>>();
  expectTypeOf<Schema<typeof volumeProps>>().toEqualTypeOf<Shape<constructs.VolumeProps>>();
  expectTypeOf<Schema<typeof imageProps>>().toEqualTypeOf<Shape<constructs.ImageProps>>();
  expectTypeOf<Schema<typeof hostProps>>().toEqualTypeOf<Shape<HostStackProps>>();
  expectTypeOf<Omit<Schema<typeof bridge.openVSwitchProps>, "name">>().toEqualTypeOf<Shape<constructs.OpenVSwitchOptions>>();
  expectTypeOf<Omit<Schema<typeof bridge.macvtapProps>, "name">>().toEqualTypeOf<Shape<constructs.MacvtapOptions>>();
});
