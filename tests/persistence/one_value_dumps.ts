/** Dumps of one key each, in every form that a value can have in a file; none needs a redis-server. */

import { bigEndian, bytesOf, dump, lengthOf, littleEndian, plain } from "../rdb/dump_builder.ts";
import {
  type Element,
  intset,
  listpack,
  ziplist,
  zipmap,
} from "../rdb/encodings/packed_builder.ts";

type Part = number | string | Uint8Array;

/** The bytes of a packed value as a string of a dump. */
export function packed(block: Uint8Array): Uint8Array {
  return bytesOf(lengthOf(block.length), block);
}

/** An integer of 64 bits. */
export function int64(value: number): Uint8Array {
  return littleEndian(BigInt(value), 8);
}

export function float64(value: number): Uint8Array {
  return new Uint8Array(new Float64Array([value]).buffer);
}

export const KEY = "the key";

/** A dump of one value under {@link KEY}. */
export function dumpOf(type: number, ...value: Part[]): Uint8Array {
  return dump("REDIS0012", type, plain(KEY), ...value);
}

/** 16 bytes. */
export function streamId(milliseconds: number, sequence = 0): Uint8Array {
  return bytesOf(bigEndian(BigInt(milliseconds), 8), bigEndian(BigInt(sequence), 8));
}

const small = (integer: number): Element => ({ integer: BigInt(integer), encoding: 0 });

/** Two entries: one with the block's field `f`, one a millisecond later with a field of its own. */
export const STREAM_BLOCK = listpack([
  ...[small(2), small(0), small(1), "f", small(0)],
  ...[small(2), small(0), small(0), "a", small(4)],
  ...[small(0), small(1), small(0), small(1), "g", "b", small(6)],
]);
export const STREAM_BLOCKS = bytesOf(1, packed(streamId(5)), packed(STREAM_BLOCK));
/** Length, last, first and highest deleted ID, entries ever added. */
export const STREAM_FACTS = bytesOf(2, 6, 0, 5, 0, 0, 0, 2);
/** A group of two consumers; the first one has an entry. */
export const STREAM_GROUP = bytesOf(
  ...[plain("group"), 6, 0, 2, 1, streamId(5), int64(1000), 3, 2],
  ...[plain("ann"), int64(2000), int64(1500), 1, streamId(5)],
  ...[plain("bob"), int64(3000), int64(-1), 0],
);

const LIST: Element[] = ["one", small(2), "x".repeat(70)];
const PAIRS: Element[] = ["a", small(1), "b", small(2), "c", "3.5"];
const OLD_PAIRS: Element[] = ["a", { integer: 1n, encoding: 0xfe }, "b", "2", "c", "3.5"];
const TRIPLES: Element[] = [
  ...["a", "1", { integer: 1_800_000_000_000n, encoding: 0xf4 }],
  ...["b", "2", { integer: 1_900_000_000_000n, encoding: 0xf4 }],
  ...["c", "3", small(0)],
];

/** By the name of the form. */
export const ONE_VALUE_DUMPS: Record<string, Uint8Array> = {
  "plain list": dumpOf(1, 3, plain("one"), 0xc0, 2, plain("x".repeat(70))),
  "list as a ziplist": dumpOf(10, packed(ziplist(["one", "2", "x".repeat(70)]))),
  "quicklist of ziplists": dumpOf(14, 2, packed(ziplist(["one", "2"])), packed(ziplist(["three"]))),
  "quicklist of listpacks": dumpOf(18, 2, 2, packed(listpack(LIST)), 1, plain("node")),
  "plain set": dumpOf(2, 3, plain("one"), 0xc0, 2, plain("x".repeat(70))),
  "set of integers": dumpOf(11, packed(intset([-5n, 2n, 70_000n], 4))),
  "set as a listpack": dumpOf(20, packed(listpack(LIST))),
  "sorted set with scores as text": dumpOf(3, 2, plain("m"), 3, "1.5", plain("n"), 254),
  "sorted set": dumpOf(5, 2, plain("n"), float64(2), plain("m"), float64(1.5)),
  "sorted set as a ziplist": dumpOf(12, packed(ziplist(OLD_PAIRS))),
  "sorted set as a listpack": dumpOf(17, packed(listpack(PAIRS))),
  "plain hash": dumpOf(4, 2, plain("f"), plain("v"), plain("g"), plain("x".repeat(70))),
  "hash as a zipmap": dumpOf(9, packed(zipmap([["a", "1"], ["b", "2"]]))),
  "hash as a ziplist": dumpOf(13, packed(ziplist(OLD_PAIRS))),
  "hash as a listpack": dumpOf(16, packed(listpack(PAIRS))),
  "hash with expiries": dumpOf(
    24,
    ...[int64(1_800_000_000_000), 2, 1, plain("f"), plain("v"), 0, plain("g"), plain("w")],
  ),
  "hash with expiries as a listpack": dumpOf(
    25,
    int64(1_800_000_000_000),
    packed(listpack(TRIPLES)),
  ),
  "hash of Valkey": dump(
    "VALKEY080",
    ...[22, plain(KEY), 2, plain("f"), plain("v"), int64(1_800_000_000_000)],
    ...[plain("g"), plain("w"), int64(-1)],
  ),
  "stream": dumpOf(21, STREAM_BLOCKS, STREAM_FACTS, 1, STREAM_GROUP),
};

/** Where the value of such a dump begins: behind the key. */
export function valueOffset(bytes: Uint8Array): number {
  const key = plain(KEY);
  return bytes.findIndex((_, at) => key.every((byte, i) => bytes[at + i] === byte)) + key.length;
}
