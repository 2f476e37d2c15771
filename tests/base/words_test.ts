import { assert, assertEquals } from "@std/assert";
import { equalWords, readFrom, wordsOf, writeTo, writtenWordsOf } from "../../src/base/words.ts";
import { forEachSeed } from "../support/seeded.ts";

Deno.test("only the array that is being read has words", () => {
  const bytes = new Uint8Array(16), words = new DataView(bytes.buffer);
  readFrom(bytes, words);
  assert(wordsOf(bytes) === words);
  assertEquals(wordsOf(bytes.subarray(0)), undefined);
  readFrom(new Uint8Array(8), new DataView(new ArrayBuffer(8)));
  assertEquals(wordsOf(bytes), undefined);
});

Deno.test("an array of more than a megabyte is not held on to", () => {
  for (const [announce, view] of [[readFrom, wordsOf], [writeTo, writtenWordsOf]] as const) {
    const small = new Uint8Array(1 << 20), large = new Uint8Array((1 << 20) + 1);
    announce(small, new DataView(small.buffer));
    assert(view(small) !== undefined);
    announce(large, new DataView(large.buffer));
    assertEquals([view(small), view(large)], [undefined, undefined]);
  }
});

Deno.test("ranges are equal by words when they are byte by byte", async () => {
  await forEachSeed(3, (random) => {
    let equal = 0;
    for (let i = 0; i < 3000; i++) {
      const length = random.between(4, 23), bytes = new Uint8Array(64);
      const a = random.below(8), b = 30 + random.below(8);
      for (let n = 0; n < length; n++) bytes[a + n] = bytes[b + n] = random.below(256);
      if (random.below(2) === 0) bytes[a + random.below(length)] ^= 1 << random.below(8);
      const expected = bytes.subarray(a, a + length).every((byte, n) => byte === bytes[b + n]);
      if (expected) equal++;
      assertEquals(equalWords(new DataView(bytes.buffer), a, b, length), expected);
    }
    assert(equal > 1000 && equal < 2000, `${equal} of 3000 were equal`);
  });
});
