// The format of liblzf, in which RDB files and DUMP payloads hold compressible strings. A control
// byte below 32 announces that many literal bytes and one more. Any other starts a reference to
// bytes already written: its upper three bits are the length less 2 (7: a further byte is added),
// its lower five bits and the next byte the distance less 1.

const LITERAL_MAX = 32;
const DISTANCE_MAX = 1 << 13;
const MATCH_MAX = 264;
const HASH_BITS = 14;
const HASH_SIZE = 1 << HASH_BITS;

// The last position of each hash of three bytes, kept between calls: positions of one call lie
// above those of all calls before, so that nothing has to be cleared.
const lastSeen = new Int32Array(HASH_SIZE);
let epoch = 0;

/**
 * Unpacks `source[start, end)` into exactly `length` bytes of `target` from `at` on. False when the
 * data is corrupt or of another length; then those bytes are undefined, and none outside them
 * was written. Nothing outside the source range is read. The arrays must not overlap.
 */
export function lzfDecompress(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  length: number,
): boolean {
  const targetEnd = at + length;
  let from = start;
  let to = at;
  while (from < end) {
    const control = source[from++];
    if (control < LITERAL_MAX) {
      const literalEnd = from + control + 1;
      if (literalEnd > end || to + control + 1 > targetEnd) return false;
      while (from < literalEnd) target[to++] = source[from++];
      continue;
    }
    let matched = (control >>> 5) + 2;
    if (matched === 9) {
      if (from >= end) return false;
      matched += source[from++];
    }
    if (from >= end) return false;
    let copied = to - ((control & 0x1f) << 8) - source[from++] - 1;
    if (copied < at || to + matched > targetEnd) return false;
    // Byte by byte: a reference may reach into what it is itself writing.
    for (const matchEnd = to + matched; to < matchEnd;) target[to++] = target[copied++];
  }
  return to === targetEnd;
}

/**
 * Packs `source[start, end)` into `target` from its beginning and returns the packed length, or 0
 * when that would not be below the length of the source, or above `limit`.
 * `target` must be at least `limit` long.
 */
export function lzfCompress(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  limit: number = Math.min(target.length, end - start - 1),
): number {
  const length = end - start;
  if (length < 4) return 0;
  const room = Math.min(limit, length - 1);
  const base = beginEpoch(length) - start;

  let to = 0;
  let literalsFrom = start;
  let at = start;
  const lastTriple = end - 2;
  while (at < lastTriple) {
    const first = source[at];
    const second = source[at + 1];
    const third = source[at + 2];
    const slot = hash(first, second, third);
    const candidate = lastSeen[slot] - base;
    lastSeen[slot] = at + base;
    const distance = at - candidate;
    if (
      candidate < start || distance > DISTANCE_MAX || source[candidate] !== first ||
      source[candidate + 1] !== second || source[candidate + 2] !== third
    ) {
      at++;
      continue;
    }
    const matched = matchLength(source, candidate, at, end);
    to = writeLiterals(source, literalsFrom, at, target, to, room);
    if (to < 0 || to + 3 > room) return 0;
    to = writeReference(target, to, matched, distance);
    at += matched;
    literalsFrom = at;
    // The two positions before the next are what a repetition most likely continues from.
    for (let seen = at - 2; seen < at && seen < lastTriple; seen++) {
      lastSeen[hash(source[seen], source[seen + 1], source[seen + 2])] = seen + base;
    }
  }
  to = writeLiterals(source, literalsFrom, end, target, to, room);
  return to < 0 ? 0 : to;
}

// A first position above every one the table may hold.
function beginEpoch(length: number): number {
  if (epoch + length > 0x7fff_0000) {
    lastSeen.fill(0);
    epoch = 0;
  }
  const first = epoch + 1;
  epoch += length + 1;
  return first;
}

function hash(first: number, second: number, third: number): number {
  return Math.imul((first << 16) | (second << 8) | third, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function matchLength(source: Uint8Array, candidate: number, at: number, end: number): number {
  const most = Math.min(end - at, MATCH_MAX);
  let matched = 3;
  while (matched < most && source[candidate + matched] === source[at + matched]) matched++;
  return matched;
}

// Returns the new end of the target, or -1 when there is no room.
function writeLiterals(
  source: Uint8Array,
  from: number,
  end: number,
  target: Uint8Array,
  to: number,
  room: number,
): number {
  while (from < end) {
    const count = Math.min(end - from, LITERAL_MAX);
    if (to + count + 1 > room) return -1;
    target[to++] = count - 1;
    for (const runEnd = from + count; from < runEnd;) target[to++] = source[from++];
  }
  return to;
}

function writeReference(target: Uint8Array, to: number, matched: number, distance: number): number {
  const code = matched - 2;
  const offset = distance - 1;
  if (code < 7) {
    target[to++] = (code << 5) | (offset >>> 8);
  } else {
    target[to++] = (7 << 5) | (offset >>> 8);
    target[to++] = code - 7;
  }
  target[to++] = offset & 0xff;
  return to;
}
