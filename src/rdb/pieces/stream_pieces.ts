// A stream in pieces: block by block; of blocks that change before their turn a copy is kept.
import { ByteQueue } from "../../base/byte_queue.ts";
import type { Integer64 } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { RdbOutput } from "../rdb_output.ts";
import { writeBlock, writeStreamTail } from "../stream_writer.ts";
import type { PieceGuard, ValuePieces } from "./value_pieces.ts";

const TAIL_BUFFER_BYTES = 4 << 10;
/** As so many elements a block counts: blocks have up to 100 entries, but they are only copied. */
const BLOCK_ELEMENTS = 16;

/** Where a block stood, and under which ID. */
interface BlockPlace {
  readonly milliseconds: Integer64;
  readonly sequence: Integer64;
  readonly ref: number;
}

/**
 * The blocks of a stream. What comes behind them, its groups among it, is written down at once when
 * the stream is attached: it is small, but for entries that wait to be acknowledged.
 */
export class StreamPieces implements ValuePieces {
  readonly object: StreamValue;
  readonly #form: number;
  readonly #tail = new ByteQueue();
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
    const output = new RdbOutput(
      this.#tail,
      { compress: false, checksum: false },
      TAIL_BUFFER_BYTES,
    );
    writeStreamTail(output, this.object, this.#form);
    output.flush();
  }

  detach(): void {
    if (this.#guarded) this.object.guard = undefined;
    this.#guarded = false;
    this.#kept.clear();
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
      if (place === undefined) return this.#stepOfTail(output);
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

  #stepOfTail(output: RdbOutput): boolean {
    const bytes = this.#tail.take();
    output.raw(bytes, 0, bytes.length);
    return this.#tail.length === 0;
  }
}
