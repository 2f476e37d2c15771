// The index of records by ID against a sorted array, over seeded steps.
import { assertEquals } from "@std/assert";
import { Arena } from "../../src/memory/arena.ts";
import { IdIndex, type IdWords } from "../../src/memory/id_index.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

/** An ID as one number of 128 bits, and the word that its record holds. */
interface Row {
  id: bigint;
  word: number;
}

function wordsOf(id: bigint): IdWords {
  const [word0, word1, word2, word3] = [96n, 64n, 32n, 0n]
    .map((shift) => Number(BigInt.asIntN(32, id >> shift)));
  return { word0, word1, word2, word3 };
}

/** An ID of milliseconds alone. */
const ofMs = (milliseconds: number) => wordsOf(BigInt(milliseconds) << 64n);

/** Contents of the index, walked forward. */
function rowsOf(index: IdIndex): Row[] {
  const rows: Row[] = [];
  for (let at = index.first(); at >= 0; at = index.next(at)) rows.push(rowAt(index, at));
  return rows;
}

function rowAt(index: IdIndex, at: number): Row {
  const id = BigInt(index.milliseconds(at)) << 64n | BigInt(index.sequence(at));
  const words = wordsOf(0n);
  index.readId(at, words);
  assertEquals(words, wordsOf(id));
  return { id, word: index.arena.i32[index.wordsOf(at)] };
}

function insert(index: IdIndex, rows: Row[], row: Row): void {
  const place = rows.findIndex(({ id }) => id >= row.id);
  if (place >= 0 && rows[place].id === row.id) return;
  const at = index.insert(wordsOf(row.id));
  index.arena.i32[index.wordsOf(at)] = row.word;
  rows.splice(place < 0 ? rows.length : place, 0, row);
}

function checkLookups(index: IdIndex, rows: Row[], id: bigint): void {
  const above = rows.find((row) => row.id >= id);
  const below = rows.findLast((row) => row.id <= id);
  const at = (position: number) => position < 0 ? undefined : rowAt(index, position);
  assertEquals(at(index.ceiling(wordsOf(id))), above);
  assertEquals(at(index.floor(wordsOf(id))), below);
  assertEquals(at(index.find(wordsOf(id))), above?.id === id ? above : undefined);
}

function checkWhole(index: IdIndex, rows: Row[]): void {
  assertEquals(index.size, rows.length);
  assertEquals(rowsOf(index), rows);
  const backward: Row[] = [];
  for (let at = index.last(); at >= 0; at = index.previous(at)) backward.push(rowAt(index, at));
  assertEquals(backward.reverse(), rows);
}

/** IDs that collide, that differ in each of the four words, and that need all 64 bits. */
function someId(random: Seeded): bigint {
  const part = () => {
    const small = BigInt(random.below(40));
    return random.pick([small, small, small, small << 32n, (1n << 64n) - 1n - small]);
  };
  return part() << 64n | part();
}

Deno.test("an index holds what was inserted and not removed, in the order of the IDs", async () => {
  await forEachSeed(12, (random) => {
    const arena = new Arena(), before = arena.usedBytes;
    const index = new IdIndex(arena, 1);
    const rows: Row[] = [];
    const steps = random.pick([60, 400, 2500]);
    for (let step = 0; step < steps; step++) {
      const id = someId(random);
      if (random.chance(0.6)) insert(index, rows, { id, word: step });
      else if (rows.length > 0) {
        const [row] = rows.splice(random.below(rows.length), 1);
        index.remove(index.find(wordsOf(row.id)));
      }
      checkLookups(index, rows, someId(random));
      if (step % 97 === 0) checkWhole(index, rows);
    }
    checkWhole(index, rows);
    const copy = index.copy();
    index.free();
    assertEquals([index.size, index.first(), index.last()], [0, -1, -1]);
    checkWhole(copy, rows);
    copy.free();
    assertEquals(arena.usedBytes, before);
  });
});

Deno.test("an index that is filled at the end and emptied at the front stays small", () => {
  const arena = new Arena();
  const index = new IdIndex(arena, 1);
  for (let i = 0; i < 300; i++) index.insert(ofMs(i));
  const bytes = index.bytes;
  for (let i = 300; i < 20_000; i++) {
    index.insert(ofMs(i));
    index.remove(index.first());
    assertEquals(index.milliseconds(index.first()), i - 299);
  }
  assertEquals(index.size, 300);
  assertEquals(index.bytes <= bytes * 2, true, `${bytes} became ${index.bytes}`);
});

Deno.test("an index that is thinned out gives the room of removed records back", () => {
  const index = new IdIndex(new Arena(), 5);
  for (let i = 0; i < 50_000; i++) index.insert(ofMs(i));
  const full = index.bytes;
  for (let i = 0; i < 50_000; i++) if (i % 100 !== 0) index.remove(index.find(ofMs(i)));
  assertEquals(index.size, 500);
  assertEquals(index.bytes < full / 20, true, `${full} became ${index.bytes}`);
  assertEquals(rowsOf(index).map(({ id }) => Number(id >> 64n) % 100), Array(500).fill(0));
});
