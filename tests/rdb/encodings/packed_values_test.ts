import { assertEquals, assertStringIncludes } from "@std/assert";
import { latin1 } from "../../../src/base/bytes.ts";
import { Slice } from "../../../src/base/slice.ts";
import {
  IntsetCursor,
  intsetFault,
  intsetLength,
  intsetValue,
  intsetWidth,
} from "../../../src/rdb/encodings/intset.ts";
import {
  ListpackCursor,
  listpackFault,
  listpackLength,
} from "../../../src/rdb/encodings/listpack.ts";
import type { PackedCursor } from "../../../src/rdb/encodings/packed_cursor.ts";
import { repetitionFault } from "../../../src/rdb/encodings/uniqueness.ts";
import { ZiplistCursor, ziplistFault, ziplistLength } from "../../../src/rdb/encodings/ziplist.ts";
import { ZipmapCursor, zipmapFault } from "../../../src/rdb/encodings/zipmap.ts";
import { bytesOf, littleEndian } from "../dump_builder.ts";
import { type Element, intset, listpack, ziplist, zipmap } from "./packed_builder.ts";

type Fault = (bytes: Uint8Array, first: number, limit: number, deep: boolean) => string | undefined;

/** The elements as text, read from the middle of other bytes. */
function elementsOf(cursor: PackedCursor, value: Uint8Array): string[] {
  const bytes = bytesOf("before", value, "after");
  const elements: string[] = [];
  const slice = new Slice();
  cursor.begin(bytes, 6, 6 + value.length);
  while (cursor.next()) {
    cursor.textInto(slice);
    elements.push(latin1(slice.bytes, slice.start, slice.end));
  }
  assertEquals(cursor.fault, undefined);
  return elements;
}

function faultOf(fault: Fault, value: Uint8Array, deep = true): string | undefined {
  return fault(bytesOf("before", value, "after"), 6, 6 + value.length, deep);
}

function patched(value: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = value.slice();
  copy.set(bytes, at);
  return copy;
}

/** A listpack of these bytes that says it has so many elements. */
function listpackBlock(count: number, ...bytes: number[]): Uint8Array {
  return new Uint8Array([bytes.length + 7, 0, 0, 0, count, 0, ...bytes, 0xff]);
}

const LISTPACK_INTEGERS: [number, bigint[]][] = [
  [0, [0n, 1n, 127n]],
  [0xc0, [0n, 4095n, -4096n, -1n]],
  [0xf1, [0n, 32767n, -32768n, -2n]],
  [0xf2, [0n, 8388607n, -8388608n, -3n]],
  [0xf3, [0n, 2147483647n, -2147483648n, -4n]],
  [0xf4, [0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -5n]],
];

const ZIPLIST_INTEGERS: [number, bigint[]][] = [
  [0xf1, [0n, 1n, 12n]],
  [0xfe, [0n, 127n, -128n, -1n]],
  [0xc0, [0n, 32767n, -32768n, -2n]],
  [0xf0, [0n, 8388607n, -8388608n, -3n]],
  [0xd0, [0n, 2147483647n, -2147483648n, -4n]],
  [0xe0, [0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -5n]],
];

const STRINGS = [
  "",
  "a",
  "12",
  "\xff\x00\xfe",
  ...[62, 63, 64, 126, 127, 250, 254, 4095, 4096, 16383, 20_000]
    .map((length) => "x".repeat(length)),
];

function elementsIn(integers: [number, bigint[]][], longer: number[]): [Element[], string[]] {
  const elements: Element[] = [...STRINGS];
  const texts = [...STRINGS];
  for (const encoding of longer) {
    elements.push({ text: "short", encoding });
    texts.push("short");
  }
  for (const [encoding, values] of integers) {
    for (const integer of values) {
      elements.push({ integer, encoding });
      texts.push(String(integer));
    }
  }
  return [elements, texts];
}

Deno.test("a listpack cursor reads every encoding of strings and integers", () => {
  const [elements, texts] = elementsIn(LISTPACK_INTEGERS, [0xe0, 0xf0]);
  const value = listpack(elements);
  assertEquals(elementsOf(new ListpackCursor(), value), texts);
  assertEquals(faultOf(listpackFault, value), undefined);
  assertEquals(listpackLength(value, 0, value.length), elements.length);
});

Deno.test("a ziplist cursor reads every encoding of strings and integers", () => {
  const [elements, texts] = elementsIn(ZIPLIST_INTEGERS, [0x40, 0x80]);
  const value = ziplist(elements);
  assertEquals(elementsOf(new ZiplistCursor(), value), texts);
  assertEquals(faultOf(ziplistFault, value), undefined);
  assertEquals(ziplistLength(value, 0, value.length), elements.length);
});

Deno.test("an intset cursor reads integers of every width", () => {
  const widths: [number, bigint[]][] = [
    [2, [-32768n, -1n, 0n, 1n, 32767n]],
    [4, [-2147483648n, -1n, 0n, 2147483647n]],
    [8, [-(2n ** 63n), -(2n ** 53n), -1n, 0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n]],
  ];
  for (const [width, values] of widths) {
    const value = intset(values, width);
    assertEquals(elementsOf(new IntsetCursor(), value), values.map(String));
    assertEquals(faultOf(intsetFault, value), undefined);
    assertEquals(intsetWidth(value, 0), width);
    assertEquals(intsetLength(value, 0), values.length);
    assertEquals(values.map((_, i) => BigInt(intsetValue(value, 0, i))), values);
  }
});

Deno.test("a zipmap cursor reads fields and values and passes over unused bytes", () => {
  const pairs: [string, string][] = [["a", "1"], ["", ""], ["k".repeat(254), "v".repeat(300)]];
  for (const unused of [0, 1, 200]) {
    const value = zipmap(pairs, unused);
    assertEquals(elementsOf(new ZipmapCursor(), value), pairs.flat());
    assertEquals(faultOf(zipmapFault, value), undefined);
  }
  const many = Array.from({ length: 300 }, (_, i): [string, string] => [`f${i}`, `v${i}`]);
  assertEquals(faultOf(zipmapFault, zipmap(many)), undefined);
});

Deno.test("a length that the header cannot hold is counted", () => {
  const elements = Array.from({ length: 70_000 }, () => "e");
  for (
    const [build, fault, length] of [
      [listpack, listpackFault, listpackLength],
      [ziplist, ziplistFault, ziplistLength],
    ] as const
  ) {
    const value = build(elements, 0xffff);
    assertEquals(faultOf(fault, value), undefined);
    assertEquals(length(value, 0, value.length), 70_000);
  }
});

Deno.test("an empty listpack and an empty ziplist are whole, an empty intset and zipmap are not", () => {
  assertEquals(faultOf(listpackFault, listpack([])), undefined);
  assertEquals(faultOf(ziplistFault, ziplist([])), undefined);
  assertStringIncludes(faultOf(intsetFault, intset([], 2))!, "empty intset");
  assertStringIncludes(faultOf(zipmapFault, zipmap([]))!, "empty zipmap");
});

const WHOLE_LISTPACK = listpack(["abc", { integer: 5n, encoding: 0 }, "d"]);
const WHOLE_ZIPLIST = ziplist(["abc", { integer: 5n, encoding: 0xfe }, "d"]);
const WHOLE_INTSET = intset([1n, 2n, 3n], 2);
const WHOLE_ZIPMAP = zipmap([["a", "1"], ["b", "2"]]);

Deno.test("headers that do not fit are found without looking at the elements", () => {
  const cases: [Fault, Uint8Array, string][] = [
    [listpackFault, new Uint8Array(6), "too short"],
    [listpackFault, patched(WHOLE_LISTPACK, 0, 99), "says it has 99"],
    [listpackFault, patched(WHOLE_LISTPACK, WHOLE_LISTPACK.length - 1, 0), "without an end mark"],
    [ziplistFault, new Uint8Array(10), "too short"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 0, 99), "says it has 99"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 4, 99), "with its last element at 99"],
    [ziplistFault, patched(WHOLE_ZIPLIST, WHOLE_ZIPLIST.length - 1, 0), "without an end mark"],
    [intsetFault, new Uint8Array(7), "too short"],
    [intsetFault, patched(WHOLE_INTSET, 0, 3), "integers of 3 bytes"],
    [intsetFault, patched(WHOLE_INTSET, 4, 4), "says it has 4 integers"],
    [intsetFault, patched(WHOLE_INTSET, 4, 0xff, 0xff, 0xff, 0xff), "says it has 4294967295"],
    [zipmapFault, new Uint8Array(1), "too short"],
    [zipmapFault, patched(WHOLE_ZIPMAP, WHOLE_ZIPMAP.length - 1, 0), "without an end mark"],
  ];
  for (const [fault, value, reason] of cases) {
    assertStringIncludes(faultOf(fault, value, false)!, reason);
    assertStringIncludes(faultOf(fault, value, true)!, reason);
  }
});

Deno.test("faults among the elements are found by the deep check only", () => {
  const text = (value: string) => bytesOf(0x80 | value.length, value, value.length + 1);
  const sized = (...parts: (number | Uint8Array)[]) => {
    const body = bytesOf(...parts);
    return bytesOf(littleEndian(BigInt(body.length + 7), 4), 1, 0, body, 0xff);
  };
  const cases: [Fault, Uint8Array, string][] = [
    [listpackFault, patched(WHOLE_LISTPACK, 4, 2), "of 3 elements says it has 2"],
    [listpackFault, patched(WHOLE_LISTPACK, 6, 0xf5), "unknown listpack encoding 0xf5, at byte 6"],
    [listpackFault, patched(WHOLE_LISTPACK, 6, 0xff), "unknown listpack encoding 0xff"],
    [listpackFault, patched(WHOLE_LISTPACK, 6, 0xbf), "reaches past the end"],
    [listpackFault, patched(WHOLE_LISTPACK, 10, 3), "wrong length behind it"],
    [listpackFault, listpackBlock(2, 0xf1, 5, 0, 0x83), "listpack of 1 elements says it has 2"],
    [listpackFault, sized(text("a"), 0xf0, 0xff, 0xff, 0xff, 0xff), "reaches past the end"],
    [listpackFault, sized(text("a"), 0xe0), "reaches past the end"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 8, 4), "of 3 elements says it has 4"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 4, 10), "with its last element at 18 says it is at 10"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 11, 0xc1), "unknown ziplist encoding 0xc1, at byte 10"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 11, 0x3f), "reaches past the end"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 15, 4), "wrong length of the one before"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 10, 0xfe), "wrong length of the one before"],
    [ziplistFault, patched(WHOLE_ZIPLIST, 10, 0xff), "end mark before its end"],
    [intsetFault, intset([1n, 1n], 2), "ascending"],
    [intsetFault, intset([2n, 1n], 8), "ascending"],
    [intsetFault, intset([2n ** 60n, 2n ** 60n - 1n], 8), "ascending"],
    [zipmapFault, patched(WHOLE_ZIPMAP, 0, 3), "of 2 fields says it has 3"],
    [zipmapFault, patched(WHOLE_ZIPMAP, 1, 90), "reaches past the end"],
    [zipmapFault, patched(WHOLE_ZIPMAP, 1, 254), "reaches past the end"],
    [zipmapFault, patched(WHOLE_ZIPMAP, 1, 255), "end mark before its end"],
    [zipmapFault, patched(WHOLE_ZIPMAP, 4, 7), "reaches past the end"],
    [zipmapFault, bytesOf(1, 1, "a", 0xff), "field that has no value"],
  ];
  for (const [fault, value, reason] of cases) {
    assertEquals(faultOf(fault, value, false), undefined);
    assertStringIncludes(faultOf(fault, value, true) ?? "no fault", reason);
  }
});

Deno.test("a length behind an element is taken with upper bytes of zero, as Redis does", () => {
  // Integer 5 of 16 bits, and a string of a zero: the zero is read as a part of the length, too.
  for (const element of [[0xf1, 5, 0, 0x83], [0x81, 0, 0x82]]) {
    assertEquals(faultOf(listpackFault, listpackBlock(1, ...element), true), undefined);
  }
  assertStringIncludes(
    faultOf(listpackFault, listpackBlock(1, 0xf1, 5, 1, 0x83), true) ?? "no fault",
    "wrong length behind it",
  );
});

Deno.test("repeated elements and half pairs are found, an integer being equal to its text", () => {
  const check = (elements: Element[], pairs: boolean) => {
    const value = listpack(elements);
    const cursor = new ListpackCursor();
    cursor.begin(value, 0, value.length);
    return repetitionFault(cursor, pairs ? 2 : 1);
  };
  const one: Element = { integer: 1n, encoding: 0xf4 };
  assertEquals(check(["a", "b", one], false), undefined);
  assertEquals(check(["a", "x", "b", "x"], true), undefined);
  assertStringIncludes(check(["a", "b", "a"], false)!, "element 2 repeats");
  assertStringIncludes(check(["1", one], false)!, "element 1 repeats");
  assertStringIncludes(check(["a", "x", "a", "y"], true)!, "element 2 repeats");
  assertStringIncludes(check(["a", "x", "b"], true)!, "3 elements where groups of 2 are due");
});
