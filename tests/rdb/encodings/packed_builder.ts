import { bigEndian, bytesOf, littleEndian } from "../dump_builder.ts";

// Packed values with every encoding chosen by the test, also where no server would choose it.

export type Element =
  | string
  /** An integer and the first byte of the encoding it gets. */
  | { integer: bigint; encoding: number }
  /** A string and the first byte of the longer encoding it gets. */
  | { text: string; encoding: number };

const unsigned = (value: bigint) => BigInt.asUintN(64, value);

export function listpack(elements: Element[], count = elements.length): Uint8Array {
  const body = bytesOf(...elements.map((element) => {
    const data = listpackElement(element);
    return bytesOf(data, backLength(data.length));
  }));
  return bytesOf(
    littleEndian(BigInt(body.length + 7), 4),
    littleEndian(BigInt(count), 2),
    body,
    0xff,
  );
}

function listpackElement(element: Element): Uint8Array {
  if (typeof element === "string") {
    const encoding = element.length < 64 ? 0x80 : element.length < 4096 ? 0xe0 : 0xf0;
    return listpackElement({ text: element, encoding });
  }
  if ("text" in element) {
    const { text, encoding } = element;
    if (encoding === 0x80) return bytesOf(0x80 | text.length, text);
    if (encoding === 0xe0) return bytesOf(0xe0 | (text.length >> 8), text.length & 0xff, text);
    return bytesOf(0xf0, littleEndian(BigInt(text.length), 4), text);
  }
  const { integer, encoding } = element;
  if (encoding === 0) return bytesOf(Number(integer));
  if (encoding === 0xc0) {
    const bits = Number(BigInt.asUintN(13, integer));
    return bytesOf(0xc0 | (bits >> 8), bits & 0xff);
  }
  const width = [2, 3, 4, 8][encoding - 0xf1];
  return bytesOf(encoding, littleEndian(unsigned(integer), width));
}

function backLength(length: number): Uint8Array {
  const limits = [128, 16383, 2097151, 268435455];
  const found = limits.findIndex((limit) => length < limit);
  const width = found < 0 ? 5 : found + 1;
  return Uint8Array.from({ length: width }, (_, i) => {
    const bits = Math.floor(length / 128 ** (width - 1 - i)) & 0x7f;
    return i === 0 ? bits : bits | 0x80;
  });
}

export function ziplist(elements: Element[], count = elements.length): Uint8Array {
  const entries: Uint8Array[] = [];
  let previous = 0;
  let end = 10;
  for (const element of elements) {
    const length = previous < 254 ? [previous] : [0xfe, littleEndian(BigInt(previous), 4)];
    const entry = bytesOf(...length, ziplistElement(element));
    entries.push(entry);
    previous = entry.length;
    end += previous;
  }
  return bytesOf(
    littleEndian(BigInt(end + 1), 4),
    littleEndian(BigInt(end - previous), 4),
    littleEndian(BigInt(count), 2),
    ...entries,
    0xff,
  );
}

function ziplistElement(element: Element): Uint8Array {
  if (typeof element === "string") {
    const encoding = element.length < 64 ? 0 : element.length < 16384 ? 0x40 : 0x80;
    return ziplistElement({ text: element, encoding });
  }
  if ("text" in element) {
    const { text, encoding } = element;
    if (encoding === 0) return bytesOf(text.length, text);
    if (encoding === 0x40) return bytesOf(0x40 | (text.length >> 8), text.length & 0xff, text);
    return bytesOf(0x80, bigEndian(BigInt(text.length), 4), text);
  }
  const { integer, encoding } = element;
  const widths: Record<number, number> = { 0xfe: 1, 0xc0: 2, 0xf0: 3, 0xd0: 4, 0xe0: 8 };
  const width = widths[encoding];
  if (width === undefined) return bytesOf(0xf1 + Number(integer));
  return bytesOf(encoding, littleEndian(unsigned(integer), width));
}

export function intset(values: bigint[], width: number): Uint8Array {
  return bytesOf(
    littleEndian(BigInt(width), 4),
    littleEndian(BigInt(values.length), 4),
    ...values.map((value) => littleEndian(unsigned(value), width)),
  );
}

/** Pairs of field and value; `unused` bytes behind each value. */
export function zipmap(pairs: [string, string][], unused = 0, count = pairs.length): Uint8Array {
  const length = (text: string) =>
    text.length < 254 ? bytesOf(text.length) : bytesOf(254, littleEndian(BigInt(text.length), 4));
  return bytesOf(
    Math.min(count, 254),
    ...pairs.map(([field, value]) =>
      bytesOf(length(field), field, length(value), unused, value, "?".repeat(unused))
    ),
    0xff,
  );
}
