// Frees what nobody can reach any more, the contents of flushed databases and big values, in slices.
import { HashTable } from "../memory/hash_table.ts";
import { RefVector } from "../memory/ref_vector.ts";
import type { SlicedFree } from "../values/value_type.ts";
import type { Database } from "./database.ts";
import { ENCODING_RAW_BLOCK, encodingOf, TYPE_STRING, typeOf, valueWord } from "./entry.ts";
import { FieldExpiries } from "./field_expiries.ts";
import type { SharedState } from "./shared_state.ts";

interface Grave {
  table: HashTable;
  cursor: number;
}

/** A value of no more elements is freed at once: burying it would be more work. As in Redis. */
const LAZY_FREE_ELEMENTS = 64;
/** Buckets that a slice may pass for each entry it may free: large tables can be nearly empty. */
const BUCKETS_PER_ENTRY = 16;

/** Holds tables and values that nobody can reach any more. */
export class Graveyard {
  /** Entries freed lazily since the start (INFO lazyfreed_objects). */
  freed = 0;
  #keyspace: SharedState<Database>;
  #graves: Grave[] = [];
  /** Whether what is being dug up may leave something for later. */
  #lazily = false;
  #values: SlicedFree[] = [];

  constructor(keyspace: SharedState<Database>) {
    this.#keyspace = keyspace;
  }

  /** Entries that wait to be freed (INFO lazyfree_pending_objects). */
  get pending(): number {
    let total = this.#values.length;
    for (const grave of this.#graves) total += grave.table.size;
    return total;
  }

  /**
   * Takes everything out of a database, which is empty and usable afterwards. What a snapshot has
   * still to write comes here later.
   */
  bury(database: Database, lazily: boolean): void {
    database.expires.clear();
    database.expires = new RefVector(database.arena);
    const { table } = database;
    database.table = new HashTable(database.arena, this.#keyspace.hashKey);
    if (database.fieldExpiries.bytes > 0) this.#buryFieldExpiries(database, lazily);
    if (this.#keyspace.barrier?.takesTable(table)) return;
    if (lazily) this.buryTable(table);
    else for (const grave = { table, cursor: 0 }; !this.#dig(grave, 1 << 20););
  }

  /** Takes a table of keys that no database has any more. */
  buryTable(table: HashTable): void {
    this.#graves.push({ table, cursor: 0 });
  }

  #buryFieldExpiries(database: Database, lazily: boolean): void {
    const old = database.fieldExpiries.drain();
    database.fieldExpiries = new FieldExpiries(database.arena, this.#keyspace.hashKey);
    if (lazily) this.#values.push(old);
    else while (!old.run(1 << 20)) { /* until it is empty */ }
  }

  /** Takes a value that is no inline string; a big one waits for the cron. */
  buryValue(type: number, encoding: number, value: number): void {
    if (this.#keyspace.barrier?.takesValue(type, encoding, value)) return;
    const valueType = this.#keyspace.valueTypes[type];
    const big = valueType !== undefined && valueType.elements(encoding, value) > LAZY_FREE_ELEMENTS;
    const sliced = big ? valueType.freeInSlices?.(encoding, value) : undefined;
    if (sliced !== undefined) this.#values.push(sliced);
    else this.#keyspace.releaseValue(type, encoding, value);
  }

  /** Frees up to about `entries` entries, or elements of one value; true while there is more. */
  dig(entries: number): boolean {
    const value = this.#values.at(-1);
    if (value !== undefined) {
      if (value.run(entries)) {
        this.#values.pop();
        this.freed++;
      }
      return this.#values.length + this.#graves.length > 0;
    }
    const grave = this.#graves[0];
    if (grave === undefined) return false;
    const before = grave.table.size;
    this.#lazily = true;
    if (this.#dig(grave, entries)) this.#graves.shift();
    this.#lazily = false;
    this.freed += before - grave.table.size;
    return this.#values.length + this.#graves.length > 0;
  }

  /** True when the grave is empty and its table is gone. */
  #dig(grave: Grave, entries: number): boolean {
    const { table } = grave;
    const limit = table.size - entries;
    table.pauseRehash(); // no lookups come any more, so nothing moves behind the cursor's back
    let buckets = entries * BUCKETS_PER_ENTRY;
    do {
      grave.cursor = table.drainBucket(grave.cursor, this.#free);
    } while (grave.cursor !== 0 && table.size > limit && --buckets > 0);
    table.resumeRehash();
    if (grave.cursor !== 0) return false;
    table.reset();
    return true;
  }

  readonly #free = (ref: number): void => {
    const { arena } = this.#keyspace;
    const type = typeOf(arena, ref), encoding = encodingOf(arena, ref);
    const value = arena.i32[valueWord(arena, ref)];
    if (type !== TYPE_STRING || encoding === ENCODING_RAW_BLOCK) {
      this.#freeValue(type, encoding, value);
    }
    arena.free(ref);
  };

  #freeValue(type: number, encoding: number, value: number): void {
    if (this.#lazily) this.buryValue(type, encoding, value);
    else this.#keyspace.releaseValue(type, encoding, value);
  }
}
