/** A hash table whose entries hold a key and nothing else, for the tests of the table. */

import { SeededRandom } from "../../src/base/random.ts";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Arena } from "../../src/memory/arena.ts";
import { ENTRY_KEY_OFFSET, HashTable } from "../../src/memory/hash_table.ts";

export class KeyTable {
  readonly arena: Arena;
  readonly table: HashTable;

  constructor(seed = 1, arena = new Arena(256 << 20)) {
    this.arena = arena;
    const random = new SeededRandom(seed);
    this.table = new HashTable(arena, { k0: random.next32() | 0, k1: random.next32() | 0 });
  }

  find(key: string): number {
    const bytes = latin1Bytes(key);
    return this.table.find(bytes, 0, bytes.length, this.table.hash(bytes, 0, bytes.length));
  }

  has(key: string): boolean {
    return this.find(key) !== 0;
  }

  /** Adds a key; false when it is there. */
  add(key: string): boolean {
    const bytes = latin1Bytes(key);
    const hash = this.table.hash(bytes, 0, bytes.length);
    if (this.table.find(bytes, 0, bytes.length, hash) !== 0) return false;
    this.table.makeRoom();
    this.table.insert(this.#entry(bytes), hash);
    return true;
  }

  delete(key: string): boolean {
    const ref = this.find(key);
    if (ref === 0) return false;
    this.table.unlink(ref);
    this.arena.free(ref);
    return true;
  }

  /** Moves a key's entry to another block. */
  move(key: string): boolean {
    const old = this.find(key);
    if (old === 0) return false;
    const ref = this.#entry(latin1Bytes(key));
    this.table.replace(old, ref);
    this.arena.free(old);
    return true;
  }

  keyOf(ref: number): string {
    const start = ref * 8 + ENTRY_KEY_OFFSET;
    return latin1(this.arena.u8, start, start + this.arena.i32[ref * 2 + 2]);
  }

  /** All keys, by one walk with the cursor. */
  keys(): string[] {
    const keys = new Set<string>();
    let cursor = 0;
    do cursor = this.scan(cursor, keys); while (cursor !== 0);
    return [...keys];
  }

  /** One step of a walk. */
  scan(cursor: number, into: Set<string>): number {
    return this.table.scan(cursor, (ref) => into.add(this.keyOf(ref)));
  }

  #entry(bytes: Uint8Array): number {
    const ref = this.arena.allocate(ENTRY_KEY_OFFSET + bytes.length);
    this.arena.i32[ref * 2 + 2] = bytes.length;
    this.arena.u8.set(bytes, ref * 8 + ENTRY_KEY_OFFSET);
    return ref;
  }
}
