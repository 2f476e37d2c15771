// Small values of damaged dumps in which an element stands twice: whatever becomes of them, what this
// server writes of them is what it opens.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Element, listpack } from "../rdb/encodings/packed_builder.ts";
import { Loading } from "./loading.ts";
import { dumpOf, KEY, packed } from "./one_value_dumps.ts";

const small = (integer: number): Element => ({ integer: BigInt(integer), encoding: 0 });

/** Loads, makes the value a large one, and reads again what DUMP says of it. */
async function grown(bytes: Uint8Array, grow: (string | number)[]): Promise<Loading> {
  const loading = new Loading();
  await loading.loadWhole(bytes);
  const { harness } = loading;
  harness.run(grow);
  assertEquals(harness.run(["RESTORE", "copy", 0, harness.run(["DUMP", KEY]) as string]), "OK");
  const digests = harness.run(["DEBUG", "DIGEST-VALUE", KEY, "copy"]) as string[];
  assertEquals(digests[0], digests[1]);
  return loading;
}

Deno.test("a hash that has a field twice keeps the first when it gets large", async () => {
  const elements: Element[] = ["f", "first", "g", small(1), "f", "second"];
  const bytes = dumpOf(16, packed(listpack(elements)));
  using loading = await grown(bytes, ["HSET", KEY, "long", "x".repeat(100)]);
  const { harness } = loading;
  assertEquals(harness.run(["OBJECT", "ENCODING", KEY]), "hashtable");
  assertEquals(harness.run(["HGET", KEY, "f"]), "first");
  assertEquals(harness.run(["HLEN", KEY]), 3);
});

Deno.test("a sorted set that has a member twice keeps the first when it gets large", async () => {
  const elements: Element[] = ["m", small(1), "n", small(2), "m", small(3)];
  const bytes = dumpOf(17, packed(listpack(elements)));
  using loading = await grown(bytes, ["ZADD", KEY, 9, "x".repeat(100)]);
  const { harness } = loading;
  assertEquals(harness.run(["OBJECT", "ENCODING", KEY]), "skiplist");
  assertEquals(harness.run(["ZRANGE", KEY, 0, 1]), ["m", "n"]);
  assertEquals(harness.run(["ZCARD", KEY]), 3);
});

Deno.test("a set that has a member twice is refused: version 10 has no form for it", async () => {
  using loading = new Loading();
  const bytes = dumpOf(20, packed(listpack(["a", small(7), "7"])));
  assertStringIncludes(String(await loading.load(bytes)), "element 2 repeats an earlier one");
});
