import { assert, assertEquals } from "@std/assert";
import { Slice } from "../../src/base/slice.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Listpack } from "../../src/memory/listpack.ts";
import { NodeListpack } from "../../src/memory/node_listpack.ts";
import { listpackFault } from "../../src/rdb/encodings/listpack.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { DumpReader } from "./dump_reader.ts";
import { edgeTexts, randomText, sliceOf, textOf } from "./packed_fixture.ts";

const found = new Slice();

function append(listpack: Listpack, text: string): void {
  const { bytes, start, end } = sliceOf(text);
  listpack.append(bytes, start, end);
}

function bytesOf(listpack: Listpack): Uint8Array {
  return listpack.arena.u8.slice(listpack.base, listpack.base + listpack.bytes);
}

function textsOf(listpack: Listpack): string[] {
  const texts: string[] = [];
  for (let at = listpack.first(); at !== 0; at = listpack.next(at)) {
    listpack.elementInto(at, found);
    texts.push(textOf(found));
  }
  return texts;
}

function textsBackwards(listpack: Listpack): string[] {
  const texts: string[] = [];
  for (let at = listpack.last(); at !== 0; at = listpack.previous(at)) {
    listpack.elementInto(at, found);
    texts.push(textOf(found));
  }
  return texts.reverse();
}

function faultOf(listpack: Listpack): string | undefined {
  return listpackFault(listpack.arena.u8, listpack.base, listpack.base + listpack.bytes, true);
}

Deno.test("an empty listpack is seven bytes and has no element", () => {
  const listpack = new Listpack(new Arena());
  listpack.create();
  assertEquals([...bytesOf(listpack)], [7, 0, 0, 0, 0, 0, 0xff]);
  assertEquals([listpack.count, listpack.first(), listpack.last()], [0, 0, 0]);
  assertEquals([listpack.seek(0), listpack.seek(-1)], [0, 0]);
});

Deno.test("every element reads as the text that was written, forwards and backwards", () => {
  const listpack = new Listpack(new Arena());
  listpack.create();
  const texts = edgeTexts();
  for (const text of texts) append(listpack, text);
  assertEquals(listpack.count, texts.length);
  assertEquals(textsOf(listpack), texts);
  assertEquals(textsBackwards(listpack), texts);
  assertEquals(faultOf(listpack), undefined);
});

Deno.test("an integer that is written as one has the bytes of its text", () => {
  const arena = new Arena();
  const asText = new Listpack(arena), asInteger = new Listpack(arena);
  asText.create();
  asInteger.create();
  for (let bit = 0n; bit < 64n; bit++) {
    for (const value of [1n << bit, -(1n << bit), (1n << bit) - 1n, -(1n << bit) - 1n]) {
      const integer = BigInt.asIntN(64, value);
      append(asText, String(integer));
      const safe = Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
      asInteger.appendInteger(safe);
      assertEquals(asInteger.integerAt(asInteger.position), safe);
    }
  }
  assertEquals(bytesOf(asInteger), bytesOf(asText));
});

Deno.test("find with a step of two looks at fields only", () => {
  const listpack = new Listpack(new Arena());
  listpack.create();
  for (const text of ["a", "b", "b", "1", "1", "x"]) append(listpack, text);
  const find = (text: string, every: number) => {
    const { bytes, start, end } = sliceOf(text);
    return listpack.find(bytes, start, end, every);
  };
  assertEquals(find("b", 2), listpack.seek(2));
  assertEquals(find("b", 1), listpack.seek(1));
  assertEquals(find("1", 2), listpack.seek(4));
  assertEquals(find("x", 2), 0);
  assertEquals(find("01", 1), 0);
});

Deno.test("an integer that was kept as a text, or wider than needed, equals its text", () => {
  const listpack = new Listpack(new Arena());
  // "5" as a string of one byte, 5 as a 16-bit integer.
  const bytes = Uint8Array.of(15, 0, 0, 0, 2, 0, 0x81, 0x35, 2, 0xf1, 5, 0, 3, 0xff);
  bytes[0] = bytes.length;
  listpack.createFrom(bytes, 0, bytes.length);
  assertEquals(faultOf(listpack), undefined);
  for (const index of [0, 1]) {
    const { bytes, start, end } = sliceOf("5");
    assert(listpack.equals(listpack.seek(index), bytes, start, end));
  }
});

Deno.test("a listpack of more elements than its header can say counts them", () => {
  const listpack = new Listpack(new Arena());
  listpack.create();
  for (let i = 0; i < 65600; i++) listpack.appendInteger(i & 127);
  assertEquals([...bytesOf(listpack).subarray(4, 6)], [0xff, 0xff]);
  assertEquals(listpack.count, 65600);
  listpack.removeRange(0, 100);
  assertEquals(listpack.count, 65500);
  assertEquals(faultOf(listpack), undefined);
  listpack.elementInto(listpack.seek(-1), found);
  assertEquals(textOf(found), String(65599 & 127));
});

Deno.test("a full arena leaves the listpack as it was", () => {
  const listpack = new Listpack(new Arena(256 * 1024));
  listpack.create();
  append(listpack, "first");
  const before = bytesOf(listpack);
  const big = sliceOf("x".repeat(1 << 20));
  let failed = false;
  try {
    listpack.append(big.bytes, big.start, big.end);
  } catch {
    failed = true;
  }
  assert(failed);
  assertEquals(bytesOf(listpack), before);
});

/** One random edit of the listpack and of the naive model. */
function edit(random: Seeded, listpack: Listpack, model: string[]): void {
  const text = randomText(random), { bytes, start, end } = sliceOf(text);
  const index = random.below(model.length + 1);
  const kind = model.length === 0 ? random.below(3) : random.below(model.length > 60 ? 12 : 9);
  if (kind === 0) {
    listpack.append(bytes, start, end);
    model.push(text);
  } else if (kind === 1) {
    listpack.prepend(bytes, start, end);
    model.unshift(text);
  } else if (kind <= 3) {
    const position = index === model.length ? listpack.bytes - 1 : listpack.seek(index);
    listpack.insert(position, bytes, start, end);
    assertEquals(listpack.position, listpack.seek(index));
    model.splice(index, 0, text);
  } else if (kind === 4) {
    const at = random.below(model.length);
    listpack.replace(listpack.seek(at), bytes, start, end);
    model[at] = text;
  } else if (kind === 5) {
    const at = random.below(model.length);
    listpack.remove(listpack.seek(at));
    model.splice(at, 1);
    assertEquals(listpack.position, listpack.seek(at));
  } else if (kind === 6) removeMatching(random, listpack, model);
  else if (kind === 7) {
    const at = random.below(model.length);
    listpack.replaceInteger(listpack.seek(at), random.between(-70000, 70000));
    listpack.elementInto(listpack.seek(at), found);
    model[at] = textOf(found);
  } else removeRange(random, listpack, model);
}

function removeRange(random: Seeded, listpack: Listpack, model: string[]): void {
  const at = random.below(model.length), count = random.below(8);
  listpack.removeRange(random.chance(0.5) ? at : at - model.length, count);
  model.splice(at, count);
}

function removeMatching(random: Seeded, listpack: Listpack, model: string[]): void {
  const text = random.pick(model), fromTail = random.chance(0.5);
  const limit = random.chance(0.5) ? Infinity : random.between(1, 3);
  let left = limit, expected = 0;
  const order = [...model.keys()];
  if (fromTail) order.reverse();
  const gone = new Set(order.filter((i) => model[i] === text && left-- > 0));
  expected = gone.size;
  assertEquals(listpack.removeMatching(sliceOf(text), limit, fromTail), expected);
  model.splice(0, Infinity, ...model.filter((_, i) => !gone.has(i)));
}

function compare(random: Seeded, listpack: Listpack, model: string[]): void {
  assertEquals(listpack.count, model.length);
  assertEquals(textsOf(listpack), model);
  assertEquals(textsBackwards(listpack), model);
  assertEquals(faultOf(listpack), undefined);
  const text = model.length > 0 && random.chance(0.7) ? random.pick(model) : randomText(random);
  const { bytes, start, end } = sliceOf(text), every = random.between(1, 3);
  const expected = model.findIndex((other, i) => i % every === 0 && other === text);
  const position = listpack.find(bytes, start, end, every);
  assertEquals(position, expected < 0 ? 0 : listpack.seek(expected));
}

for (const floating of [false, true]) {
  const where = floating ? "anywhere in its block" : "at the beginning of its block";
  Deno.test(`a listpack ${where} equals a naive list after any edits`, async () => {
    const arena = new Arena();
    const used = arena.usedBytes;
    await forEachSeed(8, (random) => {
      const listpack = floating ? new NodeListpack(arena) : new Listpack(arena);
      if (listpack instanceof NodeListpack) listpack.growthLimit = random.pick([0, 256, 8192]);
      listpack.create();
      const model: string[] = [];
      for (let step = 0; step < 6000; step++) {
        edit(random, listpack, model);
        if (step % 16 === 0) compare(random, listpack, model);
        assertEquals(listpack.start === 0 || floating, true);
      }
      compare(random, listpack, model);
      const copy = new Listpack(arena).open(listpack.copy());
      assertEquals(bytesOf(copy), bytesOf(listpack));
      copy.free();
      listpack.free();
      assertEquals(arena.usedBytes, used);
    });
  });
}

Deno.test("a block of many removals becomes small again", () => {
  const arena = new Arena();
  const listpack = new Listpack(arena);
  listpack.create();
  for (let i = 0; i < 1000; i++) append(listpack, "element:" + i);
  while (listpack.count > 1) listpack.remove(listpack.first());
  assert(arena.usableBytes(listpack.ref) <= 64);
});

testWithRedis("a listpack has the bytes that redis-server dumps", async () => {
  await withRedis(async (client) => {
    const arena = new Arena(), listpack = new Listpack(arena);
    const check = async (key: string, texts: string[]) => {
      listpack.create();
      for (const text of texts) append(listpack, text);
      const dump = await DumpReader.of(client, key);
      assertEquals(dump.type, 18);
      const nodes = dump.nodes();
      assertEquals(nodes.length, 1);
      assertEquals(nodes[0].bytes, bytesOf(listpack));
      listpack.free();
    };
    for (const [index, text] of edgeTexts().entries()) {
      await client.send("RPUSH", `edge:${index}`, text);
      await check(`edge:${index}`, [text]);
    }
    await forEachSeed(20, async (random) => {
      const texts = Array.from({ length: 200 }, () => randomText(random, false));
      await client.send("DEL", "list");
      await client.send("RPUSH", "list", ...texts);
      await check("list", texts);
    });
  }, { rdbcompression: "no", "list-max-listpack-size": "-5" });
});
