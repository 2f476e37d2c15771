import { concat } from "@std/bytes";
import { latin1Bytes } from "../../src/base/bytes.ts";

/** Bytes from numbers, text (one byte a character) and bytes. */
export function bytesOf(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return concat(parts.map((part) => {
    if (typeof part === "number") return Uint8Array.of(part);
    return typeof part === "string" ? latin1Bytes(part) : part;
  }));
}

/** A length in the shortest form. */
export function lengthOf(length: number): Uint8Array {
  if (length < 64) return Uint8Array.of(length);
  if (length < 16384) return Uint8Array.of(0x40 | (length >> 8), length & 0xff);
  return bytesOf(0x80, bigEndian(BigInt(length), 4));
}

export function bigEndian(value: bigint, width: number): Uint8Array {
  return littleEndian(value, width).reverse();
}

export function littleEndian(value: bigint, width: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** A string with its length in front. */
export function plain(text: string): Uint8Array {
  return bytesOf(lengthOf(text.length), text);
}

/** A whole dump: header, body, end, checksum if the version has one. */
export function dump(header: string, ...body: (number | string | Uint8Array)[]): Uint8Array {
  const bytes = bytesOf(header, ...body, 255);
  const hasChecksum = header.startsWith("VALKEY") || Number(header.slice(5)) >= 5;
  return hasChecksum ? bytesOf(bytes, littleEndian(slowCrc64(bytes), 8)) : bytes;
}

/** CRC-64 "Jones", bit by bit, to be independent of the program's own. */
export function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
    }
  }
  return crc;
}
