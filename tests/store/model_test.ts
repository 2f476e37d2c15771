// A database beside a Map, over a million seeded steps.
import { assert, assertEquals } from "@std/assert";
import { ArenaFullError } from "../../src/memory/arena.ts";
import { KEEP_EXPIRY } from "../../src/store/database.ts";
import type { Database } from "../../src/store/database.ts";
import { stringEncoding } from "../../src/store/string_encoding.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { checkDatabase, newStore, sliceOf, type Store, textOf } from "./fixture.ts";

interface Value {
  text: string;
  expireAtMs: number;
}

const FILLS = ["a", "\0", "\xff", "7"];

/** Lengths around all borders: encodings, inline and block, size classes, pages. */
function someText(random: Seeded, longest: number): string {
  const kind = random.below(20);
  if (kind < 5) return String(random.below(2 ** 31) - 2 ** 30);
  if (kind < 14) return random.pick(FILLS).repeat(random.below(70));
  if (kind < 19) return random.pick(FILLS).repeat(random.below(1500));
  return random.pick(FILLS).repeat(random.below(longest));
}

class Model {
  readonly values = new Map<string, Value>();
  readonly store: Store;
  readonly random: Seeded;
  readonly #longest: number;
  readonly #variety: number;

  constructor(store: Store, random: Seeded, longest: number, variety: number) {
    this.store = store;
    this.random = random;
    this.#longest = longest;
    this.#variety = variety;
  }

  /** One random operation; those that run out of memory must have changed nothing. */
  step(): void {
    const { random } = this, { database } = this.store;
    const key = `key:${random.below(this.#variety)}`;
    this.#forgetIfOver(key);
    try {
      this.#change(database, key);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
    }
    this.check(key);
  }

  #change(database: Database, key: string): void {
    const { random } = this;
    const choice = random.below(100);
    if (choice < 45) this.#put(database, key);
    else if (choice < 60) this.#remove(database, key);
    else if (choice < 75) this.#append(database, key);
    else if (choice < 88) this.#expire(database, key);
    else if (choice < 98) this.#persist(database, key);
    else this.#tick();
  }

  #put(database: Database, key: string): void {
    const { random, values } = this;
    const text = someText(random, this.#longest);
    const now = this.store.keyspace.nowMs;
    const expiry = random.pick([-1, -1, KEEP_EXPIRY, now + random.between(1, 3000)]);
    const keySlice = sliceOf(key), value = sliceOf(text);
    const ref = database.write(keySlice);
    assertEquals(ref !== 0, values.has(key));
    database.putString(ref, keySlice, value, stringEncoding(value), expiry);
    const kept = values.get(key)?.expireAtMs ?? -1;
    values.set(key, { text, expireAtMs: expiry === KEEP_EXPIRY ? kept : expiry });
  }

  #remove(database: Database, key: string): void {
    const ref = database.write(sliceOf(key));
    if (ref !== 0) database.remove(ref);
    assertEquals(ref !== 0, this.values.delete(key));
  }

  #append(database: Database, key: string): void {
    const value = this.values.get(key);
    const ref = database.write(sliceOf(key));
    if (value === undefined || value.text.length > this.#longest) return;
    const more = this.random.between(0, this.random.chance(0.05) ? this.#longest : 100);
    database.resizeString(ref, value.text.length + more);
    value.text += "\0".repeat(more);
  }

  #expire(database: Database, key: string): void {
    const value = this.values.get(key);
    const ref = database.write(sliceOf(key));
    if (value === undefined) return;
    const at = this.store.keyspace.nowMs + this.random.between(1, 3000);
    database.setExpireAt(ref, at);
    value.expireAtMs = at;
  }

  #persist(database: Database, key: string): void {
    const value = this.values.get(key);
    const ref = database.write(sliceOf(key));
    if (value === undefined) return;
    assertEquals(database.clearExpiry(ref) !== 0, value.expireAtMs !== -1);
    value.expireAtMs = -1;
  }

  #tick(): void {
    this.store.clock.advanceMs(this.random.between(1, 20));
    this.store.keyspace.freezeClock();
  }

  #forgetIfOver(key: string): void {
    const value = this.values.get(key);
    if (value === undefined || value.expireAtMs === -1) return;
    if (value.expireAtMs <= this.store.keyspace.nowMs) this.values.delete(key);
  }

  check(key: string): void {
    this.#forgetIfOver(key);
    const { database } = this.store;
    const ref = database.look(sliceOf(key));
    const value = this.values.get(key);
    if ((ref !== 0) !== (value !== undefined)) throw new Error(`${key}: ${ref}`);
    if (value === undefined) return;
    if (textOf(database.stringOf(ref)) !== value.text) throw new Error(`${key} has another value`);
    if (database.expireAtOf(ref) !== value.expireAtMs) throw new Error(`${key} expires otherwise`);
  }

  checkAll(): void {
    for (const key of [...this.values.keys()]) this.check(key);
    checkDatabase(this.store.database);
    assert(this.store.database.size >= this.values.size);
  }
}

Deno.test("a million random writes, appends, removals and expiries leave what a Map would hold", async () => {
  await forEachSeed(4, (random) => {
    const store = newStore({ seed: random.next32() });
    const model = new Model(store, random, random.pick([3000, 20_000]), random.pick([40, 3000]));
    for (let round = 0; round < 5; round++) {
      for (let step = 0; step < 50_000; step++) model.step();
      model.checkAll();
    }
    store.keyspace.flush(store.database, false);
    assertEquals(store.arena.usedBytes, 0, "nothing leaked");
  });
});

Deno.test("in a memory that is full every operation is done or has changed nothing", async () => {
  await forEachSeed(6, (random) => {
    const store = newStore({ seed: random.next32(), arenaBytes: 1 << 20 });
    const model = new Model(store, random, 200_000, 4000);
    let refused = 0;
    const { allocate } = store.arena;
    store.arena.allocate = (bytes) => {
      try {
        return allocate.call(store.arena, bytes);
      } catch (error) {
        refused++;
        throw error;
      }
    };
    for (let step = 0; step < 30_000; step++) model.step();
    assert(refused > 500, `${refused} allocations were refused`);
    model.checkAll();
    store.keyspace.flush(store.database, false);
    assertEquals(store.arena.usedBytes, 0, "nothing leaked");
  });
});
