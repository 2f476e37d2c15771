import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  asciiBytes,
  compareBytes,
  copyBytes,
  equalBytes,
  latin1,
  latin1Bytes,
  needsQuotes,
  printable,
  printableBytes,
  utf8Bytes,
} from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { forEachSeed } from "../support/seeded.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

Deno.test("latin1 maps each of the 256 bytes to the character of the same number", () => {
  const text = latin1(ALL_BYTES);
  assertEquals([...text].map((character) => character.charCodeAt(0)), [...ALL_BYTES]);
  assertEquals([...latin1Bytes(text)], [...ALL_BYTES]);
});

Deno.test("latin1 of a range, of a view at an offset and of WebAssembly memory", () => {
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  memory.set(ALL_BYTES, 1000);
  const view = memory.subarray(1000, 1256);
  for (const length of [0, 1, 7, 33, 128]) {
    const expected = String.fromCharCode(...ALL_BYTES.subarray(100, 100 + length));
    assertEquals(latin1(view, 100, 100 + length), expected);
    assertEquals(latin1(memory, 1100, 1100 + length), expected);
  }
});

Deno.test("asciiBytes and latin1Bytes refuse characters they cannot hold", () => {
  assertEquals([...asciiBytes("a~\0")], [0x61, 0x7e, 0]);
  assertThrows(() => asciiBytes("\x80"), RangeError, "128");
  assertThrows(() => latin1Bytes("a\u0100"), RangeError, "at 1");
  assertEquals([...utf8Bytes("é")], [0xc3, 0xa9]);
});

Deno.test("compareBytes is a total order equal to that of the latin1 strings", async () => {
  await forEachSeed(300, (random) => {
    const alphabet = [0, 1, 0x7f, 0x80, 0xff];
    const word = () =>
      Uint8Array.from({ length: random.below(6) }, () => alphabet[random.below(5)]);
    const [a, b] = [word(), word()];
    const [x, y] = [latin1(a), latin1(b)];
    const order = Math.sign(compareBytes(a, 0, a.length, b, 0, b.length));
    assertEquals(order, x < y ? -1 : x > y ? 1 : 0);
    assertEquals(equalBytes(a, 0, a.length, b, 0, b.length), x === y);
  });
});

Deno.test("copyBytes copies any length and touches nothing around it", () => {
  for (let length = 0; length < 150; length++) {
    const target = new Uint8Array(200).fill(0xee);
    copyBytes(ALL_BYTES, 50, 50 + length, target, 20);
    const expected = new Uint8Array(200).fill(0xee);
    expected.set(ALL_BYTES.subarray(50, 50 + length), 20);
    assertEquals(target, expected);
  }
});

Deno.test("copyBytes within one array may overlap in both directions", () => {
  for (const length of [1, 5, 27, 28, 29, 44, 45, 100]) {
    for (const shift of [-40, -3, -1, 0, 1, 3, 40]) {
      const bytes = ALL_BYTES.slice();
      copyBytes(bytes, 60, 60 + length, bytes, 60 + shift);
      const expected = ALL_BYTES.slice();
      expected.set(ALL_BYTES.slice(60, 60 + length), 60 + shift);
      assertEquals(bytes, expected);
    }
  }
});

Deno.test("printable escapes as redis-cli shows replies", () => {
  const slice = new Slice(latin1Bytes("xa\"b\\c\n\r\t\x07\b\x00\x7f\xff ~'\x1bx"), 1);
  const expected = '"a\\"b\\\\c\\n\\r\\t\\a\\b\\x00\\x7f\\xff ~\'\\x1bx"';
  assertEquals(printable(slice), expected);
  assertEquals(latin1(printableBytes(slice)), expected);
  assertEquals(printable(new Slice()), '""');
});

Deno.test("needsQuotes is true for a space and for whatever printable escapes", () => {
  for (let byte = 0; byte < 256; byte++) {
    const slice = new Slice(Uint8Array.of(0x61, byte, 0x61));
    const escaped = printable(slice).length !== 5 || byte === 0x20;
    assertEquals(needsQuotes(slice), escaped, `byte ${byte}`);
  }
  assert(!needsQuotes(new Slice()));
});

Deno.test("copyBytes copies exactly the range, of any length, from and to any place, time and again", () => {
  const whole = Uint8Array.from({ length: 1024 }, (_, i) => i * 7);
  const sources = [whole, whole.subarray(3, 900), whole.slice(5)];
  const targets = [new Uint8Array(700), new Uint8Array(1000).subarray(11), new Uint8Array(650)];
  for (let round = 0; round < 4; round++) {
    for (let length = 0; length <= 300; length++) {
      const source = sources[(length + round) % 3], target = targets[(length >> round) % 3];
      const start = (length * 13 + round) % 400, at = (length * 29 + round) % 300;
      target.fill(0xaa);
      copyBytes(source, start, start + length, target, at);
      const expected = new Uint8Array(target.length).fill(0xaa);
      for (let i = 0; i < length; i++) expected[at + i] = source[start + i];
      assertEquals(target, expected, `${length} bytes`);
    }
  }
});
