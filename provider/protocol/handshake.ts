import type { KeyAndCertificate } from "./certificate.ts";

/** The cookie that tells a provider that Terraform or OpenTofu started it, not a person. */
export const COOKIE_NAME = "TF_PLUGIN_MAGIC_COOKIE";
export const COOKIE_VALUE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

const CORE_PROTOCOL = 1;
const PLUGIN_PROTOCOL = 6;

export interface Handshake {
  /** The engine's certificate, PEM: the only client allowed to connect. */
  readonly clientCertificate: string;
}

/**
 * Reads what go-plugin passes in the environment.
 *
 * @returns the reason as user-facing text, if the process was not started by an engine that it understands and cannot serve
 * @see https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
 */
export function readHandshake(environment: NodeJS.ProcessEnv): Handshake | string {
  if (environment[COOKIE_NAME] !== COOKIE_VALUE) {
    return [
      "This program is a Terraform provider: a plugin that Terraform or OpenTofu starts, not a command.",
      "Run `terraform init` and `terraform plan` (or `tofu ...`, or `cdkvm plan`) where a configuration names it as a provider.",
    ].join("\n");
  }
  const versions = environment["PLUGIN_PROTOCOL_VERSIONS"];
  if (versions !== undefined && !versions.split(",").includes(String(PLUGIN_PROTOCOL))) {
    return `This provider speaks plugin protocol ${PLUGIN_PROTOCOL}; the engine offers only ${versions}. Use Terraform 1.0 or later, or OpenTofu.`;
  }
  const clientCertificate = environment["PLUGIN_CLIENT_CERT"];
  if (clientCertificate === undefined || clientCertificate === "") {
    return "The engine sent no certificate (PLUGIN_CLIENT_CERT), and this provider serves none without. Use Terraform 1.0 or later, or OpenTofu.";
  }
  return { clientCertificate };
}

/** The only line that a provider writes to its standard output. */
export function handshakeLine(socket: string, certificate: KeyAndCertificate): string {
  const der = certificate.der.toString("base64").replace(/=+$/, "");
  return `${CORE_PROTOCOL}|${PLUGIN_PROTOCOL}|unix|${socket}|grpc|${der}\n`;
}
