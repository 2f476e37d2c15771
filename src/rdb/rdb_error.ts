import { printable } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";

/** A file that cannot be loaded. The message says why and where, for people to read. */
export class RdbError extends Error {
  override name = "RdbError";
  /** Why, without the place. */
  readonly reason: string;
  /** Where reading stopped, in bytes from the start of the file. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} (at byte offset ${offset})`);
    this.reason = reason;
    this.offset = offset;
  }
}

/**
 * Thrown by an `RdbSink` that refuses what it was given (a database out of range, a key that
 * exists already). The reader turns it into an {@link RdbError} that knows the place.
 */
export class RdbRejection extends Error {
  override name = "RdbRejection";
  /** Where the fault is, if that is not the record being read. */
  readonly offset: number | undefined;

  constructor(reason: string, offset?: number) {
    super(reason);
    this.offset = offset;
  }
}

const LONGEST_PRINTED_KEY = 128;

/** A key for a message: quoted, escaped to printable ASCII, and cut when it is very long. */
export function printableKey(key: Slice): string {
  if (key.length <= LONGEST_PRINTED_KEY) return printable(key);
  const { bytes, start } = key;
  return `${
    printable({ bytes, start, end: start + LONGEST_PRINTED_KEY })
  }... (${key.length} bytes)`;
}
