// Long strings of a dump are read to where they stay: past the window, or unpacked there.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Crc64 } from "../../src/base/crc64.ts";
import { lzfCompress } from "../../src/base/lzf.ts";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { bytesOf, lengthOf, littleEndian, plain } from "../rdb/dump_builder.ts";
import { Loading, NOW_MS } from "./loading.ts";

/** The window of a load, and the least length of a string that goes past it. */
const WINDOW_BYTES = 256 * 1024;

/** A dump with the program's own checksum, which is fast and has tests of its own. */
function summed(...body: (number | string | Uint8Array)[]): Uint8Array {
  const bytes = bytesOf("REDIS0011", ...body, 255);
  const sum = new Crc64().update(bytes).toBigInt();
  return bytesOf(bytes, littleEndian(sum, 8));
}

function packed(text: string): Uint8Array {
  const source = latin1Bytes(text), target = new Uint8Array(source.length);
  const length = lzfCompress(source, 0, source.length, target);
  return bytesOf(0xc3, lengthOf(length), lengthOf(text.length), target.subarray(0, length));
}

/** Text that differs from place to place, and can be packed. */
function textOf(length: number, seed: number): string {
  const random = new SeededRandom(seed);
  let text = "";
  while (text.length < length) text += `item ${random.below(100_000)}, `;
  return text.slice(0, length);
}

Deno.test("strings around the length of a window come whole, raw and packed, with what stands between", async () => {
  using loading = new Loading();
  const body: Uint8Array[] = [], expected: [string, string][] = [];
  for (const length of [-1, 0, 1, 1000, WINDOW_BYTES, 3 * WINDOW_BYTES + 17]) {
    const text = textOf(WINDOW_BYTES + length, length + 2);
    for (const [name, value] of [["raw", plain(text)], ["packed", packed(text)]] as const) {
      const key = `${name}:${length}`;
      body.push(bytesOf(0, plain(key), value), bytesOf(0, plain(`${key}:next`), plain("v")));
      expected.push([key, text], [`${key}:next`, "v"]);
    }
  }
  await loading.loadWhole(summed(...body));
  for (const [key, text] of expected) {
    assertEquals(await loading.ask("GET", key) === text, true, key);
  }
  assertEquals(loading.harness.keyspace.databases[0].table.size, expected.length);
});

Deno.test("a long string keeps its expiry, and one that is over is passed over", async () => {
  using loading = new Loading();
  const text = textOf(2 * WINDOW_BYTES, 1);
  const until = (ms: number) => bytesOf(0xfc, littleEndian(BigInt(ms), 8));
  await loading.loadWhole(summed(
    bytesOf(until(NOW_MS + 5000), 0, plain("soon"), plain(text)),
    bytesOf(until(NOW_MS - 5000), 0, plain("over"), plain(text)),
    bytesOf(0, plain("last"), plain("v")),
  ));
  assertEquals(await loading.ask("PTTL", "soon"), 5000);
  assertEquals(await loading.ask("GET", "soon") === text, true);
  assertEquals(await loading.ask("MGET", "over", "last"), [null, "v"]);
});

Deno.test("a long string that ends early, or does not unpack, stops the load by name and leaves nothing", async () => {
  const text = textOf(2 * WINDOW_BYTES, 1), damaged = packed(text);
  damaged.fill(0xff, 5000, 6000);
  const cut = bytesOf("REDIS0011", 0, plain("long"), plain(text).subarray(0, 2 * WINDOW_BYTES - 9));
  for (
    const [bytes, reason] of [
      [cut, "unexpected end of file"],
      [summed(0, plain("long"), damaged), "bad LZF string"],
    ] as const
  ) {
    using loading = new Loading();
    const { arena } = loading.harness.keyspace, before = arena.usedBytes;
    const message = await loading.load(bytes);
    assertStringIncludes(message ?? "", reason);
    assertStringIncludes(message ?? "", '"long"');
    assertEquals(arena.usedBytes, before);
  }
});

Deno.test("a checksum that a long string makes wrong is told", async () => {
  using loading = new Loading();
  const bytes = summed(0, plain("long"), plain(textOf(2 * WINDOW_BYTES, 1)));
  bytes[WINDOW_BYTES + 1000] ^= 1;
  assertStringIncludes(await loading.load(bytes) ?? "", "wrong checksum");
});
