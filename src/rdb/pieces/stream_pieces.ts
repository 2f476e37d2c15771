// A stream in pieces: block by block, of which a copy is kept where they change before their turn, then
// what is pending in its groups.
import { ByteQueue } from "../../base/byte_queue.ts";
import type { Integer64 } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { RdbOutput } from "../rdb_output.ts";
import { writeBlock, writeIndex, writeStreamTail } from "../stream_writer.ts";
import { IndexPieces } from "./index_pieces.ts";
import type { PieceGuard, ValuePieces } from "./value_pieces.ts";

const TAIL_BUFFER_BYTES = 4 << 10;
/** As so many elements a block counts: blocks have up to 100 entries, but they are only copied. */
const BLOCK_ELEMENTS = 16;
/** What is pending is written down at once where it is no more. */
const AT_ONCE_RECORDS = 32;

/** Where a block stood, and under which ID. */
interface BlockPlace {
  readonly milliseconds: Integer64;
  readonly sequence: Integer64;
  readonly ref: number;
}

/**
 * The blocks of a stream and its groups. What it says of itself, its groups and their consumers is
 * written down at once when the stream is attached, but not the entries that are pending.
 */
export class StreamPieces implements ValuePieces {
  readonly object: StreamValue;
  readonly #form: number;
  /** What comes behind the blocks, in order. */
  readonly #tail: (ByteQueue | IndexPieces)[] = [];
  #tailAt = 0;
  /** The next block to write, -1 at the end; of no use once the order is written down. */
  #position: number;
  /** From the next block on, in order; undefined while nothing has changed. */
  #order: BlockPlace[] | undefined;
  #at = 0;
  /** Those of them that are not written and have not changed. */
  readonly #waiting = new Set<number>();
  readonly #kept = new Map<number, Uint8Array>();
  readonly #slice = new Slice();
  #guarded = false;

  constructor(stream: StreamValue, form: number) {
    this.object = stream;
    this.#form = form;
    this.#position = stream.blocks.first();
  }

  attach(guard: PieceGuard): void {
    this.object.guard = guard;
    this.#guarded = true;
    this.#writeDownTail();
  }

  #writeDownTail(): void {
    const tail = this.#tail, options = { compress: false, checksum: false };
    let bytes = new ByteQueue();
    const sink = { write: (written: Uint8Array) => bytes.write(written) };
    const output = new RdbOutput(sink, options, TAIL_BUFFER_BYTES);
    writeStreamTail(output, this.object, this.#form, (_, index, write) => {
      if (index.size <= AT_ONCE_RECORDS) return writeIndex(output, index, write);
      output.flush();
      tail.push(bytes, new IndexPieces(index, write));
      bytes = new ByteQueue();
    });
    output.flush();
    tail.push(bytes);
  }

  detach(): void {
    if (this.#guarded) this.object.guard = undefined;
    this.#guarded = false;
    this.#kept.clear();
    for (const part of this.#tail) if (part instanceof IndexPieces) part.detach();
  }

  head(output: RdbOutput): void {
    output.length(this.object.blocks.size);
  }

  before(_output: RdbOutput, ref: number): void {
    if (this.#order === undefined) this.#writeDownOrder();
    if (!this.#waiting.delete(ref)) return;
    this.#blockInto(ref);
    this.#kept.set(ref, this.#slice.copy());
  }

  #writeDownOrder(): void {
    const order: BlockPlace[] = this.#order = [], stream = this.object, { blocks } = stream;
    for (let at = this.#position; at >= 0; at = blocks.next(at)) {
      const ref = stream.blockAt(at);
      order.push({ milliseconds: blocks.milliseconds(at), sequence: blocks.sequence(at), ref });
      this.#waiting.add(ref);
    }
  }

  #blockInto(ref: number): void {
    this.object.readBlock(ref, this.#slice);
  }

  step(output: RdbOutput, elements: number): boolean {
    for (let left = elements; left > 0;) {
      const place = this.#nextPlace();
      if (place === undefined) return this.#stepOfTail(output, left);
      const { milliseconds, sequence, ref } = place, kept = this.#kept.get(ref);
      if (kept === undefined) {
        this.#waiting.delete(ref);
        this.#blockInto(ref);
      } else {
        this.#kept.delete(ref); // another block may come to stand in its place
        this.#slice.set(kept, 0, kept.length);
      }
      left -= BLOCK_ELEMENTS;
      writeBlock(output, milliseconds, sequence, this.#slice);
    }
    return false;
  }

  /** The place of the next block, undefined at the end. */
  #nextPlace(): BlockPlace | undefined {
    if (this.#order !== undefined) return this.#order[this.#at++];
    const position = this.#position, stream = this.object, { blocks } = stream;
    if (position < 0) return undefined;
    this.#position = blocks.next(position);
    return {
      milliseconds: blocks.milliseconds(position),
      sequence: blocks.sequence(position),
      ref: stream.blockAt(position),
    };
  }

  #stepOfTail(output: RdbOutput, elements: number): boolean {
    const tail = this.#tail, part = tail[this.#tailAt];
    if (part instanceof IndexPieces ? part.step(output, elements) : passOn(part, output)) {
      this.#tailAt++;
    }
    return this.#tailAt === tail.length;
  }
}

/** Writes some of what is written down already; true when that was all. */
function passOn(queue: ByteQueue, output: RdbOutput): boolean {
  const bytes = queue.take();
  output.raw(bytes, 0, bytes.length);
  return queue.length === 0;
}
