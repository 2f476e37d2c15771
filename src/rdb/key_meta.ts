/** What a file says about one key besides its value. One object, reused for every key. */
export interface KeyMeta {
  /** Where the record of the key begins, in bytes from the start of the file. */
  offset: number;
  /** Unix time in milliseconds, -1 without expiry. Beyond 2^53 it is the nearest double. */
  expireAtMs: number;
  /** Seconds since the last access, -1 when the file does not say. */
  idleSeconds: number;
  /** Logarithmic access counter, 0 to 255, -1 when the file does not say. */
  frequency: number;
}
