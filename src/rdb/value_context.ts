import { Slice } from "../base/slice.ts";
import { type RdbInput, StringSlot } from "./rdb_input.ts";
import type { KeyMeta } from "./key_meta.ts";
import type { ValueSink } from "./value_sink.ts";

/** What a value reader works with: one object for all values of a file. */
export class ValueContext {
  readonly input: RdbInput;
  /** Whether to look for duplicates inside packed blocks (`sanitize-dump-payload`). */
  readonly sanitize: boolean;
  readonly meta: KeyMeta;
  /** The key of the value; it stays valid. */
  readonly key: Slice;
  sink: ValueSink;
  readonly first: StringSlot = new StringSlot();
  readonly second: StringSlot = new StringSlot();
  /** For texts of elements of packed blocks. */
  readonly firstText: Slice = new Slice();
  readonly secondText: Slice = new Slice();

  constructor(
    input: RdbInput,
    sanitize: boolean,
    target: { key: Slice; meta: KeyMeta; sink: ValueSink },
  ) {
    this.input = input;
    this.sanitize = sanitize;
    this.key = target.key;
    this.meta = target.meta;
    this.sink = target.sink;
  }

  /** A number of elements that each take at least `bytesEach`: a hint that cannot lie. */
  sizeHint(claimed: number, bytesEach: number): number {
    return Math.min(claimed, Math.floor(this.input.source.remaining / bytesEach));
  }
}

/**
 * Reads one value, from the byte after the key on, and tells the sink. Returns false, having told
 * it nothing, for an empty value: Redis once had a bug that saved such keys, and skips them.
 */
export type ValueReader = (context: ValueContext, type: number) => boolean;
