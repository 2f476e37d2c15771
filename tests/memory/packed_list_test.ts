import { assert, assertEquals } from "@std/assert";
import { Slice } from "../../src/base/slice.ts";
import { Arena, ArenaFullError } from "../../src/memory/arena.ts";
import { exceedsFill, nodeBytesLimit } from "../../src/memory/list_fill.ts";
import { Listpack } from "../../src/memory/listpack.ts";
import { NodeListpack } from "../../src/memory/node_listpack.ts";
import { PackedList } from "../../src/memory/packed_list.ts";
import { PackedListCursor } from "../../src/memory/packed_list_cursor.ts";
import { listpackFault } from "../../src/rdb/encodings/listpack.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { DumpReader } from "./dump_reader.ts";
import { randomText, sliceOf, textOf } from "./packed_fixture.ts";

const cursor = new PackedListCursor();
const found = new Slice();

function newList(arena: Arena, fill = -2, compressDepth = 0): PackedList {
  return new PackedList(new NodeListpack(arena), fill, compressDepth);
}

function pushTail(list: PackedList, text: string): void {
  const { bytes, start, end } = sliceOf(text);
  list.pushTail(bytes, start, end);
}

function pushHead(list: PackedList, text: string): void {
  const { bytes, start, end } = sliceOf(text);
  list.pushHead(bytes, start, end);
}

function textsOf(list: PackedList, index = 0, forward = true, most = Infinity): string[] {
  const texts: string[] = [];
  if (!cursor.begin(list, index, forward)) return texts;
  let expected = index < 0 ? index + list.count : index;
  while (texts.length < most && cursor.next()) {
    assertEquals(cursor.index, expected);
    expected += forward ? 1 : -1;
    cursor.elementInto(found);
    texts.push(textOf(found));
  }
  cursor.end();
  return texts;
}

function nodesOf(list: PackedList): { container: number; bytes: Uint8Array }[] {
  const nodes = [];
  for (let node = list.head; node !== 0; node = list.nextNode(node)) {
    list.nodeInto(node, found);
    nodes.push({ container: list.isPlain(node) ? 1 : 2, bytes: found.copy() });
  }
  return nodes;
}

/** What must hold of a list at any time, beside its elements. */
function checkNodes(list: PackedList): void {
  let count = 0, nodes = 0, previous = 0;
  for (let node = list.head; node !== 0; node = list.nextNode(node)) {
    assertEquals(list.previousNode(node), previous);
    list.nodeInto(node, found);
    assertEquals(found.length, list.nodeBytes(node));
    if (!list.isPlain(node)) {
      assertEquals(listpackFault(found.bytes, found.start, found.end, true), undefined);
    }
    const inNode = list.nodeCount(node);
    assert(inNode > 0, "no node is empty");
    const full = exceedsFill(list.fill, list.nodeBytes(node), inNode);
    // Replacing may lengthen a node beyond its limit, as in Redis; only its number is bounded then.
    if (list.fill >= 0 && inNode > 1) {
      assert(!full || list.nodeBytes(node) > nodeBytesLimit(list.fill));
    }
    count += inNode;
    nodes++;
    previous = node;
  }
  assertEquals([list.tail, list.count, list.nodes], [previous, count, nodes]);
  const depth = list.compressDepth;
  let forward = list.head, backward = list.tail;
  for (let i = 0; i < depth && forward !== 0 && backward !== 0; i++) {
    assert(!list.isCompressed(forward) && !list.isCompressed(backward), "ends are not compressed");
    forward = list.nextNode(forward);
    backward = list.previousNode(backward);
  }
}

Deno.test("an empty list has no element at any index", () => {
  const list = newList(new Arena());
  for (const index of [0, -1, 5]) assert(!cursor.begin(list, index, true));
  assertEquals([cursor.next(), list.count, list.nodes, list.bytesOf(Infinity)], [false, 0, 0, 0]);
});

Deno.test("elements leave a list in the order in which they came", () => {
  const arena = new Arena();
  const used = arena.usedBytes;
  const list = newList(arena);
  for (let i = 0; i < 5000; i++) pushTail(list, "tail:" + i);
  for (let i = 0; i < 5000; i++) pushHead(list, "head:" + i);
  for (let i = 4999; i >= 0; i--) {
    list.headInto(found);
    assertEquals(textOf(found), "head:" + i);
    list.dropHead();
  }
  for (let i = 4999; i >= 0; i--) {
    list.tailInto(found);
    assertEquals(textOf(found), "tail:" + i);
    list.dropTail();
  }
  assertEquals([list.count, list.nodes, arena.usedBytes], [0, 0, used]);
});

Deno.test("an element longer than a node may be stands alone, without a listpack", () => {
  const list = newList(new Arena(), -1);
  const long = "x".repeat(4097);
  for (const text of ["a", long, "b"]) pushTail(list, text);
  assertEquals(nodesOf(list).map((node) => node.container), [2, 1, 2]);
  assertEquals(textsOf(list), ["a", long, "b"]);
  assertEquals(textsOf(list, -1, false), ["b", long, "a"]);
});

Deno.test("inner nodes are compressed beyond the depth, and read as before", () => {
  const arena = new Arena();
  const plain = newList(arena, -1), packed = newList(arena, -1, 2);
  const texts = Array.from({ length: 3000 }, (_, i) => `element number ${i}, much like others`);
  for (const text of texts) {
    pushTail(plain, text);
    pushTail(packed, text);
  }
  const compressed = [];
  for (let node = packed.head; node !== 0; node = packed.nextNode(node)) {
    compressed.push(packed.isCompressed(node));
  }
  const inner = compressed.slice(2, -2);
  assert(inner.length > 5 && inner.every((is) => is), "all inner nodes are compressed");
  assertEquals([...compressed.slice(0, 2), ...compressed.slice(-2)], [false, false, false, false]);
  assert(packed.bytesOf(Infinity) < plain.bytesOf(Infinity) / 2);
  assertEquals(textsOf(packed), texts);
  assertEquals(textsOf(packed, -1, false), texts.reverse());
});

Deno.test("an edit at the head leaves the elements behind it where they are", () => {
  const list = newList(new Arena());
  for (let i = 0; i < 100; i++) pushTail(list, "element:" + i % 10);
  const before = list.nodeBase(list.head);
  list.dropHead();
  assertEquals(list.nodeBase(list.head) - before, "element:0".length + 2);
  pushHead(list, "element:x");
  assertEquals(list.nodeBase(list.head), before);
});

Deno.test("a list is freed in slices, and its memory is given back", () => {
  const arena = new Arena();
  const used = arena.usedBytes;
  const list = newList(arena, 10);
  for (let i = 0; i < 1000; i++) pushTail(list, String(i));
  assertEquals(list.nodes, 100);
  assertEquals(arena.usedBytes - used, list.bytesOf(Infinity));
  let slices = 1;
  while (list.freeSome(7)) slices++;
  assertEquals(slices, Math.ceil(100 / 7));
  assertEquals([list.count, arena.usedBytes], [0, used]);
});

Deno.test("a listpack becomes a list's first node, and the only node a listpack again", () => {
  const arena = new Arena();
  const listpack = new Listpack(arena), list = newList(arena);
  listpack.create();
  for (const text of ["b", "c"]) {
    const { bytes, start, end } = sliceOf(text);
    listpack.append(bytes, start, end);
  }
  list.adoptListpack(listpack.ref);
  for (let i = 0; i < 50; i++) pushHead(list, "a" + i);
  assertEquals(list.count, 52);
  list.deleteRange(1, 49);
  const ref = list.takeListpack();
  assertEquals([list.count, list.nodes], [0, 0]);
  listpack.open(ref);
  assertEquals([listpack.count, listpackFault(arena.u8, ref * 8, ref * 8 + listpack.bytes, true)], [
    3,
    undefined,
  ]);
  listpack.elementInto(listpack.first(), found);
  assertEquals(textOf(found), "a49");
});

Deno.test("nodes from a file are taken as they are", () => {
  const arena = new Arena();
  const source = newList(arena, 4), list = newList(arena, 4);
  for (let i = 0; i < 19; i++) pushTail(source, i % 7 === 3 ? "y".repeat(9000) : "e" + i);
  for (let node = source.head; node !== 0; node = source.nextNode(node)) {
    source.nodeInto(node, found);
    const bytes = found.copy();
    if (source.isPlain(node)) list.appendPlain(bytes, 0, bytes.length);
    else list.appendListpack(bytes, 0, bytes.length, source.nodeCount(node));
  }
  assertEquals(nodesOf(list), nodesOf(source));
  assertEquals(textsOf(list), textsOf(source));
});

Deno.test("small nodes that deletions leave become one", () => {
  const list = newList(new Arena(), 100);
  for (let i = 0; i < 1000; i++) pushTail(list, i % 10 === 0 ? "kept" : "gone");
  assertEquals(list.removeMatching(sliceOf("gone"), 0), 900);
  assertEquals(list.count, 100);
  assert(list.nodes <= 2, `${list.nodes} nodes`);
});

Deno.test("a list in a full arena keeps what it has, and gives all of it back", () => {
  for (const depth of [0, 1]) {
    const arena = new Arena(1 << 20);
    const used = arena.usedBytes;
    const list = newList(arena, -1, depth), texts: string[] = [];
    let failures = 0;
    for (let i = 0; failures < 20; i++) {
      const text = `${i}:`.repeat(i % 37 === 0 ? 2000 : 3);
      try {
        if (i % 3 === 0) pushHead(list, text);
        else pushTail(list, text);
        if (i % 3 === 0) texts.unshift(text);
        else texts.push(text);
      } catch (error) {
        assert(error instanceof ArenaFullError);
        failures++;
      }
    }
    for (let i = 0; i < 40; i++) {
      const index = i * 31 % texts.length, text = "z".repeat(i % 5 === 0 ? 5000 : 60);
      assert(cursor.begin(list, index, true) && cursor.next());
      try {
        list.insert(cursor, sliceOf(text), false);
        texts.splice(index, 0, text);
      } catch (error) {
        assert(error instanceof ArenaFullError);
      }
    }
    checkNodes(list);
    assertEquals(textsOf(list), texts);
    assertEquals(arena.usedBytes - used, list.bytesOf(Infinity));
    // A node that was compressed needs memory before an element of it can be removed.
    if (depth > 0) list.free();
    while (list.count > 0) list.dropHead();
    assertEquals(arena.usedBytes, used);
  }
});

interface Model {
  texts: string[];
}

type Told = [bytes: Uint8Array, start: number, end: number];
function pickText(random: Seeded): string {
  return random.chance(0.01) ? random.bytes(random.pick([4097, 8193, 9000])) : randomText(random);
}

function edit(random: Seeded, list: PackedList, model: Model): void {
  const { texts } = model, text = pickText(random);
  const kind = texts.length === 0 ? random.below(2) : random.below(texts.length > 400 ? 14 : 9);
  if (kind === 0) {
    pushTail(list, text);
    texts.push(text);
  } else if (kind === 1) {
    pushHead(list, text);
    texts.unshift(text);
  } else if (kind <= 4) {
    const index = random.below(texts.length), after = random.chance(0.5);
    assert(cursor.begin(list, random.chance(0.5) ? index : index - texts.length, true));
    assert(cursor.next());
    list.insert(cursor, sliceOf(text), after);
    texts.splice(after ? index + 1 : index, 0, text);
  } else if (kind === 5) {
    const index = random.below(texts.length);
    assert(cursor.begin(list, index, random.chance(0.5)) && cursor.next());
    list.replace(cursor, sliceOf(text));
    texts[index] = text;
  } else if (kind === 6) {
    const fromHead = random.chance(0.5);
    let told = "";
    const sink = { bulkRange: (...range: Told) => told = textOf(new Slice(...range)) };
    if (fromHead ? list.popHeadInPlace(sink) : list.popTailInPlace(sink)) {
      return assertEquals(told, fromHead ? texts.shift() : texts.pop());
    }
    if (fromHead) list.headInto(found);
    else list.tailInto(found);
    assertEquals(textOf(found), fromHead ? texts.shift() : texts.pop());
    if (fromHead) list.dropHead();
    else list.dropTail();
  } else if (kind === 7) removeMatching(random, list, texts);
  else deleteRange(random, list, texts);
}

function deleteRange(random: Seeded, list: PackedList, texts: string[]): void {
  const index = random.below(texts.length);
  const count = random.chance(0.1) ? random.below(texts.length) : random.below(12);
  list.deleteRange(random.chance(0.5) ? index : index - texts.length, count);
  texts.splice(index, count);
}

function removeMatching(random: Seeded, list: PackedList, texts: string[]): void {
  const text = random.pick(texts), count = random.between(-3, 3);
  let left = count === 0 ? Infinity : Math.abs(count);
  const order = [...texts.keys()];
  if (count < 0) order.reverse();
  const gone = new Set(order.filter((index) => texts[index] === text && left-- > 0));
  assertEquals(list.removeMatching(sliceOf(text), count), gone.size);
  texts.splice(0, Infinity, ...texts.filter((_, index) => !gone.has(index)));
}

function compare(random: Seeded, list: PackedList, { texts }: Model): void {
  checkNodes(list);
  assertEquals(textsOf(list), texts);
  assertEquals(textsOf(list, -1, false), texts.toReversed());
  if (texts.length === 0) return;
  const index = random.below(texts.length);
  assertEquals(textsOf(list, index, true, 5), texts.slice(index, index + 5));
  const wanted = random.pick(texts), { bytes, start, end } = sliceOf(wanted);
  const matches: number[] = [];
  cursor.begin(list, 0, true);
  cursor.lookFor(bytes, start, end);
  while (cursor.next()) if (cursor.matches()) matches.push(cursor.index);
  cursor.end();
  assertEquals(matches, [...texts.keys()].filter((index) => texts[index] === wanted));
}

for (const [fill, depth] of [[-2, 0], [-1, 1], [5, 0], [3, 2], [0, 1], [-5, 0], [16, 3]]) {
  const name = `fill ${fill} and depth ${depth}`;
  Deno.test(`a list of ${name} equals a naive list after any edits`, async () => {
    const arena = new Arena();
    const used = arena.usedBytes;
    await forEachSeed(3, (random) => {
      const list = newList(arena, fill, depth), model: Model = { texts: [] };
      for (let step = 0; step < 4500; step++) {
        edit(random, list, model);
        if (step % 64 === 0) compare(random, list, model);
        else if (list.count > 0) {
          // Whatever was edited since another index was looked for.
          const index = random.below(list.count);
          assertEquals(textsOf(list, index, true, 1), [model.texts[index]]);
        }
        if (step % 512 === 0) assertEquals(arena.usedBytes - used, list.bytesOf(Infinity));
      }
      compare(random, list, model);
      const copy = list.copy();
      list.free();
      compare(random, copy, model);
      assertEquals(arena.usedBytes - used, copy.bytesOf(Infinity));
      copy.free();
      assertEquals(arena.usedBytes, used);
    });
  });
}

// From 7.2 on a list begins as a listpack, which fills its first node otherwise.
testWithRedis("a list has the nodes that redis-server dumps", async () => {
  for (const fill of [-2, -1, 7, 128]) {
    await withRedis(async (client) => {
      // Redis took what merging two nodes saves for four bytes more than it is.
      const inserts = fill > 0;
      await forEachSeed(6, async (random) => {
        const arena = new Arena(), list = newList(arena, fill);
        await client.send("DEL", "list");
        const commands: string[][] = [];
        for (let step = 0; step < 1500; step++) {
          const text = randomText(random, false), index = random.below(Math.max(list.count, 1));
          const kind = list.count < 3 ? random.below(2) : random.below(6);
          if (kind === 0 || kind === 3) {
            pushTail(list, text);
            commands.push(["RPUSH", "list", text]);
          } else if (kind === 1) {
            pushHead(list, text);
            commands.push(["LPUSH", "list", text]);
          } else if (kind === 2) {
            assert(cursor.begin(list, index, true) && cursor.next());
            list.replace(cursor, sliceOf(text));
            commands.push(["LSET", "list", String(index), text]);
          } else if (kind === 4 && inserts) {
            const pivot = `pivot:${step}`, after = random.chance(0.5);
            assert(cursor.begin(list, index, true) && cursor.next());
            list.replace(cursor, sliceOf(pivot));
            assert(cursor.begin(list, index, true) && cursor.next());
            list.insert(cursor, sliceOf(text), after);
            commands.push(["LSET", "list", String(index), pivot]);
            commands.push(["LINSERT", "list", after ? "AFTER" : "BEFORE", pivot, text]);
          } else if (random.chance(0.3)) {
            list.dropHead();
            list.dropTail();
            commands.push(["LPOP", "list"], ["RPOP", "list"]);
          }
        }
        for (const reply of await client.pipeline(commands)) assert(reply.type !== "error");
        const dump = await DumpReader.of(client, "list");
        assertEquals(dump.type, 18);
        const expected = dump.nodes(), actual = nodesOf(list);
        const sizes = (nodes: typeof actual) => nodes.map((node) => node.bytes.length).join(" ");
        assertEquals(sizes(actual), sizes(expected), `fill ${fill}`);
        assertEquals(actual, expected);
        list.free();
      });
    }, { rdbcompression: "no", "list-max-listpack-size": fill });
  }
}, { before: "7.2" });
