import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { asciiBytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";

Deno.test("a new Slice covers all of its bytes", () => {
  const bytes = asciiBytes("hello");
  const slice = new Slice(bytes);
  assertEquals([slice.start, slice.end, slice.length], [0, 5, 5]);
  assertEquals(new Slice().length, 0);
});

Deno.test("set re-points a Slice without copying", () => {
  const bytes = asciiBytes("hello");
  const slice = new Slice();
  slice.set(bytes, 1, 3);
  bytes[1] = 0x45;
  assert(slice.equalsBytes(asciiBytes("El")));
});

Deno.test("copy takes the bytes along, of a Buffer and of WebAssembly memory too", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  for (const bytes of [new Uint8Array(memory.buffer), Buffer.alloc(8), new Uint8Array(8)]) {
    bytes.set([1, 2, 3, 4], 2);
    const copy = new Slice(bytes, 3, 6).copy();
    bytes.fill(9);
    assertEquals([...copy], [2, 3, 4]);
    assertNotEquals(copy.buffer as unknown, bytes.buffer as unknown);
  }
});

Deno.test("equality of Slices looks at the ranges only", () => {
  const bytes = asciiBytes("abcabd");
  const first = new Slice(bytes, 0, 2);
  assert(first.equals(new Slice(bytes, 3, 5)));
  assert(!first.equals(new Slice(bytes, 3, 6)));
  assert(!new Slice(bytes, 0, 3).equals(new Slice(bytes, 3, 6)));
  assert(new Slice(bytes, 2, 2).equals(new Slice()));
  assert(!first.equalsBytes(bytes));
});

Deno.test("equalsIgnoreCase folds letters and nothing else", () => {
  for (let byte = 0; byte < 256; byte++) {
    const slice = new Slice(Uint8Array.of(byte));
    for (const lower of asciiBytes("az{`@[m0")) {
      const letter = lower >= 0x61 && lower <= 0x7a;
      const expected = byte === lower || (letter && byte === lower - 0x20);
      assertEquals(slice.equalsIgnoreCase(Uint8Array.of(lower)), expected, `${byte} ${lower}`);
    }
  }
  assert(new Slice(asciiBytes("xGeTx"), 1, 4).equalsIgnoreCase(asciiBytes("get")));
  assert(!new Slice(asciiBytes("GETX")).equalsIgnoreCase(asciiBytes("get")));
  assert(!new Slice(asciiBytes("GE")).equalsIgnoreCase(asciiBytes("get")));
});

Deno.test("compare puts a prefix first and takes bytes as unsigned", () => {
  const slice = (...bytes: number[]) => new Slice(Uint8Array.of(0, ...bytes), 1);
  assert(slice(1, 2).compare(slice(1, 2, 0)) < 0);
  assert(slice(0x80).compare(slice(0x7f, 0xff)) > 0);
  assertEquals(slice(5, 6).compare(slice(5, 6)), 0);
});
