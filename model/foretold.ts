/** What the provider warns of in a plan and cdkvm's own review says too, so that it is not told twice. */

/** `web1 will restart: memory` */
export const RESTART = / will restart: /;

/** `new guests run on KVM at qemu:///system: a Linux kernel boots on it`; only where cdkvm shows the plan: it is no warning. */
export const ON_KVM = "new guests run on KVM at ";

/** `new guests are emulated at qemu:///system: the processor has neither vmx nor svm` */
export const EMULATED = "new guests are emulated at ";

/** `The data of volume web1-data will be lost`, with the name. */
export const DATA_LOSS = /^The data of volume (.*) will be lost$/;
