/** What the provider warns of in a plan and cdkvm's own review says too, so that it is not told twice. */

/** `web1 will restart: memory` */
export const RESTART = / will restart: /;

/** `The data of volume web1-data will be lost`, with the name. */
export const DATA_LOSS = /^The data of volume (.*) will be lost$/;
