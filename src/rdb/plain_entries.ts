// Keys with a short string, on their way to another thread as they are in memory: to copy words takes a
// fraction of what encoding takes, and whoever encodes them there finds them one behind the other.
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import {
  ENTRY_CONTENT_WORD,
  EXPIRE_BYTES,
  EXPIRE_FLAG,
  isInline,
  TYPE_STRING,
} from "../store/entry.ts";
import { OPCODE, VALUE_TYPE } from "./opcodes.ts";
import type { RdbOutput } from "./rdb_output.ts";

/** Longer entries are encoded where they are: they have to fit into a frame. */
const MAX_WORDS = 1024;
const TWO_TO_32 = 2 ** 32;

/**
 * How many words of an entry, from {@link ENTRY_CONTENT_WORD} on, hold all that a dump says of it; 0 where
 * they do not, or are too many.
 */
export function plainWords(i32: Int32Array, ref: number): number {
  const word = ref * 2, meta = i32[word + 3];
  if ((meta & 7) !== TYPE_STRING || !isInline(meta >>> 3 & 15)) return 0;
  const keyWords = i32[word + 2] + 3 >>> 2;
  if (keyWords >= MAX_WORDS) return 0;
  const valueWords = i32[word + 4 + keyWords] + 3 >>> 2;
  return 3 + keyWords + ((meta & EXPIRE_FLAG) === 0 ? 0 : EXPIRE_BYTES / 4) + valueWords;
}

/** Passes entries of one keyspace on. */
export class EntryPasser {
  /** How many so far. */
  passed = 0;
  /** The entry that {@link pass} stopped at. */
  rest = 0;
  readonly #arena: Arena;
  readonly #output: RdbOutput;

  constructor(arena: Arena, output: RdbOutput) {
    this.#arena = arena;
    this.#output = output;
  }

  /**
   * Passes chains of entries on, from the one that begins with `heads[from]` to the one before `end`, up
   * to the first entry that is not plain. Answers in which chain that is, `end` where there is none.
   */
  pass(heads: Int32Array, from: number, end: number): number {
    const output = this.#output, { i32 } = this.#arena;
    let passed = 0, rest = 0;
    for (; from < end; from++) {
      for (rest = heads[from]; rest !== 0; rest = i32[rest * 2]) {
        const count = plainWords(i32, rest);
        if (count === 0) break;
        output.entry(i32, rest * 2 + ENTRY_CONTENT_WORD, count);
        passed++;
      }
      if (rest !== 0) break;
    }
    this.passed += passed;
    this.rest = rest;
    return from;
  }
}

/** Writes the records of entries that stand in `bytes[start, end)`, a view that begins at a word. */
export class PlainEntryWriter {
  readonly #output: RdbOutput;
  readonly #slice = new Slice();

  constructor(output: RdbOutput) {
    this.#output = output;
  }

  write(bytes: Uint8Array, start: number, end: number): void {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    const output = this.#output, slice = this.#slice, last = end >>> 2;
    for (let at = start >>> 2; at < last;) {
      const keyLength = words[at], meta = words[at + 1], key = (at + 2) * 4;
      at += 2 + (keyLength + 3 >>> 2);
      const length = words[at++];
      if ((meta & EXPIRE_FLAG) !== 0) {
        output.byte(OPCODE.expireTimeMs);
        output.instant((words[at] >>> 0) + words[at + 1] * TWO_TO_32);
        at += EXPIRE_BYTES / 4;
      }
      output.byte(VALUE_TYPE.string);
      slice.set(bytes, key, key + keyLength);
      output.string(slice);
      slice.set(bytes, at * 4, at * 4 + length);
      output.string(slice);
      at += length + 3 >>> 2;
    }
  }
}
