// Numbers as listpacks, intsets and their forerunners hold them: little-endian, at any offset.
import type { Integer64 } from "../base/int64.ts";

const TWO_TO_32 = 4294967296;

export function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

export function readInt16(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) << 16) >> 16;
}

export function readInt24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 8) | (bytes[at + 1] << 16) | (bytes[at + 2] << 24)) >> 8;
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0;
}

/** A signed 64-bit integer, which is a bigint only where a number would not be exact. */
export function readInt64(bytes: Uint8Array, at: number): Integer64 {
  const low = readUint32(bytes, at);
  const high = readInt32(bytes, at + 4);
  return joinInt64(high, low);
}

/** The integer of a signed high half and a low half, either signed or unsigned. */
export function joinInt64(high: number, low: number): Integer64 {
  const value = high * TWO_TO_32 + (low >>> 0);
  if (Number.isSafeInteger(value)) return value;
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** Bits 32 to 63 of the two's complement, signed. */
export function highHalf(value: Integer64): number {
  if (typeof value === "number") return Math.floor(value / TWO_TO_32) | 0;
  return Number(BigInt.asIntN(32, value >> 32n));
}

/** Bits 0 to 31 of the two's complement, signed. */
export function lowHalf(value: Integer64): number {
  return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
}

export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
}

export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
  bytes[at + 3] = value >> 24;
}

export function writeInt64(bytes: Uint8Array, at: number, value: Integer64): void {
  writeInt32(bytes, at, lowHalf(value));
  writeInt32(bytes, at + 4, highHalf(value));
}
