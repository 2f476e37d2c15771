// A signature of values, equal for equal values whatever the order they were written in.
// The algorithm is Redis's, so that its figures can be compared with those of a redis-server:
// SHA-1 sums are XORed where order does not matter and chained where it does.
import { createHash } from "node:crypto";
import type { Slice } from "../base/slice.ts";

const DIGEST_BYTES = 20;

/** Twenty bytes that data is mixed into. */
export class Digest {
  readonly bytes = new Uint8Array(DIGEST_BYTES);

  /** Adds bytes whose place among others does not matter. */
  xor(bytes: Uint8Array): void {
    const sum = createHash("sha1").update(bytes).digest();
    for (let i = 0; i < DIGEST_BYTES; i++) this.bytes[i] ^= sum[i];
  }

  /** Adds bytes that come after those before. */
  mix(bytes: Uint8Array): void {
    this.xor(bytes);
    this.bytes.set(createHash("sha1").update(this.bytes).digest());
  }

  mixSlice({ bytes, start, end }: Slice): void {
    this.mix(bytes.subarray(start, end));
  }

  /** Forty hexadecimal digits. */
  toString(): string {
    return [...this.bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
