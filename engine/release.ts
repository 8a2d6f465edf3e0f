/**
 * The OpenTofu release that cdkvm installs if it finds no engine: the downloads and their checksums.
 * Checksums are the release's own (`tofu_<version>_SHA256SUMS`); module sums are Go's (`sum.golang.org`).
 */
export interface EngineRelease {
  /** Without the leading v. */
  readonly version: string;
  /** Base URL of `v<version>/<archive name>`; a mirror uses the same layout. */
  readonly baseUrl: string;
  /** By platform, in Go's notation: `linux_amd64`. */
  readonly archives: Readonly<Record<string, { readonly name: string; readonly sha256: string }>>;
  /** The same source, to build if the release is unreachable. */
  readonly module: { readonly path: string; readonly package: string; readonly sum: string; readonly modSum: string };
}

export const openTofu: EngineRelease = {
  version: "1.12.6",
  baseUrl: "https://github.com/opentofu/opentofu/releases/download",
  archives: {
    linux_amd64: { name: "tofu_1.12.6_linux_amd64.zip", sha256: "5dc43da4f750f33873dc25e94587128709e819e544b7be9016b255316153c3a8" },
    linux_arm64: { name: "tofu_1.12.6_linux_arm64.zip", sha256: "e573979ba68a17fe7b881752051a694a7efcd970e39521f6a25775197861ed4d" },
    darwin_amd64: { name: "tofu_1.12.6_darwin_amd64.zip", sha256: "166388e5feed47e107e11721b6366bf91d21e47eccbced75f3cbe0c7184ffd9b" },
    darwin_arm64: { name: "tofu_1.12.6_darwin_arm64.zip", sha256: "e083ee43790ab9e19ad66d9933e24a7244a1412e1d5728f37999ae2163fdac95" },
  },
  module: {
    path: "github.com/opentofu/opentofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    sum: "h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98=",
    modSum: "h1:smR4N0Md4RqsCUJtJUxQq4DKE3CQP9Z/GU05wE/ooaA=",
  },
};

/** This machine's platform in Go's notation: `linux_amd64`. */
export const platform = (os: NodeJS.Platform = process.platform, arch: string = process.arch): string =>
  `${os === "win32" ? "windows" : os}_${arch === "x64" ? "amd64" : arch}`;
