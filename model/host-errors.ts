/** Codes of errors that are about the way to a host, so about none of the resources that met them. */
export const HOST_ERRORS: ReadonlySet<string> = new Set([
  "CDKVM_HOST_UNREACHABLE",
  "CDKVM_HOST_UNKNOWN",
  "CDKVM_HOST_REFUSED_LOGIN",
  "CDKVM_HOST_KEY",
  "CDKVM_SOCKET_MISSING",
  "CDKVM_SOCKET_REFUSED",
  "CDKVM_SSH_MISSING",
  "CDKVM_SSH_FAILED",
  "CDKVM_TLS_FAILED",
  "CDKVM_CONNECT_FAILED",
]);
