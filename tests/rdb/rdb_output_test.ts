// Lengths, strings and numbers: what is written reads back as it was, in the shortest form.
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Crc64 } from "../../src/base/crc64.ts";
import type { Integer64 } from "../../src/base/int64.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { Slice } from "../../src/base/slice.ts";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbInput, StringSlot } from "../../src/rdb/rdb_input.ts";
import { RdbOutput } from "../../src/rdb/rdb_output.ts";

interface Written {
  bytes: Uint8Array;
  /** Lengths of the pieces that the sink got. */
  pieces: number[];
}

function written(
  write: (output: RdbOutput) => void,
  options = { compress: true, checksum: true },
): Written {
  const parts: Uint8Array[] = [];
  const output = new RdbOutput({ write: (bytes) => void parts.push(bytes.slice()) }, options);
  write(output);
  output.flush();
  const bytes = concat(parts);
  assertEquals(output.bytes, bytes.length);
  return { bytes, pieces: parts.map((part) => part.length) };
}

/** Bytes in which nothing repeats often enough to be compressed. */
function noise(length: number): Uint8Array {
  const random = new SeededRandom(5);
  return Uint8Array.from({ length }, () => random.below(256));
}

function inputOf(bytes: Uint8Array): RdbInput {
  return new RdbInput(ByteSource.overBytes(bytes));
}

function writtenString(text: Uint8Array, compress = true): Uint8Array {
  return written((output) => output.string(new Slice(text)), { compress, checksum: false }).bytes;
}

function readString(bytes: Uint8Array): { text: string; isInteger: boolean } {
  const slot = new StringSlot();
  inputOf(bytes).readString(slot);
  const { slice, isInteger } = slot;
  return { text: latin1(slice.bytes, slice.start, slice.end), isInteger };
}

Deno.test("lengths take 1, 2, 5 or 9 bytes and read back", () => {
  const cases: [Integer64, number][] = [
    [0, 1],
    [63, 1],
    [64, 2],
    [16383, 2],
    [16384, 5],
    [2 ** 32 - 1, 5],
    [2 ** 32, 9],
    [Number.MAX_SAFE_INTEGER, 9],
    [2n ** 64n - 1n, 9],
  ];
  for (const [value, size] of cases) {
    const { bytes } = written((output) => output.length(value));
    assertEquals(bytes.length, size, String(value));
    const input = inputOf(bytes);
    input.readLength();
    assertEquals(input.lastLength(), value);
  }
});

Deno.test("a length of -1 is 64 bits of ones", () => {
  const { bytes } = written((output) => output.length(-1));
  assertEquals(bytes, new Uint8Array([0x81, ...new Array(8).fill(0xff)]));
});

Deno.test("texts that are integers of 32 bits become integers, others stay texts", () => {
  const integers = ["0", "-1", "127", "-128", "128", "32767", "-32768", "32768", "2147483647"];
  for (const text of [...integers, "-2147483648"]) {
    const bytes = writtenString(latin1Bytes(text));
    assertEquals(readString(bytes), { text, isInteger: true });
  }
  for (
    const text of [
      "",
      "-",
      "-0",
      "00",
      "007",
      "+1",
      " 1",
      "1 ",
      "2147483648",
      "1e3",
      "9".repeat(12),
    ]
  ) {
    const bytes = writtenString(latin1Bytes(text));
    assertEquals(readString(bytes), { text, isInteger: false });
    assertEquals(bytes.length, text.length + 1);
  }
});

Deno.test("strings of more than 20 bytes are compressed where that gains something", () => {
  const text = "abc".repeat(1000);
  const packed = writtenString(latin1Bytes(text));
  assert(packed.length < 200, `${packed.length} bytes`);
  assertEquals(readString(packed).text, text);
  assertEquals(writtenString(latin1Bytes(text), false).length, 3002);
  assertEquals(writtenString(latin1Bytes("a".repeat(20))).length, 21);
  assert(writtenString(latin1Bytes("a".repeat(21))).length < 21);
  const random = noise(1000);
  assertEquals(writtenString(random).length, 1002);
});

Deno.test("a huge string reaches the sink in pieces", () => {
  const huge = new Uint8Array(3 << 20).fill(7);
  const { bytes, pieces } = written((output) => output.string(new Slice(huge)), {
    compress: false,
    checksum: true,
  });
  assertEquals(bytes.length, huge.length + 5);
  assert(Math.max(...pieces) <= 256 << 10, String(pieces));
  assertEquals(bytes.subarray(5), huge);
});

Deno.test("instants, doubles and IDs read back", () => {
  for (const instant of [-1, 0, 1, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_123, -5_000_000_000]) {
    assertEquals(inputOf(written((output) => output.instant(instant)).bytes).readInt64(), instant);
  }
  for (const double of [0, -0, 1.5, Infinity, -Infinity, 5e-324]) {
    assertEquals(inputOf(written((output) => output.double(double)).bytes).readDouble(), double);
  }
  const { bytes } = written((output) => output.rawId(1, 2n ** 64n - 2n));
  assertEquals(bytes, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1, ...new Array(7).fill(0xff), 0xfe]));
});

Deno.test("the checksum covers everything before it, across pieces; without one it is zero", () => {
  const text = noise(300_000);
  const write = (output: RdbOutput) => {
    output.string(new Slice(text));
    output.byte(0xff);
    output.checksum();
  };
  const { bytes } = written(write);
  const at = bytes.length - 8;
  assert(new Crc64().update(bytes, 0, at).matches(bytes, at));
  const without = written(write, { compress: true, checksum: false }).bytes;
  assertEquals(without.subarray(at), new Uint8Array(8));
});
