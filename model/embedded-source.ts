/** The source address under which the provider of this package is found: in the stack's own folder. */
export const EMBEDDED_SOURCE = "terraform.local/cdkvm/libvirt";
