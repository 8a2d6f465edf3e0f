/** libvirt's own default, and its environment variable for it. https://libvirt.org/uri.html#default-uri-choice */
export const defaultUri = (): string => process.env["LIBVIRT_DEFAULT_URI"] || "qemu:///system";

/** Whether a libvirt URI is of this machine: without a host name, and not through a tunnel. */
export const isLocal = (uri: string): boolean => /^[a-z]+(\+unix)?:\/\/\//.test(uri);
