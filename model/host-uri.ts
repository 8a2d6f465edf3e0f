/** libvirt's default URI and its environment variable. https://libvirt.org/uri.html#default-uri-choice */
export const defaultUri = (): string => process.env["LIBVIRT_DEFAULT_URI"] || "qemu:///system";
