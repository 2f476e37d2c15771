// A window over a dump: bytes in chunks, the offset, the running checksum.
import { RdbError } from "./rdb_error.ts";
import { Crc64 } from "../base/crc64.ts";

const DEFAULT_CHUNK_BYTES = 512 * 1024;
/**
 * The first reads are short, and each is by a part longer than the one before: so all that happens at
 * the end of a window has happened before the compiler looks. What it has not seen then costs it 10 to 20 ms
 * per function later.
 */
const FIRST_READ_BYTES = 512;
const READ_GROWTH = 1.25;

/** Fills `target` from its start, at least one byte of it. Returns how many, 0 at the end. */
export type ReadChunk = (target: Uint8Array) => number;

/** The part of `Deno.FsFile` that a source reads from. */
export interface ReadableFile {
  readSync(target: Uint8Array): number | null;
}

/**
 * A window over a dump. The reader takes bytes from `bytes[position]` on itself and calls `need`
 * when it wants more than `available`; `need` may move the window, which `moves` counts.
 *
 * Bytes from `heldAt` on stay in the window, so that a key is still there when its value has been
 * read. No length that a file claims leads to an allocation before it was compared with what the
 * file still holds.
 */
export class ByteSource {
  /** The window. Only `[0, end)` are bytes of the file. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Over the same bytes. */
  view: DataView<ArrayBuffer>;
  /** Index in the window of the next byte to read. */
  position = 0;
  /** End of what the window holds. */
  end: number;
  /** Index in the window of the first byte to keep. */
  heldAt = 0;
  /** How often the window was moved: an index taken before is valid only if this is the same. */
  moves = 0;
  /** Where the window starts in the file. */
  windowOffset = 0;
  /** Size of the whole file in bytes. */
  readonly totalBytes: number;

  readonly #readChunk: ReadChunk;
  readonly #chunkBytes: number;
  #crc: Crc64 | undefined = new Crc64();
  // Index in the window up to which the checksum has been computed.
  #summedTo = 0;
  #readBytes = FIRST_READ_BYTES;

  constructor(readChunk: ReadChunk, totalBytes: number, window: Uint8Array, filled: number) {
    this.#readChunk = readChunk;
    this.totalBytes = totalBytes;
    this.bytes = window as Uint8Array<ArrayBuffer>;
    this.view = viewOf(this.bytes);
    this.end = filled;
    this.#chunkBytes = Math.max(1, window.length);
  }

  /** Over bytes in memory, which are not copied. */
  static overBytes(bytes: Uint8Array): ByteSource {
    return new ByteSource(() => 0, bytes.length, bytes, bytes.length);
  }

  /** Over a file, from where it stands now. `totalBytes` is what is left of it. */
  static overFile(
    file: ReadableFile,
    totalBytes: number,
    chunkBytes = DEFAULT_CHUNK_BYTES,
  ): ByteSource {
    const readChunk = (target: Uint8Array) => file.readSync(target) ?? 0;
    return new ByteSource(readChunk, totalBytes, new Uint8Array(chunkBytes), 0);
  }

  /** Place of the next byte, counted from the start of the file. */
  get offset(): number {
    return this.windowOffset + this.position;
  }

  /** How many bytes of the file have not been consumed yet. */
  get remaining(): number {
    return this.totalBytes - this.windowOffset - this.position;
  }

  /** Makes `[position, position + count)` available, or throws when the file is too short. */
  need(count: number): void {
    if (this.end - this.position >= count) return;
    if (count > this.remaining) throw this.#truncated(count);
    this.#makeRoom(count);
    while (this.end - this.position < count) {
      const wanted = Math.max(this.position + count, this.end + this.#readBytes);
      this.#readBytes = Math.min(this.#readBytes * READ_GROWTH | 0, this.#chunkBytes);
      const room = this.bytes.subarray(this.end, Math.min(wanted, this.#readLimit()));
      const got = this.#read(room);
      if (got === 0) throw this.#truncated(count);
      this.end += got;
    }
  }

  /** Passes over `count` bytes without keeping them in memory. */
  skip(count: number): void {
    if (count > this.remaining) throw this.#truncated(count);
    let left = count;
    while (left > 0) {
      this.need(1);
      const step = Math.min(left, this.end - this.position);
      this.position += step;
      this.heldAt = this.position;
      left -= step;
    }
  }

  /**
   * Reads `count` bytes to where they are to stay: what the window does not hold goes past it. What was
   * held in the window is gone.
   */
  readInto(target: Uint8Array, at: number, count: number): void {
    if (count > this.remaining) throw this.#truncated(count);
    this.#sumConsumed();
    const { position } = this, here = Math.min(count, this.end - position);
    target.set(this.bytes.subarray(position, position + here), at);
    this.position = position + here;
    this.#sumConsumed();
    if (here === count) return;
    this.windowOffset += this.position;
    this.position =
      this.end =
      this.heldAt =
      this.#summedTo =
        0;
    this.moves++;
    for (let from = at + here; from < at + count;) {
      const to = Math.min(at + count, from + this.#chunkBytes);
      const got = this.#read(target.subarray(from, to));
      if (got === 0) throw this.#truncated(at + count - from);
      this.#crc?.update(target, from, from + got);
      this.windowOffset += got;
      from += got;
    }
  }

  /** Computes no checksum from here on. */
  stopChecksum(): void {
    this.#crc = undefined;
  }

  /** CRC-64 of everything consumed so far, undefined after `stopChecksum`. */
  checksum(): bigint | undefined {
    this.#sumConsumed();
    return this.#crc?.toBigInt();
  }

  // Past what the caller knows to be there nothing is read: bytes after a dump that is part of a
  // longer file belong to somebody else.
  #readLimit(): number {
    return Math.min(this.bytes.length, this.totalBytes - this.windowOffset);
  }

  #read(room: Uint8Array): number {
    try {
      return this.#readChunk(room);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RdbError(`cannot read the file: ${reason}`, this.offset);
    }
  }

  // Moves what must stay to the front of the window, or of a larger one.
  #makeRoom(count: number): void {
    this.#sumConsumed();
    const keepFrom = Math.min(this.heldAt, this.position);
    const wanted = this.position - keepFrom + count;
    // A window that one huge string made large is given back.
    const excessive = this.bytes.length > 8 * Math.max(this.#chunkBytes, wanted);
    if (wanted > this.bytes.length || excessive) this.#replaceWindow(keepFrom, wanted);
    else this.bytes.copyWithin(0, keepFrom, this.end);
    this.end -= keepFrom;
    this.position -= keepFrom;
    this.heldAt = 0;
    this.#summedTo -= keepFrom;
    this.windowOffset += keepFrom;
    this.moves++;
  }

  #replaceWindow(keepFrom: number, wanted: number): void {
    const length = Math.max(this.#chunkBytes, wanted, this.end - keepFrom);
    let larger: Uint8Array<ArrayBuffer>;
    try {
      larger = new Uint8Array(length);
    } catch {
      throw new RdbError(`out of memory: ${length} bytes for one string`, this.offset);
    }
    larger.set(this.bytes.subarray(keepFrom, this.end));
    this.bytes = larger;
    this.view = viewOf(larger);
  }

  #sumConsumed(): void {
    this.#crc?.update(this.bytes, this.#summedTo, this.position);
    this.#summedTo = this.position;
  }

  #truncated(count: number): RdbError {
    const left = this.remaining;
    return new RdbError(
      `unexpected end of file: ${count} bytes are due, ${left} of ${this.totalBytes} are left`,
      this.offset,
    );
  }
}

function viewOf(
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
): DataView<ArrayBuffer> {
  return new DataView(buffer, byteOffset, byteLength);
}
