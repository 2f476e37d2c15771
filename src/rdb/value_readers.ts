import type { Slice } from "../base/slice.ts";
import type { Dialect } from "./opcodes.ts";
import type { RdbInput } from "./rdb_input.ts";
import type { KeyMeta, RdbSink } from "./sink.ts";

/**
 * Reads one value, from the byte after the key on, and tells the sink what it is. The key stays
 * valid; nothing is held in the window.
 */
export type ValueReader = (
  input: RdbInput,
  key: Slice,
  meta: KeyMeta,
  sink: RdbSink,
) => void;

/** By type number. Strings are not here: the record loop reads them itself, for speed. */
export type ValueReaders = Readonly<Record<number, ValueReader | undefined>>;

const READERS: Readonly<Record<Dialect, ValueReaders>> = { redis: {}, valkey: {} };

/** The readers of the values that a file of this dialect may hold. */
export function valueReadersFor(dialect: Dialect): ValueReaders {
  return READERS[dialect];
}
