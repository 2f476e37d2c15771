// The format of liblzf, in which RDB files and DUMP payloads hold compressible strings. A control
// byte below 32 announces that many literal bytes and one more. Any other starts a reference to
// bytes already written: its upper three bits are the length less 2 (7: a further byte is added),
// its lower five bits and the next byte the distance less 1.

const LITERAL_MAX = 32;
const DISTANCE_MAX = 1 << 13;
const MATCH_MAX = 264;
// From here on words are faster than bytes; the steps of `repeatWords` need 15.
const REPEAT_WORDS_MIN = 20;
const LONGEST_KEPT = 1 << 20;
const HASH_SHIFT = 18;
const HASH_SIZE = 1 << 32 - HASH_SHIFT;
/** Short texts use a small part of the table, which stays in the first cache. */
const SHORT_BYTES = 256;
const SHORT_HASH_SHIFT = 23;

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
  const targetEnd = at + length, sourceWords = sourceViews.of(source);
  const targetWords = targetViews.of(target);
  let from = start;
  let to = at;
  while (from < end) {
    const control = source[from++];
    if (control < LITERAL_MAX) {
      const literalEnd = from + control + 1;
      if (literalEnd > end || to + control + 1 > targetEnd) return false;
      if (from + LITERAL_MAX <= end && to + LITERAL_MAX <= targetEnd) {
        // Whole words; what they write too much is written over by what follows.
        const distance = to - from;
        for (let word = from; word < literalEnd; word += 8) {
          targetWords.setBigInt64(word + distance, sourceWords.getBigInt64(word, true), true);
        }
        from = literalEnd;
        to = literalEnd + distance;
      } else while (from < literalEnd) target[to++] = source[from++];
      continue;
    }
    let matched = (control >>> 5) + 2;
    if (matched === 9) {
      if (from >= end) return false;
      matched += source[from++];
    }
    if (from >= end) return false;
    const distance = ((control & 0x1f) << 8) + source[from++] + 1;
    const matchEnd = to + matched;
    if (to - distance < at || matchEnd > targetEnd) return false;
    if (distance >= 8 && matchEnd + 8 <= targetEnd) {
      for (; to < matchEnd; to += 8) {
        targetWords.setBigInt64(to, targetWords.getBigInt64(to - distance, true), true);
      }
      to = matchEnd;
    } else if (matched >= REPEAT_WORDS_MIN) {
      repeatWords(target, targetWords, to - distance, to, matched);
      to = matchEnd;
    } else {
      // Byte by byte: a reference may reach into what it is itself writing.
      for (; to < matchEnd; to++) target[to] = target[to - distance];
    }
  }
  return to === targetEnd;
}

/** Views of the last two arrays: making one costs more than a short text, and most come again. */
class LastViews {
  #array: Uint8Array | undefined;
  #view: DataView | undefined;
  #arrayBefore: Uint8Array | undefined;
  #viewBefore: DataView | undefined;

  of(array: Uint8Array): DataView {
    if (array === this.#array) return this.#view!;
    if (array === this.#arrayBefore) return this.#viewBefore!;
    const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
    if (array.length > LONGEST_KEPT) return view;
    this.#arrayBefore = this.#array;
    this.#viewBefore = this.#view;
    this.#array = array;
    return this.#view = view;
  }
}

const sourceViews = new LastViews();
const targetViews = new LastViews();

/**
 * Writes `count` bytes at `to`, each the same as the one that stands as far before it as `from` stands
 * before `to`; eight at a time once at least eight bytes of the period are there.
 */
function repeatWords(
  target: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  count: number,
): void {
  const end = to + count, distance = to - from;
  let period = distance;
  while (period < 8) period += distance;
  for (const wordsFrom = from + period; to < wordsFrom;) target[to++] = target[from++];
  for (const last = end - 8; to < last; to += 8) {
    view.setBigInt64(to, view.getBigInt64(to - period, true), true);
  }
  view.setBigInt64(end - 8, view.getBigInt64(end - 8 - period, true), true);
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
  const shift = length <= SHORT_BYTES ? SHORT_HASH_SHIFT : HASH_SHIFT;
  const base = beginEpoch(length) - start;

  let to = 0;
  let literalsFrom = start;
  let at = start;
  const lastTriple = end - 2;
  // The last three bytes; one is read at each step.
  let triple = source[at] << 8 | source[at + 1];
  while (at < lastTriple) {
    triple = triple << 8 & 0xffffff | source[at + 2];
    const slot = hash(triple, shift);
    const candidate = lastSeen[slot] - base;
    lastSeen[slot] = at + base;
    if (candidate < start) {
      at++;
      continue;
    }
    const distance = at - candidate;
    if (distance > DISTANCE_MAX || tripleAt(source, candidate) !== triple) {
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
      lastSeen[hash(tripleAt(source, seen), shift)] = seen + base;
    }
    if (at < lastTriple) triple = source[at] << 8 | source[at + 1];
  }
  to = writeLiterals(source, literalsFrom, end, target, to, room);
  return to < 0 ? 0 : to;
}

/**
 * Packs a part of a longer text, which may gain nothing: the packed parts, one after the other, are the
 * packed text. Answers the packed length; `target` needs a byte for each 32 and one more than the part.
 */
export function lzfCompressPart(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
): number {
  const packed = lzfCompress(source, start, end, target);
  return packed > 0 ? packed : writeLiterals(source, start, end, target, 0, target.length);
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

function tripleAt(source: Uint8Array, at: number): number {
  return source[at] << 16 | source[at + 1] << 8 | source[at + 2];
}

function hash(triple: number, shift: number): number {
  return Math.imul(triple, 0x9e3779b1) >>> shift;
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
  // Looked at first: a text without a repetition is known to gain nothing before it is copied.
  const all = end - from;
  if (to + all + (all + LITERAL_MAX - 1 >>> 5) > room) return -1;
  while (from < end) {
    const count = Math.min(end - from, LITERAL_MAX);
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
