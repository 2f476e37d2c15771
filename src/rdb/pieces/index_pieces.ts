// What is pending in a group of a stream, or of one of its consumers, in pieces: chunk by chunk of the
// index; of chunks that change before their turn a copy is kept.
import type { ChangeGuard } from "../../memory/change_guard.ts";
import type { IdIndex } from "../../memory/id_index.ts";

/** Writes records of an index: `words`, each record with its ID before its own ones. */
export type RecordsWriter<Output> = (output: Output, words: Int32Array) => void;

/** How many bytes of copies there are in several indexes together. */
export interface KeptBytes {
  bytes: number;
}

/** As so many elements a chunk counts: it has up to 256 records, which are short. */
const CHUNK_ELEMENTS = 64;

/** An index as it is when this is made, if it is guarded from then on. */
export class IndexPieces<Output> implements ChangeGuard {
  readonly #index: IdIndex;
  readonly #write: RecordsWriter<Output>;
  /** Its chunks, in order. */
  readonly #order: readonly number[];
  /** The next of them to write. */
  #at = 0;
  /** Those that are not written and have not changed; undefined while none has. */
  #waiting: Set<number> | undefined;
  readonly #kept = new Map<number, Int32Array>();
  readonly #keptBytes: KeptBytes;

  /** `keptBytes` counts the copies. */
  constructor(index: IdIndex, write: RecordsWriter<Output>, keptBytes: KeptBytes) {
    this.#index = index;
    this.#write = write;
    this.#keptBytes = keptBytes;
    this.#order = index.chunks.slice();
  }

  attach(): void {
    this.#index.guard = this;
  }

  beforeChange(chunk: number): void {
    const waiting = this.#waiting ??= new Set(this.#order.slice(this.#at));
    if (!waiting.delete(chunk)) return;
    const records = this.#index.recordsOf(chunk).slice();
    this.#kept.set(chunk, records);
    this.#keptBytes.bytes += records.byteLength;
  }

  detach(): void {
    if (this.#index.guard === this) this.#index.guard = undefined;
    for (const { byteLength } of this.#kept.values()) this.#keptBytes.bytes -= byteLength;
    this.#kept.clear();
  }

  /** Writes about so many elements more; true when the index is complete. */
  step(output: Output, elements: number): boolean {
    const order = this.#order;
    for (let left = elements; left > 0 && this.#at < order.length; left -= CHUNK_ELEMENTS) {
      const chunk = order[this.#at++], kept = this.#kept.get(chunk);
      this.#write(output, kept ?? this.#index.recordsOf(chunk));
      if (kept === undefined) this.#waiting?.delete(chunk);
      else {
        this.#kept.delete(chunk);
        this.#keptBytes.bytes -= kept.byteLength;
      }
    }
    return this.#at >= order.length;
  }
}
