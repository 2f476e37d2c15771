import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArenaFullError } from "../../src/memory/arena.ts";
import {
  ENCODING_HASHTABLE,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
} from "../../src/values/encodings.ts";
import { SetValue } from "../../src/values/set_value.ts";
import { SetValues } from "../../src/values/set_values.ts";
import { MovingArena } from "../memory/moving_arena.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { slice, textOf, valueServices } from "./value_fixture.ts";

function membersOf(set: SetValue): string[] {
  const members: string[] = [];
  set.begin();
  while (set.next()) members.push(textOf(set.member));
  set.end();
  return members;
}

function setOf(sets: SetValues, ...members: string[]): SetValue {
  const set = new SetValue(sets).create(slice(members[0]), members.length);
  for (const member of members) set.add(slice(member));
  return set;
}

Deno.test("a set is what its first member and the number of members expected make it", () => {
  const sets = new SetValues(valueServices());
  assertEquals(sets.window.create(slice("12"), 512).encoding, ENCODING_INTSET);
  assertEquals(sets.window.create(slice("12"), 513).encoding, ENCODING_HASHTABLE);
  assertEquals(sets.window.create(slice("x"), 128).encoding, ENCODING_LISTPACK);
  assertEquals(sets.window.create(slice("x"), 129).encoding, ENCODING_HASHTABLE);
});

Deno.test("an intset becomes a listpack with its first text, a table with one integer too many", () => {
  const sets = new SetValues(valueServices({ setMaxIntsetEntries: 4, setMaxListpackEntries: 3 }));
  const set = setOf(sets, "3", "1");
  set.add(slice("x"));
  assertEquals(set.encoding, ENCODING_LISTPACK);
  assertEquals(membersOf(set), ["1", "3", "x"]);
  set.add(slice("y"));
  assertEquals(set.encoding, ENCODING_HASHTABLE);
  assertEquals(membersOf(set).sort(), ["1", "3", "x", "y"]);
  const integers = setOf(sets, "1", "2", "3", "4");
  assertEquals(integers.encoding, ENCODING_INTSET);
  integers.add(slice("5"));
  assertEquals(integers.encoding, ENCODING_HASHTABLE);
});

Deno.test("a member longer than the limit makes a table", () => {
  const sets = new SetValues(valueServices());
  const set = setOf(sets, "x".repeat(64));
  assertEquals(set.encoding, ENCODING_LISTPACK);
  set.add(slice("x".repeat(65)));
  assertEquals(set.encoding, ENCODING_HASHTABLE);
  assert(set.has(slice("x".repeat(64))) && set.has(slice("x".repeat(65))));
});

const WORDS = ["", "a", "b", "007", "-0", "70000", "-5000000000", "9223372036854775808", "\0\xff"];

function word(random: Seeded): string {
  if (random.chance(0.7)) return String(random.between(-20, 40));
  return random.chance(0.95) ? random.pick(WORDS) : "x".repeat(random.between(60, 70));
}

Deno.test("a set equals a naive one through all encodings, and leaves no memory behind", async () => {
  await forEachSeed(30, (random) => {
    const services = valueServices({
      setMaxIntsetEntries: random.below(20),
      setMaxListpackEntries: random.below(30),
    });
    const sets = new SetValues(services);
    const set = new SetValue(sets).create(slice("1"), 1);
    const model = new Set<string>();
    for (let step = 0; step < 300; step++) {
      changeBoth(set, model, random);
      assertEquals(set.size, model.size);
    }
    assertEquals(membersOf(set).sort(), [...model].sort());
    const copy = sets.copy(set.encoding, set.value);
    assertEquals(sets.elements(set.encoding, copy), model.size);
    sets.free(set.encoding, copy);
    set.free();
    assertEquals(services.arena.usedBytes, 0);
  });
});

function changeBoth(set: SetValue, model: Set<string>, random: Seeded): void {
  const member = word(random);
  switch (random.below(8)) {
    case 0:
    case 1:
      assertEquals(set.remove(slice(member)), model.delete(member));
      return;
    case 2:
      assertEquals(set.has(slice(member)), model.has(member));
      return;
    case 3:
      if (model.size === 0) return;
      set.pick();
      assert(model.delete(textOf(set.member)), "what is picked is a member");
      return set.removeMember();
    default:
      assertEquals(set.add(slice(member)), !model.has(member));
      model.add(member);
  }
}

Deno.test("members of one set are looked up in and added to another, whatever both are", () => {
  // A set that takes another form may make the memory move, in which the other set's member lies.
  const services = { ...valueServices({ setMaxListpackEntries: 5 }), arena: new MovingArena() };
  const sets = new SetValues(services);
  const kinds = [
    setOf(sets, "1", "2", "3"),
    setOf(sets, "1", "x"),
    setOf(sets, ...Array.from({ length: 300 }, (_, i) => `m${i}`), "1", "2"),
  ];
  for (const from of kinds) {
    for (const to of kinds) {
      const target = setOf(sets, ...membersOf(to));
      const expected = new Set([...membersOf(from), ...membersOf(to)]);
      from.begin();
      while (from.next()) {
        const there = target.has(slice(textOf(from.member)));
        assertEquals(target.hasMemberOf(from), there);
        assertEquals(target.addMemberOf(from), !there);
      }
      from.end();
      assertEquals(membersOf(target).sort(), [...expected].sort());
    }
  }
});

Deno.test("a set of integers only becomes an intset if so many may be in one", () => {
  const sets = new SetValues(valueServices({ setMaxIntsetEntries: 3, setMaxListpackEntries: 2 }));
  const set = sets.window.createListpack();
  for (const member of ["3", "1", "2"]) set.add(slice(member));
  assertEquals(set.encoding, ENCODING_HASHTABLE);
  set.toIntsetIfAllowed();
  assertEquals(set.encoding, ENCODING_INTSET);
  assertEquals(membersOf(set), ["1", "2", "3"]);
});

Deno.test("when memory runs out the set is whole and its window knows where it is", () => {
  const services = valueServices({}, 1 << 20);
  const sets = new SetValues(services);
  const set = sets.window.createListpack();
  let added = 0;
  assertThrows(() => {
    for (;; added++) set.add(slice(`${added}`.padStart(40, "m")));
  }, ArenaFullError);
  assertEquals(set.size, added);
  assertEquals(membersOf(set).length, added);
  set.free();
  assertEquals(services.arena.usedBytes, 0);
});

Deno.test("a big set is freed in slices", () => {
  const services = valueServices();
  const sets = new SetValues(services);
  const set = setOf(sets, ...Array.from({ length: 5000 }, (_, i) => `m${i}`));
  const work = sets.freeInSlices(set.encoding, set.value);
  assert(work !== undefined);
  let slices = 1;
  for (; !work.run(500); slices++) assert(services.arena.usedBytes > 0);
  assert(slices >= 5000 / 500, `${slices} slices`);
  assertEquals(services.arena.usedBytes, 0);
});
