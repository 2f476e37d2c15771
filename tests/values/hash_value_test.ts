import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArenaFullError } from "../../src/memory/arena.ts";
import {
  ENCODING_HASHTABLE,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
} from "../../src/values/encodings.ts";
import { Slice } from "../../src/base/slice.ts";
import { FieldTable } from "../../src/values/hash_value_table.ts";
import { MovingArena } from "../memory/moving_arena.ts";
import { HashValue } from "../../src/values/hash_value.ts";
import { HashValues } from "../../src/values/hash_values.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { slice, textOf, valueServices } from "./value_fixture.ts";

/** Field, value and expiry (-1 for none) of each field, in the order of the hash. */
function fieldsOf(hash: HashValue): [string, string, number][] {
  const fields: [string, string, number][] = [];
  hash.begin();
  while (hash.next()) fields.push([textOf(hash.field), textOf(hash.content), hash.expireAtMs]);
  hash.end();
  return fields;
}

function expire(hash: HashValue, field: string, atMs: number): void {
  assert(hash.find(slice(field)), `${field} is there`);
  hash.setExpireAt(atMs);
}

Deno.test("a hash is a listpack up to the limits, then a table for ever", () => {
  const hashes = new HashValues(valueServices({ hashMaxListpackEntries: 2 }));
  const hash = hashes.window.create();
  hash.set(slice("a"), slice("1"));
  hash.set(slice("b"), slice("2"));
  hash.set(slice("a"), slice("x".repeat(64)));
  assertEquals(hash.encoding, ENCODING_LISTPACK);
  hash.set(slice("c"), slice("3"));
  assertEquals(hash.encoding, ENCODING_HASHTABLE);
  hash.remove(slice("c"));
  assertEquals(hash.encoding, ENCODING_HASHTABLE);
  hash.create().set(slice("a"), slice("x".repeat(65)));
  assertEquals(hash.encoding, ENCODING_HASHTABLE);
});

Deno.test("a small hash with expiring fields keeps them in the order in which they expire", () => {
  const hashes = new HashValues(valueServices());
  const hash = hashes.window.create();
  for (const field of ["a", "b", "c", "d"]) hash.set(slice(field), slice(`value ${field}`));
  expire(hash, "c", 3000);
  assertEquals(hash.encoding, ENCODING_LISTPACK_EX);
  expire(hash, "d", 1000);
  expire(hash, "a", 2000);
  assertEquals(fieldsOf(hash), [
    ["d", "value d", 1000],
    ["a", "value a", 2000],
    ["c", "value c", 3000],
    ["b", "value b", -1],
  ]);
  assertEquals(hash.nextExpireAtMs, 1000);
  hash.set(slice("d"), slice("new")); // which ends its expiry
  hash.set(slice("a"), slice("kept"), true);
  assertEquals(fieldsOf(hash)[0], ["a", "kept", 2000]);
  assert(hash.find(slice("d")));
  assertEquals(hash.expireAtMs, -1);
  assertEquals(hash.nextExpireAtMs, 2000);
});

Deno.test("fields whose time is over are not seen where they may not be removed", () => {
  for (const limit of [10, 0]) {
    const hashes = new HashValues(valueServices({ hashMaxListpackEntries: limit }));
    const hash = hashes.window.create();
    for (const field of ["a", "b", "c"]) hash.set(slice(field), slice("1"));
    expire(hash, "a", 1000);
    expire(hash, "b", 2000);
    hash.hiddenUntilMs = 1000;
    assertEquals(hash.find(slice("a")), false);
    assertEquals(hash.find(slice("b")), true);
    assertEquals(fieldsOf(hash).map(([field]) => field).sort(), ["b", "c"]);
    for (let i = 0; i < 20; i++) {
      hash.pick();
      assert(textOf(hash.field) !== "a");
    }
    assertEquals(hash.size, 3);
  }
});

interface Known {
  value: string;
  atMs: number;
}

Deno.test("a hash equals a naive one through all encodings, and leaves no memory behind", async () => {
  await forEachSeed(40, (random) => {
    const services = valueServices({ hashMaxListpackEntries: random.below(30) });
    const hashes = new HashValues(services);
    const hash = new HashValue(hashes).create();
    const model = new Map<string, Known>();
    for (let step = 0; step < 300; step++) {
      changeBoth(hash, model, random);
      assertEquals(hash.size, model.size);
      const instants = [...model.values()].map(({ atMs }) => atMs).filter((atMs) => atMs >= 0);
      assertEquals(hash.nextExpireAtMs, instants.length === 0 ? -1 : Math.min(...instants));
    }
    assertSame(hash, model);
    const copy = new HashValue(hashes).open(hash.encoding, hashes.copy(hash.encoding, hash.value));
    hash.free();
    assertSame(copy, model);
    copy.free();
    assertEquals(services.arena.usedBytes, 0);
  });
});

function assertSame(hash: HashValue, model: Map<string, Known>): void {
  const expected = [...model].map(([field, { value, atMs }]) => [field, value, atMs]);
  assertEquals(fieldsOf(hash).sort(), expected.sort() as [string, string, number][]);
}

function changeBoth(hash: HashValue, model: Map<string, Known>, random: Seeded): void {
  const field = random.chance(0.97) ? `f${random.below(40)}` : "y".repeat(65);
  const known = model.get(field);
  switch (random.below(8)) {
    case 0:
      assertEquals(hash.remove(slice(field)), model.delete(field));
      return;
    case 1:
    case 2:
      assertEquals(hash.find(slice(field)), known !== undefined);
      if (known === undefined) return;
      known.atMs = random.between(1, 2 ** 41);
      return hash.setExpireAt(known.atMs);
    case 3:
      if (!hash.find(slice(field))) return;
      assertEquals(hash.clearExpiry(), known!.atMs >= 0);
      known!.atMs = -1;
      return;
    case 4:
      if (!hash.findNextToExpire()) return;
      model.delete(textOf(hash.field));
      return hash.removeFound();
    default: {
      const value = valueOf(random);
      const keep = random.chance(0.3);
      assertEquals(hash.set(slice(field), slice(value), keep), known === undefined);
      model.set(field, { value, atMs: keep ? known?.atMs ?? -1 : -1 });
      assert(hash.find(slice(field)));
      assertEquals(textOf(hash.readValue()), value);
    }
  }
}

function valueOf(random: Seeded): string {
  if (random.chance(0.5)) return String(random.between(-100_000, 100_000));
  if (random.chance(0.9)) return random.bytes(random.below(64));
  return "v".repeat(random.pick([65, 100, 1023, 1024, 1025, 5000]));
}

Deno.test("when memory runs out the hash is whole and its window knows where it is", () => {
  for (const entries of [1 << 20, 0]) {
    const services = valueServices({ hashMaxListpackEntries: entries }, 1 << 20);
    const hashes = new HashValues(services);
    const hash = hashes.window.create();
    let added = 0;
    assertThrows(() => {
      for (;; added++) hash.set(slice(`f${added}`), slice("v".repeat(added % 60)));
    }, ArenaFullError);
    const fields = fieldsOf(hash);
    assertEquals(fields.length, hash.size);
    assert(fields.length >= added);
    hash.free();
    assertEquals(services.arena.usedBytes, 0);
  }
});

Deno.test("a big hash with long values and expiring fields is freed in slices", () => {
  const services = valueServices();
  const hashes = new HashValues(services);
  const hash = hashes.window.create();
  for (let i = 0; i < 3000; i++) {
    hash.set(slice(`f${i}`), slice("v".repeat(i % 5 === 0 ? 2000 : 10)));
    if (i % 3 === 0) expire(hash, `f${i}`, 1000 + i);
  }
  const work = hashes.freeInSlices(hash.encoding, hash.value);
  assert(work !== undefined);
  let slices = 1;
  for (; !work.run(300); slices++) assert(services.arena.usedBytes > 0);
  assert(slices >= 10, `${slices} slices`);
  assertEquals(services.arena.usedBytes, 0);
});

Deno.test("a field that is added from memory of the table's own arena survives that it moves", () => {
  const arena = new MovingArena();
  const fields = new FieldTable(arena, { k0: 1, k1: 2 });
  for (let i = 0; i < 100; i++) {
    const text = `field ${i} value ${i}`.padEnd(i * 30, "x"), from = arena.allocate(text.length);
    const whole = slice(text);
    arena.u8.set(whole.bytes.subarray(whole.start, whole.end), from * 8);
    const length = `field ${i}`.length;
    const field = new Slice(arena.u8, from * 8, from * 8 + length);
    const value = new Slice(arena.u8, from * 8 + length, from * 8 + text.length);
    fields.insert(field, value, fields.table.hash(field.bytes, field.start, field.end));
    const found = new Slice(), ref = fields.find(slice(`field ${i}`));
    assert(ref !== 0, `field ${i} is there`);
    fields.valueInto(ref, found);
    assertEquals(textOf(found), text.slice(length));
  }
});
