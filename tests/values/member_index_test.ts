import { assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Listpack } from "../../src/memory/listpack.ts";
import { MemberIndex } from "../../src/values/member_index.ts";

function listOf(texts: readonly string[]): Listpack {
  const list = new Listpack(new Arena());
  list.create();
  for (const text of texts) {
    const bytes = latin1Bytes(text);
    list.append(bytes, 0, bytes.length);
  }
  return list;
}

for (const every of [1, 2]) {
  Deno.test(`an index of every element in ${every} finds what a search finds`, () => {
    const texts = Array.from(
      { length: 200 },
      (_, i) => i % 3 === 0 ? String(i * 7) : `member-${i}`,
    );
    const list = listOf(texts), index = new MemberIndex();
    index.build(list, 100, every);
    assertEquals(index.ready, true);
    for (const text of [...texts, "", "0", "-7", "member", "member-1000", "no"]) {
      const bytes = latin1Bytes(`<${text}>`), end = bytes.length - 1;
      assertEquals(index.find(bytes, 1, end), list.find(bytes, 1, end, every), text);
    }
    index.clear();
    assertEquals(index.ready, false);
  });
}

Deno.test("no index is made for few questions, few elements or very many", () => {
  const index = new MemberIndex(), many = Array.from({ length: 1100 }, (_, i) => `m${i}`);
  index.build(listOf(many.slice(0, 100)), 3);
  assertEquals(index.ready, false);
  index.build(listOf(many.slice(0, 3)), 100);
  assertEquals(index.ready, false);
  index.build(listOf(many), 100);
  assertEquals(index.ready, false);
});

Deno.test("an index that is used again knows nothing of the list before", () => {
  const index = new MemberIndex();
  const long = Array.from({ length: 300 }, (_, i) => `m${i}`), short = long.slice(0, 20);
  index.build(listOf(long), 100);
  index.clear();
  index.build(listOf(short), 100);
  const bytes = latin1Bytes("m250");
  assertEquals(index.find(bytes, 0, bytes.length), 0);
});
