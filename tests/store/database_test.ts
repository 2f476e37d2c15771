import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Slice } from "../../src/base/slice.ts";
import { type Database, KEEP_EXPIRY, NO_EXPIRY } from "../../src/store/database.ts";
import {
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  ENCODING_RAW_BLOCK,
} from "../../src/store/entry.ts";
import { checkDatabase, listen, newStore, put, sliceOf, textOf, valueOf } from "./fixture.ts";

const LENGTHS = [0, 1, 7, 8, 20, 21, 43, 44, 45, 64, 500, 1023, 1024, 1025, 5000, 70_000];

function sample(length: number, seed = 1): string {
  const text = Array.from({ length: 251 }, (_, i) => String.fromCharCode((i * 7 + seed) & 255));
  return text.join("").repeat(length / 251 + 1).slice(0, length);
}

function expiryOf(database: Database, key: string): number {
  return database.expireAtOf(database.peek(sliceOf(key)));
}

Deno.test("every length of value over every other length, with and without expiry", () => {
  const { database, arena, keyspace } = newStore();
  const before = arena.usedBytes;
  const at = keyspace.nowMs + 100_000;
  for (const oldLength of LENGTHS) {
    for (const newLength of LENGTHS) {
      for (const expiries of [[-1, -1], [-1, at], [at, -1], [at, at + 5], [at, KEEP_EXPIRY]]) {
        const old = sample(oldLength), fresh = sample(newLength, 99);
        put(database, "key", old, expiries[0]);
        assertEquals(valueOf(database, "key"), old);
        const ref = put(database, "key", fresh, expiries[1]);
        assertEquals(ref, database.peek(sliceOf("key")), "putString answers where the entry is");
        assertEquals(valueOf(database, "key"), fresh);
        const expected = expiries[1] === KEEP_EXPIRY ? expiries[0] : expiries[1];
        assertEquals(expiryOf(database, "key"), expected);
        checkDatabase(database);
        database.remove(ref);
      }
    }
  }
  assertEquals(database.size, 0);
  database.table.reset();
  database.expires.clear();
  assertEquals(arena.usedBytes, before, "nothing leaked");
});

Deno.test("a value of about the same size is written in place", () => {
  const { database } = newStore();
  const ref = put(database, "k", "value 1");
  assertEquals(put(database, "k", "value 2"), ref);
  assertNotEquals(
    put(database, "k", "a much longer value than before, of another size class"),
    ref,
  );
  const at = database.keyspace.nowMs + 1000;
  const expiring = put(database, "e", "value 1", at);
  assertEquals(put(database, "e", "value 2", at + 1), expiring);
});

Deno.test("KEEP_EXPIRY on a new key means no expiry", () => {
  const { database } = newStore();
  put(database, "k", "v", KEEP_EXPIRY);
  assertEquals(expiryOf(database, "k"), NO_EXPIRY);
});

Deno.test("values up to 10 MB come back byte by byte and their memory too", () => {
  const { database, arena } = newStore();
  put(database, "warm", "up");
  const before = arena.usedBytes;
  for (const length of [100_000, 1 << 20, 10_000_000]) {
    const value = new Uint8Array(length);
    for (let i = 0; i < length; i += 4093) value[i] = i & 255;
    const key = sliceOf("big");
    const ref = database.putString(database.write(key), key, new Slice(value), ENCODING_RAW, -1);
    const stored = database.stringOf(ref);
    assertEquals(stored.length, length);
    assert(stored.equalsBytes(value));
    assertEquals(database.encodingOf(ref), ENCODING_RAW_BLOCK);
    assert(arena.usedBytes - before < length * 1.07 + 200, "little is wasted");
  }
  database.remove(database.peek(sliceOf("big")));
  assertEquals(arena.usedBytes, before);
});

Deno.test("keys of every length, the empty one and one of 100 KB, with any bytes", () => {
  const { database } = newStore();
  const keys = [...LENGTHS, 100_000].map((length) => sample(length, 3));
  for (const key of keys) put(database, key, `value of ${key.length}`, 9e12);
  for (const key of keys) assertEquals(valueOf(database, key), `value of ${key.length}`);
  checkDatabase(database);
});

Deno.test("a value that stands in the arena is copied though the arena moves meanwhile", () => {
  const { database, arena } = newStore();
  const long = sample(900);
  put(database, "source", long);
  const view = arena.u8;
  let copies = 0;
  while (arena.u8 === view || copies < 10) {
    const key = sliceOf(`copy ${copies++}`);
    const ref = database.write(key);
    const source = database.stringOf(database.peek(sliceOf("source")));
    const copiedFrom = new Slice(source.bytes, source.start, source.end);
    database.peek(key);
    database.putString(ref, key, copiedFrom, ENCODING_RAW, NO_EXPIRY);
  }
  assert(arena.u8 !== view && copies > 500, "the memory grew in between");
  for (let n = 0; n < copies; n++) assertEquals(valueOf(database, `copy ${n}`), long);
});

Deno.test("a key that stands in the arena is copied though the arena moves meanwhile", () => {
  const { keyspace, arena } = newStore();
  const [from, to] = keyspace.databases;
  const name = sample(700);
  const source = put(from, name, "v");
  const view = arena.u8;
  let moved = 0;
  while (arena.u8 === view) {
    put(from, `filler ${moved++}`, sample(1000));
    const own = from.keyOf(source);
    const ref = to.peek(own);
    if (ref !== 0) to.remove(ref);
    to.peek(own);
    to.putString(0, own, sliceOf("other"), ENCODING_EMBSTR, NO_EXPIRY);
    assertEquals(valueOf(to, name), "other");
  }
});

Deno.test("integers, short and long strings get Redis's encodings", () => {
  const { database } = newStore();
  const encodings: [string, number][] = [
    ["0", ENCODING_INT],
    ["-1", ENCODING_INT],
    ["9223372036854775807", ENCODING_INT],
    ["-9223372036854775808", ENCODING_INT],
    ["9223372036854775808", ENCODING_EMBSTR],
    ["-0", ENCODING_EMBSTR],
    ["+1", ENCODING_EMBSTR],
    ["01", ENCODING_EMBSTR],
    ["1 ", ENCODING_EMBSTR],
    ["", ENCODING_EMBSTR],
    ["12345678901234567890", ENCODING_EMBSTR],
    ["x".repeat(44), ENCODING_EMBSTR],
    ["x".repeat(45), ENCODING_RAW],
    ["x".repeat(1024), ENCODING_RAW],
    ["x".repeat(1025), ENCODING_RAW_BLOCK],
  ];
  for (const [value, encoding] of encodings) {
    assertEquals(database.encodingOf(put(database, "k", value)), encoding, value);
  }
});

Deno.test("a resized string keeps its bytes, has zeros behind them, and becomes raw", () => {
  const { database } = newStore();
  const at = database.keyspace.nowMs + 5000;
  for (const expiry of [NO_EXPIRY, at]) {
    for (const from of LENGTHS) {
      for (const to of LENGTHS.filter((length) => length >= from)) {
        const value = sample(from);
        // Rubbish where the string will grow to.
        put(database, "k", "\xee".repeat(to));
        put(database, "k", value, expiry);
        const ref = database.resizeString(database.peek(sliceOf("k")), to);
        assertEquals(ref, database.peek(sliceOf("k")));
        assertEquals(textOf(database.stringOf(ref)), value + "\0".repeat(to - from));
        const expected = database.encodingOf(ref) === ENCODING_RAW_BLOCK ||
          database.encodingOf(ref) === ENCODING_RAW;
        assert(expected, "raw");
        assertEquals(database.expireAtOf(ref), expiry);
        checkDatabase(database);
      }
    }
  }
});

Deno.test("a string appended to a thousand times moves seldom and wastes less than its length", () => {
  const { database, arena } = newStore();
  put(database, "k", "");
  let length = 0, moves = 0, block = 0;
  for (let n = 0; n < 20_000; n++) {
    length += 100;
    const ref = database.resizeString(database.peek(sliceOf("k")), length);
    if (length <= 1024) continue;
    const now = database.valueOf(ref);
    if (now !== block) moves++;
    block = now;
  }
  assert(moves < 30, `${moves} moves`);
  assert(arena.usableBytes(block) < length * 2.1);
});

Deno.test("an expiry is set, changed and taken away without touching the value", () => {
  const { database, keyspace } = newStore();
  for (const length of LENGTHS) {
    const value = sample(length);
    put(database, "k", value);
    let ref = database.peek(sliceOf("k"));
    assertEquals(database.clearExpiry(ref), 0);
    for (const at of [1, keyspace.nowMs + 1, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER]) {
      ref = database.setExpireAt(ref, at);
      assertEquals(database.peek(sliceOf("k")), ref);
      assertEquals(database.expireAtOf(ref), at);
      assertEquals(textOf(database.stringOf(ref)), value);
    }
    ref = database.clearExpiry(ref);
    assertEquals(ref, database.peek(sliceOf("k")));
    assertEquals(database.expireAtOf(ref), NO_EXPIRY);
    assertEquals(textOf(database.stringOf(ref)), value);
    checkDatabase(database);
    database.remove(ref);
  }
});

Deno.test("clearing expiries gives back exactly the memory that setting them took", () => {
  const { database, arena } = newStore();
  for (let n = 0; n < 1000; n++) put(database, `key ${n}`, "v".repeat(n % 300));
  const used = arena.usedBytes;
  for (let n = 0; n < 1000; n++) database.setExpireAt(database.peek(sliceOf(`key ${n}`)), 9e12);
  assert(arena.usedBytes > used);
  for (let n = 0; n < 1000; n++) database.clearExpiry(database.peek(sliceOf(`key ${n}`)));
  database.expires.clear();
  assertEquals(arena.usedBytes, used);
});

Deno.test("a key is over from its instant on, is removed by whoever finds it, and told of once", () => {
  const { database, keyspace, clock } = newStore();
  const told: string[] = [];
  listen(keyspace, { expired: (_, key) => void told.push(textOf(key)) });
  put(database, "k", "v", keyspace.nowMs + 10);
  clock.advanceMs(9);
  keyspace.freezeClock();
  assertNotEquals(database.read(sliceOf("k")), 0);
  clock.advanceMs(1);
  assertNotEquals(database.read(sliceOf("k")), 0, "the clock is frozen within a unit of work");
  keyspace.freezeClock();
  assertEquals(database.read(sliceOf("k")), 0);
  assertEquals(database.size, 0);
  assertEquals(told, ["k"]);
  const { keyspaceHits, keyspaceMisses, expiredKeys } = keyspace.stats;
  assertEquals([keyspaceHits, keyspaceMisses, expiredKeys], [2, 1, 1]);
});

Deno.test("storing right after a lookup that expired the key stores one entry under it", () => {
  const { database, keyspace, clock } = newStore();
  put(database, "k", "old", keyspace.nowMs + 1);
  clock.advanceMs(5);
  keyspace.freezeClock();
  put(database, "k", "new");
  assertEquals(valueOf(database, "k"), "new");
  assertEquals(database.size, 1);
  checkDatabase(database);
});

Deno.test("where keys may not be removed, a key that is over reads as missing and can be replaced", () => {
  const { database, keyspace, clock } = newStore();
  keyspace.expiresKeys = false;
  put(database, "k", "old", keyspace.nowMs + 1);
  clock.advanceMs(5);
  keyspace.freezeClock();
  assertEquals(database.read(sliceOf("k")), 0);
  assertEquals(database.look(sliceOf("k")), 0);
  assertEquals(database.size, 1, "it waits for the master's DEL");
  put(database, "k", "new");
  assertEquals(valueOf(database, "k"), "new");
  assertEquals(database.size, 1);
  checkDatabase(database);
});

Deno.test("reading touches the access time, looking and NO-TOUCH do not", () => {
  const { database, keyspace, clock } = newStore();
  put(database, "k", "v");
  const idle = () => {
    const ref = database.peek(sliceOf("k"));
    return keyspace.access.idleSeconds(database.arena.i32[ref * 2 + 3] >>> 8);
  };
  clock.advanceMs(10_000);
  keyspace.freezeClock();
  assertEquals(idle(), 10);
  database.look(sliceOf("k"));
  keyspace.noTouch = true;
  database.read(sliceOf("k"));
  assertEquals(idle(), 10);
  keyspace.noTouch = false;
  database.read(sliceOf("k"));
  assertEquals(idle(), 0);
});

Deno.test("detach leaves the value's block to the caller", () => {
  const { database, arena } = newStore();
  const ref = put(database, "k", "x".repeat(2000), 9e12);
  const block = database.detach(ref);
  assertEquals(database.size, 0);
  assertEquals(database.expires.length, 0);
  assertEquals(arena.i32[block * 2], 2000);
  const moved = database.peek(sliceOf("other"));
  assertEquals(moved, 0);
  database.putValue(sliceOf("other"), 0, ENCODING_RAW_BLOCK, block);
  assertEquals(valueOf(database, "other"), "x".repeat(2000));
});

Deno.test("changed counts what the command says and speaks only to who listens", () => {
  const { database, keyspace } = newStore();
  const events: string[] = [];
  const heard = {
    changed: (_: unknown, key: Slice, event: string) => void events.push(`${event} ${textOf(key)}`),
  };
  listen(keyspace, { ...heard, listening: false });
  database.changed(sliceOf("a"), "set");
  assertEquals([keyspace.dirty, events], [1, []]);
  listen(keyspace, heard);
  database.changed(sliceOf("a"), "lpush", 3);
  database.changed(sliceOf("a"), "expire", 0);
  assertEquals([keyspace.dirty, events], [4, ["lpush a", "expire a"]]);
});
