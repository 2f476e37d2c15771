/** Texts that meet every encoding of a listpack and its edges; what tests of packed values share. */
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import type { Seeded } from "../support/seeded.ts";

const INTEGER_EDGES = [0, 7, 12, 15, 23, 31, 53, 63];
/** One below, on and above what the encodings of strings and of their lengths can hold. */
const LENGTH_EDGES = [0, 1, 20, 21, 62, 63, 64, 65, 125, 126, 127, 128, 129];
const LONG_LENGTHS = [4094, 4095, 4096, 4097, 16376, 16377, 16378, 16379, 16383, 16384];
const NEARLY_INTEGERS = [
  "",
  "-",
  "-0",
  "00",
  "01",
  "+1",
  " 1",
  "1 ",
  "1.0",
  "1e3",
  "0x1",
  "9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "99999999999999999999",
  "123456789012345678901",
  "1\0",
];

/** A text as users have them: mostly short, often an integer, sometimes on an edge. */
export function randomText(random: Seeded, long = true): string {
  const kind = random.below(20);
  if (kind < 6) return String(random.below(300));
  if (kind < 9) return String(edgeInteger(random));
  if (kind === 9) return random.pick(NEARLY_INTEGERS);
  if (kind === 10) return random.bytes(random.pick(LENGTH_EDGES));
  if (kind === 11 && long && random.chance(0.1)) return random.bytes(random.pick(LONG_LENGTHS));
  if (kind < 16) return "element:" + random.below(50);
  return random.bytes(random.below(40));
}

/** An integer beside a power of two, with either sign, within 64 bits. */
export function edgeInteger(random: Seeded): bigint {
  const power = 1n << BigInt(random.pick(INTEGER_EDGES));
  const value = (random.chance(0.5) ? power : -power) + BigInt(random.between(-2, 2));
  return BigInt.asIntN(64, value);
}

/** Every text of the edges once. */
export function edgeTexts(): string[] {
  const texts = [...NEARLY_INTEGERS];
  for (let bit = 0; bit <= 63; bit++) {
    for (const near of [-1n, 0n, 1n]) {
      const value = (1n << BigInt(bit)) + near;
      texts.push(String(BigInt.asIntN(64, value)), String(BigInt.asIntN(64, -value)));
    }
  }
  for (const length of [...LENGTH_EDGES, ...LONG_LENGTHS]) texts.push("x".repeat(length));
  return texts;
}

/** Latin-1 text of a slice. */
export function textOf(slice: Slice): string {
  return latin1(slice.bytes, slice.start, slice.end);
}

/** A slice that stands amid other bytes, as one of a request does. */
export function sliceOf(text: string): Slice {
  const bytes = latin1Bytes(`<${text}>`);
  return new Slice(bytes, 1, bytes.length - 1);
}
