/** As nginx's default of four buffers of 8 KiB; above it a request gets 431. */
export const MAX_HEADER_BYTES: number = 32_768;
/** Requests that a client may send ahead of their responses before it is not read any more. */
export const MAX_PIPELINED: number = 64;
/** From a request's first byte to the end of its header fields. */
export const HEADER_TIMEOUT_MS: number = 60_000;
