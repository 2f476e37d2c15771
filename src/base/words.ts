// Many bytes at a time: through views, for the one array that is read most and the one that is written.

const NO_BYTES = new Uint8Array(8);
const NO_WORDS = new DataView(NO_BYTES.buffer);
/** What is read or written stays in memory until another array is: a huge one must not. */
const LONGEST_BYTES = 1 << 20;

let readBytes = NO_BYTES;
let readWords = NO_WORDS;
let writtenBytes = NO_BYTES;
let writtenWords = NO_WORDS;

/**
 * Says which array is read from now on, and its view: the read buffer of the batch that runs. Whoever
 * meets it reads words instead of bytes (a hash of 16 bytes takes three quarters of the time).
 */
export function readFrom(bytes: Uint8Array<ArrayBuffer>, words: DataView<ArrayBuffer>): void {
  const kept = bytes.length <= LONGEST_BYTES;
  readBytes = kept ? bytes : NO_BYTES;
  readWords = kept ? words : NO_WORDS;
}

/** Says which array is written from now on, and its view: the replies of the batch that runs. */
export function writeTo(bytes: Uint8Array<ArrayBuffer>, words: DataView<ArrayBuffer>): void {
  const kept = bytes.length <= LONGEST_BYTES;
  writtenBytes = kept ? bytes : NO_BYTES;
  writtenWords = kept ? words : NO_WORDS;
}

/** The view of an array, if it is the one being written. */
export function writtenWordsOf(bytes: Uint8Array): DataView | undefined {
  return bytes === writtenBytes ? writtenWords : undefined;
}

/** The view of an array, if it is the one being read. */
export function wordsOf(bytes: Uint8Array): DataView | undefined {
  return bytes === readBytes ? readWords : undefined;
}

/**
 * Whether two ranges of one array, of the same length and at least eight bytes, hold the same. Compared
 * eight bytes at a time, which V8 compiles to plain loads: 6 ns for 27 bytes, 15 for 103 (measured).
 */
export function equalLongs(words: DataView, a: number, b: number, length: number): boolean {
  const last = length - 8;
  if (words.getBigInt64(a + last, true) !== words.getBigInt64(b + last, true)) return false;
  for (let i = 0; i < last; i += 8) {
    if (words.getBigInt64(a + i, true) !== words.getBigInt64(b + i, true)) return false;
  }
  return true;
}

/** Whether two ranges of one array, of the same length and at least four bytes, hold the same. */
export function equalWords(words: DataView, a: number, b: number, length: number): boolean {
  // Keys differ at the end more often than at the beginning.
  if (words.getInt32(a + length - 4, true) !== words.getInt32(b + length - 4, true)) return false;
  for (let i = 0; i < length - 4; i += 4) {
    if (words.getInt32(a + i, true) !== words.getInt32(b + i, true)) return false;
  }
  return true;
}
