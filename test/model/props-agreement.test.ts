import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type * as constructs from "../../constructs/index.ts";
import type * as bridge from "../../model/props/bridge.ts";
import type * as cloudInit from "../../model/props/cloud-init.ts";
import type * as image from "../../model/props/image.ts";
import type * as network from "../../model/props/network.ts";
import type * as pool from "../../model/props/storage-pool.ts";
import type * as vm from "../../model/props/vm.ts";
import type * as volume from "../../model/props/volume.ts";

/** Of each prop, the words that it may be: `"lease" | "agent"`; never where it may be any text, or is none. */
type Words<T> = { readonly [K in keyof T]-?: WordsOf<NonNullable<T[K]>> };
type WordsOf<T> = string extends Extract<T, string> ? never : Extract<T, string>;
type Schema<S extends z.ZodType> = Words<z.input<S>>;

test("each construct's props and their schema have the same names and the same enumerated values", () => {
  expectTypeOf<Schema<typeof vm.vmProps>>().toEqualTypeOf<Words<Omit<constructs.VMProps, "overrides">>>();
  expectTypeOf<Schema<typeof vm.diskProps>>().toEqualTypeOf<Words<constructs.DiskProps>>();
  expectTypeOf<Schema<typeof vm.nicProps>>().toEqualTypeOf<Words<constructs.NicProps>>();
  expectTypeOf<Schema<typeof vm.graphicsProps>>().toEqualTypeOf<Words<constructs.GraphicsProps>>();
  type WaitForIp = Extract<z.input<typeof vm.waitForIpProps>, object>;
  expectTypeOf<Words<WaitForIp>>().toEqualTypeOf<Words<constructs.WaitForIpProps>>();
  expectTypeOf<Schema<typeof cloudInit.cloudInitProps>>().toEqualTypeOf<Words<constructs.CloudInitProps>>();
  expectTypeOf<Schema<typeof cloudInit.cloudInitUser>>().toEqualTypeOf<Words<constructs.CloudInitUser>>();
  expectTypeOf<Schema<typeof cloudInit.cloudInitFile>>().toEqualTypeOf<Words<constructs.CloudInitFile>>();
  expectTypeOf<Schema<typeof network.networkProps>>().toEqualTypeOf<Words<constructs.NetworkProps>>();
  expectTypeOf<Schema<typeof network.ipRange>>().toEqualTypeOf<Words<constructs.IpRange>>();
  expectTypeOf<Schema<typeof network.reservation>>().toEqualTypeOf<Words<constructs.Reservation>>();
  expectTypeOf<Schema<typeof network.dnsHost>>().toEqualTypeOf<Words<constructs.DnsHost>>();
  expectTypeOf<Schema<typeof network.staticRoute>>().toEqualTypeOf<Words<constructs.StaticRoute>>();
  expectTypeOf<Schema<typeof bridge.portGroup>>().toEqualTypeOf<Words<constructs.PortGroup>>();
  expectTypeOf<Schema<typeof image.imageProps>>().toEqualTypeOf<Words<constructs.ImageProps>>();
  expectTypeOf<Schema<typeof volume.volumeProps>>().toEqualTypeOf<Words<constructs.VolumeProps>>();
  expectTypeOf<Schema<typeof pool.directoryPool>>().toEqualTypeOf<Words<constructs.DirectoryPoolProps>>();
  expectTypeOf<Schema<typeof pool.netfsPool>>().toEqualTypeOf<Words<constructs.NetfsPoolProps>>();
  expectTypeOf<Schema<typeof pool.logicalPool>>().toEqualTypeOf<Words<constructs.LogicalPoolProps>>();
  expectTypeOf<Schema<typeof pool.iscsiPool>>().toEqualTypeOf<Words<constructs.IscsiPoolProps>>();
  expectTypeOf<Schema<typeof pool.rbdPool>>().toEqualTypeOf<Words<constructs.RbdPoolProps>>();
});
