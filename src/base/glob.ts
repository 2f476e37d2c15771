// Glob patterns with the semantics of KEYS, SCAN, PSUBSCRIBE and CONFIG GET.
import type { ByteRange } from "./bytes.ts";

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;
const BACKSLASH = 0x5c;
// Redis gives up on patterns with more stars than this that are not in a row.
const STARS_MAX = 1000;

/**
 * Whether a text matches a pattern of KEYS, SCAN, PSUBSCRIBE and the like, as Redis 7.2 decides:
 * `?`, `*`, `[abc]`, `[a-z]` (either way round), `[^a]`, and a backslash before a byte meant
 * literally. Some consequences that clients can see: an empty text is matched by the empty pattern
 * alone, not by `*`; a class that is not closed ends with the pattern; bytes from 0x80 on count as
 * negative in ranges, as they do in redis-server on x86-64.
 *
 * Time is at most the product of the two lengths, and no pattern needs a deep stack: when what
 * follows the last star matches nowhere, trying an earlier star further on cannot help.
 */
export function globMatch(pattern: ByteRange, text: ByteRange, ignoreCase = false): boolean {
  const { bytes: patternBytes, end: patternEnd } = pattern;
  const { bytes: textBytes, end: textEnd } = text;
  let patternAt = pattern.start;
  let textAt = text.start;
  // Where to go on when what follows the last star does not match here.
  let afterStar = -1;
  let retryAt = 0;
  let stars = 0;

  if (textAt === textEnd) return patternAt === patternEnd;
  while (true) {
    if (patternAt < patternEnd && patternBytes[patternAt] === STAR) {
      patternAt = skipStars(patternBytes, patternAt, patternEnd);
      if (patternAt === patternEnd) return true;
      if (++stars > STARS_MAX) return false;
      afterStar = patternAt;
      retryAt = textAt;
    }
    const step = patternAt < patternEnd
      ? matchOne(patternBytes, patternAt, patternEnd, textBytes[textAt], ignoreCase)
      : NO_MATCH;
    if (step !== NO_MATCH) {
      patternAt = step;
      textAt++;
      if (textAt < textEnd) continue;
      if (skipStars(patternBytes, patternAt, patternEnd) === patternEnd) return true;
    }
    if (afterStar < 0 || ++retryAt === textEnd) return false;
    patternAt = afterStar;
    textAt = retryAt;
  }
}

/** Whether a pattern is a lone `*`, which commands take for "all" without matching. */
export function isMatchAll({ bytes, start, end }: ByteRange): boolean {
  return end - start === 1 && bytes[start] === STAR;
}

const NO_MATCH = -1;

function skipStars(pattern: Uint8Array, at: number, end: number): number {
  while (at < end && pattern[at] === STAR) at++;
  return at;
}

// Where the pattern goes on when its element at `at`, which is no star, matches the byte.
function matchOne(
  pattern: Uint8Array,
  at: number,
  end: number,
  byte: number,
  ignoreCase: boolean,
): number {
  let wanted = pattern[at];
  if (wanted === QUESTION) return at + 1;
  if (wanted === OPEN) return matchClass(pattern, at + 1, end, byte, ignoreCase);
  // A backslash at the very end stands for itself.
  if (wanted === BACKSLASH && at + 1 < end) wanted = pattern[++at];
  return wanted === byte || (ignoreCase && lower(wanted) === lower(byte)) ? at + 1 : NO_MATCH;
}

function matchClass(
  pattern: Uint8Array,
  at: number,
  end: number,
  byte: number,
  ignoreCase: boolean,
): number {
  const negated = at < end && pattern[at] === CARET;
  if (negated) at++;
  let found = false;
  while (at < end && pattern[at] !== CLOSE) {
    if (pattern[at] === BACKSLASH && end - at >= 2) {
      // An escaped byte of a class keeps its case even when case is ignored.
      if (pattern[at + 1] === byte) found = true;
      at += 2;
    } else if (end - at >= 3 && pattern[at + 1] === DASH) {
      if (inRange(pattern[at], pattern[at + 2], byte, ignoreCase)) found = true;
      at += 3;
    } else {
      const member = pattern[at++];
      if (member === byte || (ignoreCase && lower(member) === lower(byte))) found = true;
    }
  }
  if (found === negated) return NO_MATCH;
  return at < end ? at + 1 : end;
}

function inRange(first: number, last: number, byte: number, ignoreCase: boolean): boolean {
  let low = signed(first);
  let high = signed(last);
  let wanted = signed(byte);
  if (low > high) [low, high] = [high, low];
  // Folded after they were put in order: `[Z-a]` ignoring case is the empty range from z to a.
  if (ignoreCase) {
    low = lower(low);
    high = lower(high);
    wanted = lower(wanted);
  }
  return wanted >= low && wanted <= high;
}

function signed(byte: number): number {
  return byte < 0x80 ? byte : byte - 0x100;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
