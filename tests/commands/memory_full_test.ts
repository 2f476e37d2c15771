// Commands of several fields or members when memory runs out in the middle: what is there and what
// others are told stay the same, and the client gets an error.
import { assertEquals } from "@std/assert";
import { asciiBytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { Arena, ArenaFullError } from "../../src/memory/arena.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { TYPE_HASH } from "../../src/store/entry.ts";
import type { HashValues } from "../../src/values/hash_values.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { FillingArena } from "../support/filling_arena.ts";

const long = "x".repeat(100);
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

/** A hash, a set and a sorted set, each a table of some hundred. */
function filled(arena: Arena): EngineHarness {
  const harness = new EngineHarness({ arena, startMs: 1_000_000 });
  harness.run(["HSET", "hash", "long", long, ...names("f", 40).flatMap((name) => [name, "v"])]);
  harness.run(["HPEXPIRE", "hash", 1000, "FIELDS", 2, "f1", "f2"]);
  harness.run(["HSET", "small", "a", "1", "b", "2"]);
  harness.run(["SADD", "set", long, ...names("m", 40)]);
  harness.run(["ZADD", "zset", "1", long, ...names("m", 40).flatMap((name, at) => [at, name])]);
  return harness;
}

const LINES: Record<string, (string | number)[]> = {
  "HSET": ["HSET", "hash", ...names("n", 20).flatMap((name) => [name, long])],
  "HSET of a new hash": ["HSET", "none", ...names("n", 20).flatMap((name) => [name, long])],
  "HMSET": ["HMSET", "small", "a", "7", "c", long, "d", "8"],
  "HGETDEL": ["HGETDEL", "hash", "FIELDS", 20, ...names("f", 20)],
  "HDEL": ["HDEL", "hash", ...names("f", 20)],
  "HPEXPIRE": ["HPEXPIRE", "hash", 5000, "FIELDS", 20, ...names("f", 20)],
  "HPEXPIRE of a small hash": ["HPEXPIRE", "small", 5000, "FIELDS", 2, "a", "b"],
  "HGETEX": ["HGETEX", "hash", "PX", 5000, "FIELDS", 20, ...names("f", 20)],
  "HSETEX": [
    ...["HSETEX", "hash", "PX", 5000, "FIELDS", 20],
    ...names("n", 20).flatMap((name) => [name, long]),
  ],
  "HSETEX of a time that is over": [
    ...["HSETEX", "hash", "PXAT", 1, "FIELDS", 20],
    ...names("f", 20).flatMap((name) => [name, long]),
  ],
  "SADD": ["SADD", "set", ...names("new", 20)],
  "SADD of a new set": ["SADD", "none", ...names("new", 20), long],
  "SREM": ["SREM", "set", ...names("m", 20)],
  "ZADD": ["ZADD", "zset", "CH", ...names("new", 20).flatMap((name, at) => [at, name])],
  "ZADD that moves members": ["ZADD", "zset", ...names("m", 20).flatMap((name) => [99, name])],
  "GEOADD": ["GEOADD", "zset", ...names("place", 20).flatMap((name, at) => [at, at, name])],
};

for (const [title, line] of Object.entries(LINES)) {
  Deno.test(`out of memory in ${title}: what is there and the effects agree`, () => {
    let refused = 0, partial = 0;
    for (let left = 0; left < 60; left++) {
      const arena = new FillingArena(1 << 24);
      const harness = filled(arena), other = filled(new Arena(1 << 24));
      const before = digestOfKeyspace(harness.keyspace).toString();
      harness.takeEffects();
      arena.left = left;
      const reply = harness.client.reply(line);
      arena.left = Infinity;
      for (const effect of harness.takeEffects()) other.run(effect);
      const after = digestOfKeyspace(harness.keyspace).toString();
      assertEquals(digestOfKeyspace(other.keyspace).toString(), after, `${left} left`);
      if (reply.type !== "error") continue;
      refused++;
      if (after !== before) partial++;
    }
    // Removing needs no memory, nor does moving a member in a block that has room.
    assertEquals(refused > 0, !/DEL|SREM|moves/.test(title));
    // A new key is stored at the end: it is there as a whole or not at all.
    assertEquals(partial > 0, refused > 0 && !title.includes("new "));
  });
}

for (const line of ["HGETDEL hash FIELDS 4 f1 f2 f3 f4", "HDEL hash f1 f2 f3 f4"]) {
  Deno.test(`who refuses a change in the middle of ${line} finds all before it told to others`, () => {
    const harness = filled(new Arena(1 << 24)), other = filled(new Arena(1 << 24));
    const { keyspace } = harness, { valueTypes, databases } = keyspace;
    const ref = databases[0].peek(new Slice(asciiBytes("hash")));
    const { table } = (valueTypes[TYPE_HASH] as HashValues).tables.get(databases[0].valueOf(ref));
    let left = 2;
    table.guard = {
      beforeChange: () => {
        if (left-- === 0) throw new ArenaFullError();
      },
    };
    harness.takeEffects();
    assertEquals(harness.client.reply(line).type, "error");
    table.guard = undefined;
    assertEquals(harness.run("HMGET hash f1 f2 f3 f4"), [null, null, "v", "v"]);
    const effects = harness.takeEffects();
    assertEquals(effects, ["HDEL hash f1 f2"]);
    for (const effect of effects) other.run(effect);
    assertEquals(
      digestOfKeyspace(other.keyspace).toString(),
      digestOfKeyspace(keyspace).toString(),
    );
  });
}
