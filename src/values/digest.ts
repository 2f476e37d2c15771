// A signature of values, equal for equal values whatever the order they were written in.
// The algorithm is Redis's, so that its figures can be compared with those of a redis-server:
// SHA-1 sums are XORed where order does not matter and chained where it does.
import { sha1, SHA1_BYTES } from "../base/sha1.ts";
import type { Slice } from "../base/slice.ts";

const sum = new Uint8Array(SHA1_BYTES);

/** Twenty bytes that data is mixed into. */
export class Digest {
  readonly bytes = new Uint8Array(SHA1_BYTES);

  /** Adds bytes whose place among others does not matter. */
  xor(bytes: Uint8Array): void {
    this.#xor(bytes, 0, bytes.length);
  }

  #xor(bytes: Uint8Array, start: number, end: number): void {
    sha1(bytes, start, end, sum);
    for (let i = 0; i < SHA1_BYTES; i++) this.bytes[i] ^= sum[i];
  }

  /** Adds bytes that come after those before. */
  mix(bytes: Uint8Array): void {
    this.#mix(bytes, 0, bytes.length);
  }

  mixSlice({ bytes, start, end }: Slice): void {
    this.#mix(bytes, start, end);
  }

  #mix(bytes: Uint8Array, start: number, end: number): void {
    this.#xor(bytes, start, end);
    sha1(this.bytes, 0, SHA1_BYTES, this.bytes);
  }

  /** Forty hexadecimal digits. */
  toString(): string {
    return [...this.bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
