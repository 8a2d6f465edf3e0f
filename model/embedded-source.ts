/** The source address of this package's provider, which is found in the stack's own folder. */
export const EMBEDDED_SOURCE = "terraform.local/cdkvm/libvirt";
