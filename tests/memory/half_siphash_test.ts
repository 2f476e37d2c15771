import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { readFrom } from "../../src/base/words.ts";
import { halfSipHash } from "../../src/memory/half_siphash.ts";
import { forEachSeed } from "../support/seeded.ts";

/** Key bytes 0 to 7, as in the published vectors. */
const VECTOR_KEY = { k0: 0x03020100, k1: 0x07060504 };

/** HalfSipHash with any number of rounds, written from the description of the algorithm. */
function reference(
  bytes: Uint8Array,
  key: { k0: number; k1: number },
  rounds: { compression: number; finalization: number },
): number {
  const state = [key.k0, key.k1, 0x6c796765 ^ key.k0, 0x74656462 ^ key.k1];
  const rotate = (value: number, by: number) => value << by | value >>> 32 - by;
  const mix = (times: number) => {
    for (let i = 0; i < times; i++) {
      state[0] = state[0] + state[1] | 0;
      state[1] = rotate(state[1], 5) ^ state[0];
      state[0] = rotate(state[0], 16);
      state[2] = state[2] + state[3] | 0;
      state[3] = rotate(state[3], 8) ^ state[2];
      state[0] = state[0] + state[3] | 0;
      state[3] = rotate(state[3], 7) ^ state[0];
      state[2] = state[2] + state[1] | 0;
      state[1] = rotate(state[1], 13) ^ state[2];
      state[2] = rotate(state[2], 16);
    }
  };
  const padded = new Uint8Array((bytes.length >> 2) * 4 + 4);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length;
  const words = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 4) {
    const word = words.getInt32(at, true);
    state[3] ^= word;
    mix(rounds.compression);
    state[0] ^= word;
  }
  state[2] ^= 0xff;
  mix(rounds.finalization);
  return state[1] ^ state[3];
}

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);

Deno.test("the reference in this test gives the published vectors of HalfSipHash-2-4", () => {
  const vectors = [0x5b9f35a9, 0xb85a4727, 0x03a662fa, 0x04e7fe8a, 0x89466e2a];
  const rounds = { compression: 2, finalization: 4 };
  const given = vectors.map((_, n) => reference(counting(n), VECTOR_KEY, rounds) >>> 0);
  assertEquals(given, vectors);
});

Deno.test("halfSipHash gives the vectors of HalfSipHash-1-3 that Linux tests with", () => {
  const vectors = [0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b];
  const given = vectors.map((_, n) => halfSipHash(counting(n), 0, n, VECTOR_KEY) >>> 0);
  assertEquals(given, vectors);
});

Deno.test("any range of any bytes under any key hashes as the reference says", async () => {
  await forEachSeed(3, (random) => {
    for (let i = 0; i < 2000; i++) {
      const key = { k0: random.next32() | 0, k1: random.next32() | 0 };
      const bytes = Uint8Array.from({ length: random.below(70) }, () => random.below(256));
      const start = random.below(bytes.length + 1);
      const end = random.between(start, bytes.length);
      const expected = reference(bytes.subarray(start, end), key, {
        compression: 1,
        finalization: 3,
      });
      assertEquals(halfSipHash(bytes, start, end, key), expected);
      readFrom(bytes, new DataView(bytes.buffer));
      assertEquals(halfSipHash(bytes, start, end, key), expected, "by words");
    }
  });
});

Deno.test("keys that collide in all low bits under one seed spread under another", () => {
  const known = { k0: 0x1234567, k1: -99 }, secret = { k0: 77, k1: 0x7eadbeef };
  const mask = 1023;
  const chosen: Uint8Array[] = [];
  for (let n = 0; chosen.length < 1000; n++) {
    const bytes = new TextEncoder().encode(`key:${n}`);
    if ((halfSipHash(bytes, 0, bytes.length, known) & mask) === 0) chosen.push(bytes);
  }
  const counts = new Int32Array(mask + 1);
  for (const bytes of chosen) counts[halfSipHash(bytes, 0, bytes.length, secret) & mask]++;
  assert(Math.max(...counts) <= 9, `a bucket of ${Math.max(...counts)} keys`);
  assert(counts.filter((count) => count > 0).length > 550, "most buckets are hit");
});

Deno.test("each bit of a key changes about half of the bits of the hash", () => {
  const bytes = new TextEncoder().encode("user:1000:name");
  const key = { k0: 1, k1: 2 };
  const before = halfSipHash(bytes, 0, bytes.length, key);
  let flipped = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    const after = halfSipHash(bytes, 0, bytes.length, key);
    bytes[bit >> 3] ^= 1 << (bit & 7);
    assertNotEquals(after, before);
    for (let n = 0; n < 32; n++) flipped += (before ^ after) >>> n & 1;
  }
  const share = flipped / (bytes.length * 8 * 32);
  assert(share > 0.45 && share < 0.55, `${share} of the bits`);
});
