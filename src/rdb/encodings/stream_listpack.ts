// Checks that a listpack holds entries of a stream.
import {
  elementInteger,
  ENCODING_6_BIT_STRING,
  isStringEncoding,
  LISTPACK_HEADER_BYTES,
} from "../../memory/listpack_format.ts";
import { behindElement, faultOfElement, listpackFault } from "./listpack.ts";

const SAME_FIELDS = 2;

/**
 * Why `[first, limit)` is no block of stream entries, undefined if it is one: a listpack of how many
 * entries live and how many are deleted, the names of the first entry's fields and a zero; then
 * for each entry flags, its ID relative to the block's, its fields and values (only values where
 * the names are the same) and the number of these elements. An empty block is a fault.
 */
export function streamListpackFault(
  bytes: Uint8Array,
  first: number,
  limit: number,
): string | undefined {
  const headerFault = listpackFault(bytes, first, limit, false);
  if (headerFault !== undefined) return headerFault;
  const walk = new BlockWalk(bytes, first, limit);
  try {
    walk.checkBlock();
  } catch (error) {
    if (error instanceof BlockFault) return error.message;
    throw error;
  }
  return undefined;
}

class BlockFault extends Error {}

class BlockWalk {
  readonly #bytes: Uint8Array;
  readonly #first: number;
  /** Place of the end mark. */
  readonly #last: number;
  /** The present element, and the next one. */
  #element = 0;
  #next: number;

  constructor(bytes: Uint8Array, first: number, limit: number) {
    this.#bytes = bytes;
    this.#first = first;
    this.#last = limit - 1;
    this.#next = first + LISTPACK_HEADER_BYTES;
  }

  checkBlock(): void {
    const live = this.#count("number of entries");
    const deleted = this.#count("number of deleted entries");
    const masterFields = this.#count("number of fields");
    this.#skip(masterFields);
    if (this.#integer("end of the field names") !== 0) {
      throw new BlockFault("stream block without an end of its field names");
    }
    for (let entry = live + deleted; entry > 0; entry--) this.#checkEntry(masterFields);
    if (this.#next >= this.#last) return;
    this.#step("end");
    throw new BlockFault("stream block with more than its entries");
  }

  #checkEntry(masterFields: number): void {
    const flags = this.#integer("flags");
    this.#integer("milliseconds");
    this.#integer("sequence number");
    let elements = masterFields + 3;
    if ((Number(flags) & SAME_FIELDS) !== 0) this.#skip(masterFields);
    else {
      const fields = this.#count("number of fields");
      this.#skip(2 * fields);
      elements = 2 * fields + 4;
    }
    if (this.#integer("number of elements") !== elements) {
      throw new BlockFault("stream entry with a wrong number of elements");
    }
  }

  #skip(elements: number): void {
    for (let i = 0; i < elements; i++) this.#step("fields");
  }

  #count(what: string): number {
    const value = this.#integer(what);
    if (typeof value !== "number" || value < 0) {
      throw new BlockFault(`stream block whose ${what} is ${value}`);
    }
    return value;
  }

  #integer(what: string): number | bigint {
    this.#step(what);
    const encoding = this.#bytes[this.#element];
    if (encoding < ENCODING_6_BIT_STRING) return encoding;
    if (isStringEncoding(encoding)) {
      throw new BlockFault(`stream block whose ${what} is text`);
    }
    return elementInteger(this.#bytes, this.#element);
  }

  #step(what: string): void {
    this.#element = this.#next;
    if (this.#next >= this.#last) {
      throw new BlockFault(`stream block that ends before the ${what}`);
    }
    this.#next = behindElement(this.#bytes, this.#next, this.#last);
    if (this.#next >= 0) return;
    throw new BlockFault(faultOfElement(this.#bytes, this.#first, this.#last + 1));
  }
}
