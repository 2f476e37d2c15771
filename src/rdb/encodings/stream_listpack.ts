// Checks that a listpack holds entries of a stream.
import {
  elementInteger,
  ENCODING_6_BIT_STRING,
  isStringEncoding,
  LISTPACK_HEADER_BYTES,
} from "../../memory/listpack_format.ts";
import { behindElement, faultOfElement, listpackFault } from "./listpack.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);
const SAME_FIELDS = 2;
/** The largest integer that is one byte, and one of the length behind it. */
const LARGEST_SHORT_INTEGER = 127;
/** The first elements of a block. */
const COUNTS = ["number of entries", "number of deleted entries", "number of fields"];

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
  walk.begin(bytes, first, limit);
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
  #bytes = NO_BYTES;
  #first = 0;
  /** Place of the end mark. */
  #last = 0;
  /** The present element, and the next one. */
  #element = 0;
  #next = 0;

  begin(bytes: Uint8Array, first: number, limit: number): void {
    this.#bytes = bytes;
    this.#first = first;
    this.#last = limit - 1;
    this.#next = first + LISTPACK_HEADER_BYTES;
  }

  checkBlock(): void {
    let entries = 0, masterFields = 0;
    // In a loop, so that it is compiled once.
    for (let i = 0; i < COUNTS.length; i++) {
      entries += masterFields;
      masterFields = this.#count(COUNTS[i]);
    }
    this.#skip(masterFields);
    if (this.#integer("end of the field names") !== 0) {
      throw new BlockFault("stream block without an end of its field names");
    }
    while ((entries = this.#passRegular(entries, masterFields)) > 0) {
      this.#checkEntry(masterFields);
      entries--;
    }
    if (this.#next >= this.#last) return;
    this.#step("end");
    throw new BlockFault("stream block with more than its entries");
  }

  /**
   * Passes entries as most are: not deleted, with the block's fields, and few of them. Stands then at the
   * end or at the first one that is not like that, or has a fault, and answers how many are left.
   */
  #passRegular(entries: number, masterFields: number): number {
    const bytes = this.#bytes, last = this.#last, elements = masterFields + 3;
    if (elements > LARGEST_SHORT_INTEGER) return entries;
    for (let at = this.#next; entries > 0; entries--) {
      if (bytes[at] !== SAME_FIELDS || bytes[at + 1] !== 1) break;
      at += 2;
      for (let i = 2; i > 0 && at >= 0; i--) {
        at = isStringEncoding(bytes[at]) ? -1 : behindElement(bytes, at, last);
      }
      for (let i = masterFields; i > 0 && at >= 0; i--) at = behindElement(bytes, at, last);
      if (at < 0 || bytes[at] !== elements || bytes[at + 1] !== 1) break;
      at += 2;
      if (at > last) break;
      this.#next = at;
    }
    return entries;
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

// One for all checks: they do not overlap.
const walk = new BlockWalk();
