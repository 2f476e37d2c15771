// Four bytes at a time: through a view, for the one array that is read most.

let readBytes = new Uint8Array(8);
let readWords = new DataView(readBytes.buffer);

/**
 * Says which array is read from now on, and its view: the read buffer of the batch that runs. Whoever
 * meets it reads words instead of bytes (a hash of 16 bytes takes three quarters of the time).
 */
export function readFrom(bytes: Uint8Array<ArrayBuffer>, words: DataView<ArrayBuffer>): void {
  readBytes = bytes;
  readWords = words;
}

/** The view of an array, if it is the one being read. */
export function wordsOf(bytes: Uint8Array): DataView | undefined {
  return bytes === readBytes ? readWords : undefined;
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
