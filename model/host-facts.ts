import { z } from "zod";

/** What a host has and what runs on it, for whoever adds up what a plan asks for. Sizes are in bytes. */
export const hostFacts = z.object({
  /** The host's memory. */
  memory: z.number(),
  /** Memory that nothing uses, caches not counted as free. */
  freeMemory: z.number(),
  /** Its logical CPUs. */
  cpus: z.number(),
  /** Its active storage pools. */
  pools: z.array(
    z.object({
      name: z.string(),
      uuid: z.string(),
      /** `dir`, `logical`, ...; manifests of older versions have none. */
      type: z.string().optional(),
      /** Pools on one filesystem have its size each. */
      capacity: z.number(),
      /** Bytes free. */
      available: z.number(),
      /** The sizes of all its volumes, of whichever stack, as their guests see them; absent if they could not be read. */
      provisioned: z.number().optional(),
    }),
  ),
  /** All guests that its libvirt knows, of whichever stack. */
  guests: z.array(
    z.object({
      name: z.string(),
      uuid: z.string(),
      /** The most that it may use. */
      memory: z.number(),
      vcpus: z.number(),
      running: z.boolean(),
    }),
  ),
});

export type HostFacts = Readonly<z.output<typeof hostFacts>>;
