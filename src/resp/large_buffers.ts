// Buffers for large replies, used again by whichever connection has the next one: fresh memory costs
// more (pages to be zeroed, garbage to be collected) than it takes to fill it.

/** Replies beyond this take one of the large buffers, bytes. */
export const LARGE_REPLY_BYTES = 64 * 1024;
/** Sizes are powers of two up to this one; larger buffers are not kept. */
export const LARGEST_KEPT_BYTES = 1024 * 1024;
/** What fifty clients need that read long lists in a pipeline. */
const KEPT_BYTES = 32 * 1024 * 1024;

const free = new Map<number, Uint8Array<ArrayBuffer>[]>();
let freeBytes = 0;
/** The least that lay here at any time since {@link forgetLargeBuffers} was called. */
let leastFreeBytes = 0;

for (let size = 2 * LARGE_REPLY_BYTES; size <= LARGEST_KEPT_BYTES; size *= 2) free.set(size, []);

const views = new WeakMap<Uint8Array<ArrayBuffer>, DataView<ArrayBuffer>>();

/** The view of a buffer that goes from one connection to the next; made once. */
export function viewOfLargeBuffer(buffer: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  let view = views.get(buffer);
  if (view === undefined) {
    views.set(buffer, view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length));
  }
  return view;
}

/** A buffer of at least `bytes` bytes of any content. */
export function takeLargeBuffer(bytes: number): Uint8Array<ArrayBuffer> {
  let size = 2 * LARGE_REPLY_BYTES;
  while (size < bytes && size < LARGEST_KEPT_BYTES) size *= 2;
  if (size < bytes) return new Uint8Array(bytes);
  const buffer = free.get(size)!.pop();
  if (buffer === undefined) return new Uint8Array(size);
  freeBytes -= size;
  if (freeBytes < leastFreeBytes) leastFreeBytes = freeBytes;
  return buffer;
}

/** Gives a buffer back that nobody reads or writes any more; one of another size is forgotten. */
export function giveLargeBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  const kept = free.get(buffer.length);
  if (kept === undefined || freeBytes + buffer.length > KEPT_BYTES) return;
  kept.push(buffer);
  freeBytes += buffer.length;
}

/** Lets go of what nobody needed since the last call; answers how many bytes that are. */
export function forgetLargeBuffers(): number {
  let bytes = 0;
  for (const [size, buffers] of free) {
    while (buffers.length > 0 && bytes + size <= leastFreeBytes) {
      buffers.pop();
      bytes += size;
    }
  }
  freeBytes -= bytes;
  leastFreeBytes = freeBytes;
  return bytes;
}
