// Splits an inline command (and whatever else is quoted the same way) into words.
import { isSpace } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";

const QUOTE = 0x22, APOSTROPHE = 0x27, BACKSLASH = 0x5c;

const NUL = 0;

/** What ends a word outside of quotes. The vertical tab and the form feed do not, as in Redis. */
function endsWord(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const ESCAPES: Readonly<Record<number, number>> = {
  0x6e: 0x0a, // n
  0x72: 0x0d, // r
  0x74: 0x09, // t
  0x62: 0x08, // b
  0x61: 0x07, // a
};

/**
 * Splits a line as Redis does: words between white space, double quotes with `\n`, `\xHH` and the
 * like, single quotes with `\'` only; a NUL ends the line. Undefined when a quote is not closed, or
 * is closed and not followed by white space.
 */
export function splitInline(bytes: Uint8Array, start: number, end: number): Slice[] | undefined {
  const words: Slice[] = [];
  const nul = bytes.subarray(start, end).indexOf(NUL);
  if (nul >= 0) end = start + nul;
  const text = new Uint8Array(end - start); // of all words: none is longer than what it is read from
  let at = start, length = 0;
  for (;;) {
    while (at < end && isSpace(bytes[at])) at++;
    if (at >= end) return words;
    const after = readWord(bytes, at, end, text, length);
    if (after === undefined) return undefined;
    words.push(new Slice(text, length, after.length));
    ({ at, length } = after);
  }
}

/** Reads one word into `text` from `length` on; answers where it stopped and the new length. */
function readWord(
  bytes: Uint8Array,
  at: number,
  end: number,
  text: Uint8Array,
  length: number,
): { at: number; length: number } | undefined {
  let quote = 0;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (quote === 0) {
      if (endsWord(byte)) return { at, length };
      if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
      else text[length++] = byte;
    } else if (byte === BACKSLASH && at + 1 < end) {
      const read = readEscape(bytes, at, end, quote);
      text[length++] = read.byte;
      at = read.last;
    } else if (byte === quote) {
      if (at + 1 < end && !isSpace(bytes[at + 1])) return undefined;
      return { at: at + 1, length };
    } else text[length++] = byte;
  }
  return quote === 0 ? { at, length } : undefined;
}

/** The byte that the escape at `at` stands for, and the last position that belongs to it. */
function readEscape(
  bytes: Uint8Array,
  at: number,
  end: number,
  quote: number,
): { byte: number; last: number } {
  const next = bytes[at + 1];
  if (quote === APOSTROPHE) {
    return next === APOSTROPHE ? { byte: next, last: at + 1 } : { byte: BACKSLASH, last: at };
  }
  if (next === 0x78 && at + 3 < end) {
    const high = hexDigit(bytes[at + 2]), low = hexDigit(bytes[at + 3]);
    if (high >= 0 && low >= 0) return { byte: high * 16 + low, last: at + 3 };
  }
  return { byte: ESCAPES[next] ?? next, last: at + 1 };
}
