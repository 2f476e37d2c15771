import { assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { ScoredMembers } from "../../src/values/scored_members.ts";
import { forEachSeed } from "../support/seeded.ts";

function told(members: ScoredMembers): [string, number][] {
  const pairs: [string, number][] = [];
  let text = "";
  members.tell(true, {
    pair() {},
    bulkRange: (bytes, start, end) => text = latin1(bytes, start, end),
    double: (score) => pairs.push([text, score]),
  });
  return pairs;
}

Deno.test("members are told by score and, where scores are the same, by their bytes", async () => {
  const members = new ScoredMembers();
  await forEachSeed(20, (random) => {
    members.clear();
    const model: [string, number][] = [];
    for (let i = random.next32() % 3000; i > 0; i--) {
      const pair: [string, number] = [`m${i}-${random.next32() % 7}`, random.next32() % 50 - 25];
      model.push(pair);
      members.add(new Slice(latin1Bytes(pair[0])), pair[1]);
    }
    members.sort();
    model.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    assertEquals(members.size, model.length);
    assertEquals(members.longest, Math.max(0, ...model.map(([member]) => member.length)));
    assertEquals(told(members), model);
  });
});

Deno.test("a zero keeps its sign, and after many and long members nothing is left of them", () => {
  const members = new ScoredMembers();
  for (let i = 0; i < 5000; i++) members.add(new Slice(latin1Bytes("x".repeat(40) + i)), i);
  members.clear();
  members.add(new Slice(latin1Bytes("b")), 0);
  members.add(new Slice(latin1Bytes("a")), -0);
  members.sort();
  assertEquals(told(members), [["a", -0], ["b", 0]]);
});
