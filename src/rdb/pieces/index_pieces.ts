// What is pending in a group of a stream, or of one of its consumers, in pieces: chunk by chunk of the
// index; of chunks that change before their turn a copy is kept.
import type { ChangeGuard } from "../../memory/change_guard.ts";
import type { IdIndex } from "../../memory/id_index.ts";
import type { RdbOutput } from "../rdb_output.ts";
import type { RecordsWriter } from "../stream_writer.ts";

/** As so many elements a chunk counts: it has up to 256 records, which are short. */
const CHUNK_ELEMENTS = 64;

/** An index as it is when this is made; from then on it is guarded. */
export class IndexPieces implements ChangeGuard {
  readonly #index: IdIndex;
  readonly #write: RecordsWriter;
  /** Its chunks, in order. */
  readonly #order: readonly number[];
  /** The next of them to write. */
  #at = 0;
  /** Those that are not written and have not changed; undefined while none has. */
  #waiting: Set<number> | undefined;
  readonly #kept = new Map<number, Int32Array>();

  constructor(index: IdIndex, write: RecordsWriter) {
    this.#index = index;
    this.#write = write;
    this.#order = index.chunks.slice();
    index.guard = this;
  }

  beforeChange(chunk: number): void {
    const waiting = this.#waiting ??= new Set(this.#order.slice(this.#at));
    if (waiting.delete(chunk)) this.#kept.set(chunk, this.#index.recordsOf(chunk).slice());
  }

  detach(): void {
    if (this.#index.guard === this) this.#index.guard = undefined;
    this.#kept.clear();
  }

  /** Writes about so many elements more; true when the index is complete. */
  step(output: RdbOutput, elements: number): boolean {
    const order = this.#order;
    for (let left = elements; left > 0 && this.#at < order.length; left -= CHUNK_ELEMENTS) {
      const chunk = order[this.#at++], kept = this.#kept.get(chunk);
      this.#write(output, kept ?? this.#index.recordsOf(chunk));
      if (kept === undefined) this.#waiting?.delete(chunk);
      else this.#kept.delete(chunk);
    }
    return this.#at >= order.length;
  }
}
