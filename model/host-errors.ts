/** Error codes that concern the connection to a host rather than the resources that hit them. */
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
