// The id of a stream entry: milliseconds and sequence number, both unsigned 64-bit integers.
import {
  type Integer64,
  INTEGER64_TEXT_MAX,
  normalizeInteger,
  parseUint64Lenient,
  UINT64_MAX,
  writeInteger64,
} from "../base/int64.ts";
import { joinInt64 } from "../memory/little_endian.ts";

const DASH = 0x2d;
const PLUS = 0x2b;
const STAR = 0x2a;

/** Room that the longest id takes as text. */
export const STREAM_ID_TEXT_MAX = 2 * INTEGER64_TEXT_MAX + 1;
/** Redis refuses longer texts before it reads them. */
const PARSED_TEXT_MAX = 127;

/** The unsigned 64-bit integer after this one, which is not the last. */
function successor(value: Integer64): Integer64 {
  if (typeof value === "number" && value < Number.MAX_SAFE_INTEGER) return value + 1;
  return normalizeInteger(BigInt(value) + 1n);
}

/** The one before, which is not below 0. */
function predecessor(value: Integer64): Integer64 {
  return typeof value === "number" ? value - 1 : normalizeInteger(value - 1n);
}

/** Order of two parts. A bigint is above all numbers: comparing the two kinds is slow. */
function compareParts(a: Integer64, b: Integer64): number {
  if (typeof a === "number") return typeof b === "number" ? a - b : -1;
  if (typeof b === "number") return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A stream ID that can be set; both parts are normalized, so that `===` compares them. */
export class StreamId {
  milliseconds: Integer64;
  sequence: Integer64;

  constructor(milliseconds: Integer64 = 0, sequence: Integer64 = 0) {
    this.milliseconds = milliseconds;
    this.sequence = sequence;
  }

  set(milliseconds: Integer64, sequence: Integer64): void {
    this.milliseconds = milliseconds;
    this.sequence = sequence;
  }

  copyFrom(other: StreamId): void {
    this.milliseconds = other.milliseconds;
    this.sequence = other.sequence;
  }

  copy(): StreamId {
    return new StreamId(this.milliseconds, this.sequence);
  }

  /** The largest ID there can be. */
  setMaximum(): void {
    this.milliseconds = this.sequence = UINT64_MAX;
  }

  get isZero(): boolean {
    return this.milliseconds === 0 && this.sequence === 0;
  }

  get isMaximum(): boolean {
    return this.milliseconds === UINT64_MAX && this.sequence === UINT64_MAX;
  }

  /** Negative, zero or positive, as this one comes before, is, or comes after the other. */
  compare(other: StreamId): number {
    return compareParts(this.milliseconds, other.milliseconds) ||
      compareParts(this.sequence, other.sequence);
  }

  /** Becomes the next ID. The largest one becomes 0-0 and answers false. */
  increment(): boolean {
    if (this.sequence !== UINT64_MAX) this.sequence = successor(this.sequence);
    else {
      this.sequence = 0;
      if (this.milliseconds === UINT64_MAX) {
        this.milliseconds = 0;
        return false;
      }
      this.milliseconds = successor(this.milliseconds);
    }
    return true;
  }

  /** Becomes the ID before. 0-0 becomes the largest one and answers false. */
  decrement(): boolean {
    if (this.sequence !== 0) this.sequence = predecessor(this.sequence);
    else {
      this.sequence = UINT64_MAX;
      if (this.milliseconds === 0) {
        this.milliseconds = UINT64_MAX;
        return false;
      }
      this.milliseconds = predecessor(this.milliseconds);
    }
    return true;
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
    this.milliseconds = readUint64(bytes, at);
    this.sequence = readUint64(bytes, at + 8);
  }
}

function readUint64(bytes: Uint8Array, at: number): Integer64 {
  return joinInt64(readBigEndian32(bytes, at), readBigEndian32(bytes, at + 4));
}

function readBigEndian32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
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
  const milliseconds = parseUint64Lenient(bytes, start, dash < 0 ? end : dash);
  if (milliseconds === undefined) return ID_INVALID;
  id.set(milliseconds, form.missingSequence);
  if (dash < 0) return ID_COMPLETE;
  if (form.takesOpenSequence && end - dash === 2 && bytes[dash + 1] === STAR) {
    id.sequence = 0;
    return ID_OPEN_SEQUENCE;
  }
  const sequence = parseUint64Lenient(bytes, dash + 1, end);
  if (sequence === undefined) return ID_INVALID;
  id.sequence = sequence;
  return ID_COMPLETE;
}
