import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { sha1, SHA1_BYTES } from "../../src/base/sha1.ts";
import { SeededRandom } from "../../src/base/random.ts";

function hexSum(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const sum = new Uint8Array(SHA1_BYTES);
  sha1(bytes, start, end, sum);
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("SHA-1 of the examples of the standard", () => {
  const text = (words: string) => new TextEncoder().encode(words);
  assertEquals(hexSum(text("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  assertEquals(hexSum(text("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assertEquals(
    hexSum(text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  );
  assertEquals(
    hexSum(new Uint8Array(1_000_000).fill(0x61)),
    "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
  );
});

Deno.test("SHA-1 agrees with the runtime's at every length around the blocks, wherever the bytes stand", () => {
  const random = new SeededRandom(7);
  const bytes = Uint8Array.from({ length: 400 }, () => random.below(256));
  for (let length = 0; length <= 300; length++) {
    const start = length % 64;
    const expected = createHash("sha1").update(bytes.subarray(start, start + length)).digest("hex");
    assertEquals(hexSum(bytes, start, start + length), expected, `of ${length} bytes`);
  }
});

Deno.test("a SHA-1 sum may replace the bytes it is of", () => {
  const bytes = Uint8Array.from({ length: SHA1_BYTES }, (_, i) => i * 13);
  const expected = createHash("sha1").update(bytes).digest();
  sha1(bytes, 0, SHA1_BYTES, bytes);
  assertEquals([...bytes], [...expected]);
});
