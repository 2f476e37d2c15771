import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ByteBuilder } from "../../src/base/byte_builder.ts";
import { latin1 } from "../../src/base/bytes.ts";

Deno.test("integers are appended in the order of bytes their names say", () => {
  const builder = new ByteBuilder(1);
  builder.byte(0x1ff).u16le(0x1234).u32le(0x89abcdef).u32be(0x89abcdef);
  assertEquals(
    [...builder.view()],
    [0xff, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x89, 0x89, 0xab, 0xcd, 0xef],
  );
});

Deno.test("64-bit integers agree with DataView for numbers and bigints of either sign", () => {
  const values = [0, 1, -1, 2 ** 31, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, 2 ** 53 - 1, 1 - 2 ** 53];
  const wide = [...values.map(BigInt), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n];
  for (const value of [...values, ...wide]) {
    const expected = new DataView(new ArrayBuffer(16));
    expected.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
    expected.setBigUint64(8, BigInt.asUintN(64, BigInt(value)), false);
    const bytes = new ByteBuilder(0).u64le(value).u64be(value).copy();
    assertEquals([...bytes], [...new Uint8Array(expected.buffer)], String(value));
  }
});

Deno.test("texts, decimals, doubles and pieces of arrays are appended", () => {
  const builder = new ByteBuilder(2);
  builder.ascii("ab:").decimal(-42).decimal(-(2n ** 63n)).bytes(
    Uint8Array.of(48, 49, 50, 51),
    1,
    3,
  );
  assertEquals(latin1(builder.copy()), "ab:-42-922337203685477580812");
  builder.clear();
  assertEquals([...builder.f64le(1.5).view()], [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
});

Deno.test("growing keeps what was appended, even when it appends itself", () => {
  const builder = new ByteBuilder(3);
  let expected: number[] = [];
  for (let i = 0; i < 300; i++) expected.push(i & 0xff);
  for (const byte of expected) builder.byte(byte);
  builder.bytes(builder.view());
  expected = expected.concat(expected);
  assertEquals([...builder.view()], expected);
});

Deno.test("copy is independent, truncate shortens, reserve hands out room", () => {
  const builder = new ByteBuilder().ascii("hello");
  const copy = builder.copy();
  builder.truncate(2);
  const at = builder.reserve(3);
  builder.buffer.set([65, 66, 67], at);
  assertEquals(latin1(builder.view()), "heABC");
  assertEquals(latin1(copy), "hello");
  assertNotEquals(copy.buffer, builder.buffer.buffer);
  assertThrows(() => builder.truncate(6), RangeError);
  assertThrows(() => builder.truncate(-1), RangeError);
});
