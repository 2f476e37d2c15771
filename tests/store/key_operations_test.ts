/** Renaming, moving and copying entries of every form of string, beside a naive model. */

import { assert, assertEquals } from "@std/assert";
import type { Database } from "../../src/store/database.ts";
import { accessOf, ENCODING_NAMES, setAccess } from "../../src/store/entry.ts";
import {
  duplicate,
  lookUntouched,
  removeEntry,
  type Target,
  transfer,
} from "../../src/store/key_operations.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { drop, put, sliceOf, smallKeyspace, textOf, valueOf } from "./small_keyspace.ts";

interface Fact {
  value: string;
  encoding: string;
  expireAtMs: number;
}

function factOf(database: Database, name: string): Fact {
  const ref = database.look(sliceOf(name));
  return {
    value: textOf(database.stringOf(ref)),
    encoding: ENCODING_NAMES[database.encodingOf(ref)],
    expireAtMs: database.expireAtOf(ref),
  };
}

function placeOf(database: Database, name: string, old: number): Target {
  return { database, key: sliceOf(name), old, graveyard: undefined };
}

function randomValue(random: Seeded): string {
  return random.pick([
    () => String(random.between(-5, 100_000)),
    () => random.bytes(random.below(60)),
    () => "x".repeat(random.between(900, 1100)),
    () => "y".repeat(random.between(2000, 70_000)),
  ])();
}

Deno.test("keys renamed, moved and copied at random are those of the model, and memory comes back", async () => {
  await forEachSeed(40, (random) => {
    const { keyspace } = smallKeyspace(random.next32(), 2);
    const empty = keyspace.arena.usedBytes;
    const models = [new Map<string, Fact>(), new Map<string, Fact>()];
    const name = () => `key:${random.below(12)}`;
    for (let step = 0; step < 400; step++) {
      const a = random.below(2), b = random.below(2);
      const from = keyspace.databases[a], to = keyspace.databases[b];
      const source = name(), target = name();
      const how = random.below(5);
      if (how === 0) {
        const at = random.chance(0.5) ? keyspace.nowMs + random.between(1, 1e6) : -1;
        put(from, source, randomValue(random), at);
        models[a].set(source, factOf(from, source));
      } else if (how === 1) {
        drop(from, source);
        models[a].delete(source);
      } else if (how === 2) {
        // As APPEND leaves it: raw, maybe short, maybe in a block with room to grow.
        const ref = from.look(sliceOf(source));
        if (ref === 0) continue;
        from.resizeString(ref, from.stringOf(ref).length + random.below(300));
        models[a].set(source, factOf(from, source));
      } else if (a !== b || source !== target) {
        const ref = from.look(sliceOf(source));
        if (ref === 0) continue;
        const old = to.look(sliceOf(target));
        const place = placeOf(to, target, old);
        if (how === 3) {
          transfer(from, ref, place);
          models[b].set(target, models[a].get(source)!);
          models[a].delete(source);
        } else {
          duplicate(from, ref, place);
          models[b].set(target, models[a].get(source)!);
        }
      }
    }
    for (const [index, model] of models.entries()) {
      const database = keyspace.databases[index];
      assertEquals(database.size, model.size);
      for (const [key, fact] of model) assertEquals(factOf(database, key), fact);
      for (const key of model.keys()) drop(database, key);
      database.table.reset();
      database.expires.clear();
    }
    assertEquals(keyspace.arena.usedBytes, empty);
  });
});

Deno.test("a renamed key keeps its access time, a copied one is new", () => {
  const { keyspace } = smallKeyspace();
  const [database, other] = keyspace.databases;
  for (const value of ["short", "z".repeat(5000)]) {
    setAccess(keyspace.arena, put(database, "a", value), 77);
    const old = other.look(sliceOf("b"));
    transfer(database, database.look(sliceOf("a")), placeOf(other, "b", old));
    assertEquals(accessOf(keyspace.arena, other.look(sliceOf("b"))), 77);
    const ref = other.look(sliceOf("b"));
    duplicate(other, ref, placeOf(database, "c", database.look(sliceOf("c"))));
    assert(accessOf(keyspace.arena, database.look(sliceOf("c"))) !== 77);
    assertEquals(valueOf(database, "c"), value);
    drop(other, "b");
    drop(database, "c");
  }
});

Deno.test("a key looked at without touching counts as hit or miss and keeps its access time", () => {
  const { keyspace } = smallKeyspace();
  const database = keyspace.databases[0];
  setAccess(keyspace.arena, put(database, "a"), 77);
  const ref = lookUntouched(database, sliceOf("a"));
  assertEquals(accessOf(keyspace.arena, ref), 77);
  assertEquals(lookUntouched(database, sliceOf("b")), 0);
  assertEquals(keyspace.stats.keyspaceHits, 1);
  assertEquals(keyspace.stats.keyspaceMisses, 1);
});

Deno.test("a big value removed lazily waits to be freed, a small one and a string do not", () => {
  const { keyspace } = smallKeyspace();
  const database = keyspace.databases[0];
  const freed: number[] = [];
  const ELEMENTS = 9; // a value of this test is its own number of elements
  keyspace.valueTypes[1] = {
    free: (_encoding, value) => freed.push(value),
    freeInSlices: (_encoding, value) => ({ run: () => freed.push(value) > 0 }),
    copy: (_encoding, value) => value,
    elements: (_encoding, value) => value,
    bytes: () => 0,
    digest: () => {},
  };
  const { graveyard } = keyspace;
  const putList = (name: string, elements: number) => {
    database.look(sliceOf(name));
    return database.putValue(sliceOf(name), 1, ELEMENTS, elements);
  };
  removeEntry(database, putList("small", 64), graveyard);
  removeEntry(database, putList("eager", 1000));
  assertEquals(freed, [64, 1000]);
  removeEntry(database, putList("big", 65), graveyard);
  removeEntry(database, put(database, "text", "t".repeat(100_000)), graveyard);
  assertEquals(freed, [64, 1000]);
  assertEquals(keyspace.graveyard.pending, 1);
  assertEquals(database.size, 0);
  assertEquals(keyspace.graveyard.dig(10), false);
  assertEquals(freed, [64, 1000, 65]);
  assertEquals(keyspace.graveyard.pending, 0);
  assertEquals(keyspace.graveyard.freed, 1);
});
