// What the store asks of a value that is not a plain string.
import type { Digest } from "./digest.ts";

/** Operations on the values of one type; a value is an encoding and a 32-bit value word. */
export interface ValueType {
  /** Gives the value's memory back. */
  free(encoding: number, value: number): void;
  /** An independent copy; answers its value word. The encoding stays the same. */
  copy(encoding: number, value: number): number;
  /** Elements, the measure of the work that freeing is. */
  elements(encoding: number, value: number): number;
  /** Bytes of arena memory that the value takes, its entry excluded. */
  bytes(encoding: number, value: number): number;
  /** Mixes the elements into a signature, as Redis's DEBUG DIGEST does for this type. */
  digest(encoding: number, value: number, digest: Digest): void;
}
