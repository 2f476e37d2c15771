// What all hashes of a server share, and what the store does with hashes as wholes.
import { asciiBytes } from "../base/bytes.ts";
import type { HashTable } from "../memory/hash_table.ts";
import { Listpack } from "../memory/listpack.ts";
import { TableWalk } from "../memory/table_walk.ts";
import { Digest } from "./digest.ts";
import { ENCODING_HASHTABLE } from "./encodings.ts";
import { HandleTable } from "./handle_table.ts";
import { HashValue } from "./hash_value.ts";
import { drainFields, FieldTable, freeFields } from "./hash_value_table.ts";
import { bytesOfTable, type ValueServices } from "./table_values.ts";
import type { SlicedFree, ValueType } from "./value_type.ts";

const EXPIRE_MARK = asciiBytes("!!hexpire!!");

/**
 * The hashes. A value word is the block of a listpack, or the handle of a table whose entries hold
 * fields and values.
 */
export class HashValues implements ValueType {
  readonly services: ValueServices;
  readonly tables = new HandleTable<FieldTable>();
  /** The window of whoever works with one hash. */
  readonly window: HashValue;
  /** The window of those who remove fields whose time is over, while others work with a hash. */
  readonly expiryWindow: HashValue;
  /** The window for what is done to whole values here. */
  readonly #own: HashValue;
  readonly #listpack: Listpack;
  readonly #walk = new TableWalk();

  constructor(services: ValueServices) {
    this.services = services;
    this.#listpack = new Listpack(services.arena);
    this.window = new HashValue(this);
    this.expiryWindow = new HashValue(this);
    this.#own = new HashValue(this);
  }

  free(encoding: number, value: number): void {
    if (encoding !== ENCODING_HASHTABLE) this.services.arena.free(value);
    else freeFields(this.tables.release(value));
  }

  freeInSlices(encoding: number, value: number): SlicedFree | undefined {
    if (encoding !== ENCODING_HASHTABLE) return undefined;
    return drainFields(this.tables.release(value));
  }

  copy(encoding: number, value: number): number {
    if (encoding !== ENCODING_HASHTABLE) return this.#listpack.open(value).copy();
    const { arena, hashKey } = this.services;
    const from = this.#own.open(encoding, value);
    const to = new FieldTable(arena, hashKey);
    from.begin();
    try {
      to.table.reserve(from.size);
      while (from.next()) {
        const { field: { bytes, start, end }, expireAtMs } = from;
        const ref = to.insert(from.field, from.content, to.table.hash(bytes, start, end));
        if (expireAtMs >= 0) to.setExpireAt(ref, expireAtMs);
      }
    } catch (error) {
      freeFields(to);
      throw error;
    } finally {
      from.end();
    }
    return this.tables.add(to);
  }

  membersOf(encoding: number, value: number): HashTable | undefined {
    return encoding === ENCODING_HASHTABLE ? this.tables.get(value).table : undefined;
  }

  elements(encoding: number, value: number): number {
    return this.#own.open(encoding, value).size;
  }

  /** When the next field of a hash expires, Unix ms; -1 for never. */
  nextExpireAtMs(encoding: number, value: number): number {
    return this.#own.open(encoding, value).nextExpireAtMs;
  }

  bytes(encoding: number, value: number, samples: number): number {
    if (encoding !== ENCODING_HASHTABLE) return this.services.arena.usableBytes(value);
    const fields = this.tables.get(value);
    const own = bytesOfTable(fields.table, this.#walk, samples, (ref) => fields.bytesOf(ref));
    return own + (fields.expiries?.bytes ?? 0);
  }

  digest(encoding: number, value: number, digest: Digest): void {
    const hash = this.#own.open(encoding, value);
    hash.begin();
    while (hash.next()) {
      const one = new Digest();
      one.mixSlice(hash.field);
      one.mixSlice(hash.content);
      if (hash.expireAtMs >= 0) one.xor(EXPIRE_MARK);
      digest.xor(one.bytes);
    }
    hash.end();
  }
}
