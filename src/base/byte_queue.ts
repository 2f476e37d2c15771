// Bytes that wait, in the order in which they came.

const CHUNK_BYTES = 64 << 10;
/** The first chunk is small: most queues stay short. */
const FIRST_CHUNK_BYTES = 512;

/** A queue of bytes, in chunks that are let go as they are taken. */
export class ByteQueue {
  /** Bytes that wait. */
  length = 0;
  #chunks: Uint8Array[] = [];
  /** Where in the last chunk the bytes end. */
  #end = 0;

  /** Adds a copy of the bytes. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const last = this.#lastWithRoom();
      const step = Math.min(bytes.length - at, last.length - this.#end);
      last.set(bytes.subarray(at, at + step), this.#end);
      this.#end += step;
      this.length += step;
      at += step;
    }
  }

  #lastWithRoom(): Uint8Array {
    const last = this.#chunks.at(-1);
    if (last !== undefined && this.#end < last.length) return last;
    const chunk = new Uint8Array(last === undefined ? FIRST_CHUNK_BYTES : CHUNK_BYTES);
    this.#chunks.push(chunk);
    this.#end = 0;
    return chunk;
  }

  /** Takes the next bytes, at most 64 KiB and at least one while there are any; they are the caller's. */
  take(): Uint8Array {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return new Uint8Array();
    const end = this.#chunks.length === 0 ? this.#end : chunk.length;
    const taken = chunk.subarray(0, end);
    this.length -= end;
    if (this.#chunks.length === 0) this.#end = 0;
    return taken;
  }
}
