// The id of a stream entry: milliseconds and sequence number, both unsigned 64-bit integers.
import {
  type Integer64,
  INTEGER64_TEXT_MAX,
  parseUint64Lenient,
  UINT64_MAX,
  writeInteger64,
} from "../base/int64.ts";
import type { IdWords } from "../memory/id_index.ts";
import { highHalf, joinInt64, lowHalf } from "../memory/little_endian.ts";

const DASH = 0x2d;
const PLUS = 0x2b;
const STAR = 0x2a;
const ZERO = 0x30;
const TWO_TO_32 = 4294967296;
/** Digits of milliseconds from the year 2001 to 2286. */
const TIME_DIGITS = 13;
/** Digits that make a small integer, whatever they are. */
const SMALL_DIGITS = 9;
const TEN_TO_SMALL_DIGITS = 1e9;

/** Room that the longest id takes as text. */
export const STREAM_ID_TEXT_MAX = 2 * INTEGER64_TEXT_MAX + 1;
/** Redis refuses longer texts before it reads them. */
const PARSED_TEXT_MAX = 127;

/**
 * A stream ID that can be set: 128 bits in four words, the highest first. The words are signed, for
 * those are small integers to V8: milliseconds of our time as a number, in a field that may also
 * hold a bigint, would be memory allocated each time the field is set.
 */
export class StreamId implements IdWords {
  word0 = 0;
  word1 = 0;
  word2 = 0;
  word3 = 0;

  constructor(milliseconds: Integer64 = 0, sequence: Integer64 = 0) {
    this.set(milliseconds, sequence);
  }

  /** Normalized, so that `===` compares them. */
  get milliseconds(): Integer64 {
    return joinInt64(this.word0 >>> 0, this.word1);
  }

  get sequence(): Integer64 {
    return joinInt64(this.word2 >>> 0, this.word3);
  }

  set sequence(sequence: Integer64) {
    this.word2 = highHalf(sequence);
    this.word3 = lowHalf(sequence);
  }

  set(milliseconds: Integer64, sequence: Integer64): void {
    this.word0 = highHalf(milliseconds);
    this.word1 = lowHalf(milliseconds);
    this.sequence = sequence;
  }

  copyFrom({ word0, word1, word2, word3 }: IdWords): void {
    this.word0 = word0;
    this.word1 = word1;
    this.word2 = word2;
    this.word3 = word3;
  }

  copy(): StreamId {
    const copy = new StreamId();
    copy.copyFrom(this);
    return copy;
  }

  /** The largest ID there can be. */
  setMaximum(): void {
    this.word0 =
      this.word1 =
      this.word2 =
      this.word3 =
        -1;
  }

  get isZero(): boolean {
    return (this.word0 | this.word1 | this.word2 | this.word3) === 0;
  }

  get isMaximum(): boolean {
    return (this.word0 & this.word1 & this.word2 & this.word3) === -1;
  }

  /** Whether the milliseconds of both are the same. */
  hasMillisecondsOf({ word0, word1 }: IdWords): boolean {
    return this.word0 === word0 && this.word1 === word1;
  }

  /** Whether the milliseconds are below a safe integer; without the milliseconds as a number. */
  isBefore(milliseconds: number): boolean {
    return (this.word0 >>> 0) * TWO_TO_32 + (this.word1 >>> 0) < milliseconds;
  }

  /** Negative, zero or positive, as this one comes before, is, or comes after the other. */
  compare(other: IdWords): number {
    return (this.word0 >>> 0) - (other.word0 >>> 0) || (this.word1 >>> 0) - (other.word1 >>> 0) ||
      (this.word2 >>> 0) - (other.word2 >>> 0) || (this.word3 >>> 0) - (other.word3 >>> 0);
  }

  /** Becomes the next ID. The largest one becomes 0-0 and answers false. */
  increment(): boolean {
    this.word3 = this.word3 + 1 | 0;
    if (this.word3 !== 0) return true;
    this.word2 = this.word2 + 1 | 0;
    if (this.word2 !== 0) return true;
    this.word1 = this.word1 + 1 | 0;
    if (this.word1 !== 0) return true;
    this.word0 = this.word0 + 1 | 0;
    return this.word0 !== 0;
  }

  /** Becomes the ID before. 0-0 becomes the largest one and answers false. */
  decrement(): boolean {
    this.word3 = this.word3 - 1 | 0;
    if (this.word3 !== -1) return true;
    this.word2 = this.word2 - 1 | 0;
    if (this.word2 !== -1) return true;
    this.word1 = this.word1 - 1 | 0;
    if (this.word1 !== -1) return true;
    this.word0 = this.word0 - 1 | 0;
    return this.word0 !== -1;
  }

  /** Writes `milliseconds-sequence` from `at` on and answers the end. */
  write(bytes: Uint8Array, at: number): number {
    const dash = writeInteger64(this.milliseconds, bytes, at);
    bytes[dash] = DASH;
    return writeInteger64(this.sequence, bytes, dash + 1);
  }

  /** `milliseconds-sequence` in memory of its own. */
  text(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(STREAM_ID_TEXT_MAX);
    return bytes.slice(0, this.write(bytes, 0));
  }

  toString(): string {
    return `${this.milliseconds}-${this.sequence}`;
  }

  /** Reads 16 bytes, the highest first: so RDB files hold IDs. */
  readBigEndian(bytes: Uint8Array, at: number): void {
    this.word0 = readBigEndian32(bytes, at);
    this.word1 = readBigEndian32(bytes, at + 4);
    this.word2 = readBigEndian32(bytes, at + 8);
    this.word3 = readBigEndian32(bytes, at + 12);
  }
}

function readBigEndian32(bytes: Uint8Array, at: number): number {
  return bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
}

/** How an ID may be spelled. */
export interface IdForm {
  /** The sequence number of an ID that states none. */
  readonly missingSequence: Integer64;
  /** Whether `-` and `+` are the lowest and the highest ID. */
  readonly takesEnds: boolean;
  /** Whether `ms-*` leaves the sequence number open. */
  readonly takesOpenSequence: boolean;
}

/** One definite ID; a missing sequence number is 0. */
export const STRICT_ID: IdForm = {
  missingSequence: 0,
  takesEnds: false,
  takesOpenSequence: false,
};
/** The ID of XADD. */
export const ADDED_ID: IdForm = { missingSequence: 0, takesEnds: false, takesOpenSequence: true };
/** The lower end of a range. */
export const RANGE_START: IdForm = {
  missingSequence: 0,
  takesEnds: true,
  takesOpenSequence: false,
};
/** The upper end of a range. */
export const RANGE_END: IdForm = {
  missingSequence: UINT64_MAX,
  takesEnds: true,
  takesOpenSequence: false,
};

export const ID_INVALID = 0;
export const ID_COMPLETE = 1;
/** The sequence number was left open; it reads as 0. */
export const ID_OPEN_SEQUENCE = 2;

/** Reads an ID from a text; ID_INVALID, ID_COMPLETE or ID_OPEN_SEQUENCE. As C, it stops at a NUL. */
export function parseStreamId(
  id: StreamId,
  { bytes, start, end }: { bytes: Uint8Array; start: number; end: number },
  form: IdForm,
): number {
  if (end - start > PARSED_TEXT_MAX) return ID_INVALID;
  let dash = -1;
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0) end = at;
    else if (bytes[at] === DASH && dash < 0) dash = at;
  }
  if (end - start === 1 && (bytes[start] === DASH || bytes[start] === PLUS)) {
    if (!form.takesEnds) return ID_INVALID;
    if (bytes[start] === PLUS) id.setMaximum();
    else id.set(0, 0);
    return ID_COMPLETE;
  }
  if (!parseMilliseconds(id, bytes, start, dash < 0 ? end : dash)) return ID_INVALID;
  if (dash < 0) {
    id.sequence = form.missingSequence;
    return ID_COMPLETE;
  }
  if (form.takesOpenSequence && end - dash === 2 && bytes[dash + 1] === STAR) {
    id.sequence = 0;
    return ID_OPEN_SEQUENCE;
  }
  const small = smallInteger(bytes, dash + 1, end);
  if (small >= 0) {
    id.word2 = 0;
    id.word3 = small;
    return ID_COMPLETE;
  }
  const sequence = parseUint64Lenient(bytes, dash + 1, end);
  if (sequence === undefined) return ID_INVALID;
  id.sequence = sequence;
  return ID_COMPLETE;
}

/** Sets the milliseconds of an ID to what a text spells; false where it spells none. */
function parseMilliseconds(id: StreamId, bytes: Uint8Array, start: number, end: number): boolean {
  // Digits of our time make two small integers: like that nothing is allocated.
  if (end - start === TIME_DIGITS && bytes[start] !== ZERO) {
    const high = smallInteger(bytes, start, end - SMALL_DIGITS);
    const low = digitsOf(bytes, end - SMALL_DIGITS, end);
    if (high >= 0 && low >= 0) {
      const milliseconds = high * TEN_TO_SMALL_DIGITS + low;
      id.word0 = milliseconds / TWO_TO_32 | 0;
      id.word1 = milliseconds | 0;
      return true;
    }
  }
  const milliseconds = parseUint64Lenient(bytes, start, end);
  if (milliseconds === undefined) return false;
  id.word0 = highHalf(milliseconds);
  id.word1 = lowHalf(milliseconds);
  return true;
}

/** An integer of at most nine digits, spelled canonically; -1 for any other text. */
function smallInteger(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > SMALL_DIGITS || bytes[start] === ZERO && end - start > 1) return -1;
  return digitsOf(bytes, start, end);
}

/** The value of one to nine digits; -1 where there are others than digits. */
function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
