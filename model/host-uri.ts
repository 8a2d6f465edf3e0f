/** libvirt's own default, and its environment variable for it. https://libvirt.org/uri.html#default-uri-choice */
export const defaultUri = (): string => process.env["LIBVIRT_DEFAULT_URI"] || "qemu:///system";
