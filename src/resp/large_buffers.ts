// Buffers for large replies, used again by whichever connection has the next one: a fresh megabyte
// costs more (pages to be zeroed, garbage to be collected) than it takes to fill it.

/** Replies beyond this take one of the large buffers, bytes. */
export const LARGE_REPLY_BYTES = 64 * 1024;
const BUFFER_BYTES = 1024 * 1024;
/** Together as much as a few clients that read long lists in a pipeline need. */
const BUFFERS_KEPT = 8;

const free: Uint8Array<ArrayBuffer>[] = [];

/** A buffer of at least `bytes` bytes of any content. */
export function takeLargeBuffer(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > BUFFER_BYTES) return new Uint8Array(bytes);
  return free.pop() ?? new Uint8Array(BUFFER_BYTES);
}

/** Gives a buffer back that nobody reads or writes any more; one of another size is forgotten. */
export function giveLargeBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  if (buffer.length === BUFFER_BYTES && free.length < BUFFERS_KEPT) free.push(buffer);
}
