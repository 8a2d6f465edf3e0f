import { CdkvmError, quoted } from "../model/errors.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

/** @param other the path of the stack that has this name */
export const stackTwice = (path: string, id: string, other: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_STACK_TWICE",
    doing: `create the stack ${path}`,
    problem: `the stack ${id} already exists: ${other}`,
    likely: "two fleets have a host of this name; the names of stacks, states and folders come from the host's name alone",
    fix: "rename one of them",
  });

export const rolloutNeedsEmbedded = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ROLLOUT_PROVIDER",
    doing: `create the stack ${path}`,
    problem: "the registry provider has no rollout: it restarts guests whenever the engine comes to them",
    fix: "use the embedded provider, or remove `rollout` and apply with --parallelism 1",
  });

/** @param known the names of the stack's guests */
export const unknownRolloutGuest = (path: string, name: string, known: readonly string[]): CdkvmError => {
  const near = nearest(name, known);
  return new CdkvmError({
    code: "CDKVM_ROLLOUT_GUEST",
    doing: `order the rollout of ${path}`,
    problem: `the stack has no guest named "${name}"`,
    fix: near ? didYouMean(quoted(near)) : `the guests are: ${known.join(", ") || "none"}`,
  });
};

export const providerNotBuilt = (bundle: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PROVIDER_NOT_BUILT",
    doing: "write the provider's launcher",
    problem: `${bundle} does not exist`,
    likely: "the package runs from its sources and the provider is not built yet",
    fix: "run `npm run build`",
  });

export const unknownPlatform = (platform: string, arch: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLATFORM",
    doing: "write the provider's launcher",
    problem: `OpenTofu and Terraform do not support ${platform} on ${arch}`,
    fix: "run cdkvm on Linux or macOS",
  });
