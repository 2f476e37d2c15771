// Where handlers write replies: a stream of events that knows nothing of the protocol version.
import type { Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";

/**
 * One reply is one event, or an aggregate header followed by its elements. The sink turns events
 * into RESP2 or RESP3 bytes, a Lua value or a tree; RESP2 has no map, set, double, boolean or push,
 * and each method says what it becomes there.
 */
export interface ReplySink {
  /** `+OK`. */
  ok(): void;
  /** `+PONG`. */
  pong(): void;
  /** A simple string; `text` is ASCII without line breaks. */
  simple(text: string): void;
  /** A bulk string of borrowed bytes. */
  bulk(value: Slice): void;
  /** A bulk string of a byte range, for values in the arena. */
  bulkRange(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Bulk strings of `count` neighbouring ranges, each shorter than 1,000 bytes: `bounds` holds where each
   * starts and ends, counted from `base`.
   */
  bulkRanges(bytes: Uint8Array, base: number, bounds: Int32Array, count: number): void;
  /** A bulk string of a text, in UTF-8. */
  bulkText(text: string): void;
  /** A bulk string of an integer's decimal digits. */
  bulkInteger(value: Integer64): void;
  /** An integer. */
  integer(value: Integer64): void;
  /** A double; RESP2: a bulk string. */
  double(value: number): void;
  /** A double below 10^15 as `formatHumanDouble` prints it: a coordinate; RESP2: a bulk string. */
  humanDouble(value: number): void;
  /** A number too big for an integer, as digits; RESP2: a bulk string. */
  bigNumber(digits: string): void;
  /** A boolean; RESP2: the integer 1 or 0. */
  boolean(value: boolean): void;
  /** A text with a three-letter format, "txt" or "mkd"; RESP2: a bulk string. */
  verbatim(format: string, text: string): void;
  /** Null; RESP2: the null bulk string. */
  null(): void;
  /** Null; RESP2: the null array. */
  nullArray(): void;
  /** Header of an array of `length` replies. */
  array(length: number): void;
  /** Header of a map of `length` keys, each followed by its value; RESP2: an array of twice that. */
  map(length: number): void;
  /** Header of a set of `length` replies; RESP2: an array. */
  set(length: number): void;
  /** Header of out-of-band data of `length` replies; RESP2: an array. */
  push(length: number): void;
  /**
   * Header of attributes of the next reply: `length` names, each followed by its value. False where
   * there are no attributes (RESP2): then none may be written.
   */
  attributes(length: number): boolean;
  /** Header of `length` pairs, each begun with {@link pair}; RESP2: a flat array of twice that. */
  pairs(length: number): void;
  /** Begins one pair of {@link pairs}: an array of two; RESP2: nothing. */
  pair(): void;
  /** Begins an array whose length is not known yet; answers a token for {@link closeArray}. */
  openArray(): number;
  /** Ends the array begun as `token`. The last one opened is closed first. */
  closeArray(token: number, length: number): void;
  /** As {@link closeArray}, for a map of `length` keys. */
  closeMap(token: number, length: number): void;
  /** As {@link closeArray}, for a map of `length` keys, each begun with {@link mapEntry}. */
  closeMapOfEntries(token: number, length: number): void;
  /** Begins one key and its value: nothing; RESP2: an array of two. */
  mapEntry(): void;
  /** As {@link closeArray}, for a set. */
  closeSet(token: number, length: number): void;
  /** An error: code, space, text, without the leading dash. Line breaks become spaces. */
  error(message: string): void;
  /** Number of errors written so far, to see whether a handler wrote one. */
  readonly errorCount: number;
  /** The last error written. */
  readonly lastError: string;
  /** A place to come back to with {@link rollback}. */
  mark(): number;
  /** Takes back all that was written since `mark`. */
  rollback(mark: number): void;
}
