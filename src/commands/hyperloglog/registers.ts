// The registers of a HyperLogLog where all of them are there: six bits each, or a byte each.

/** Number of registers. */
export const REGISTERS = 1 << 14;
/** Bytes of all registers in six bits each. */
export const DENSE_REGISTERS_BYTES = REGISTERS * 6 / 8;

/** Value of a register; `start` is where the first one stands. Bits fill a byte from the lowest up. */
export function denseRegister(bytes: Uint8Array, start: number, register: number): number {
  const bit = register * 6, at = start + (bit >>> 3);
  return (bytes[at] | bytes[at + 1] << 8) >>> (bit & 7) & 63;
}

export function setDenseRegister(
  bytes: Uint8Array,
  start: number,
  register: number,
  value: number,
): void {
  const bit = register * 6, at = start + (bit >>> 3), shift = bit & 7;
  bytes[at] = bytes[at] & ~(63 << shift) | value << shift;
  // The last register ends with its byte.
  if (shift > 2) bytes[at + 1] = bytes[at + 1] & ~(63 >>> 8 - shift) | value >>> 8 - shift;
}

/** Writes registers of a byte each as registers of six bits each. */
export function packRegisters(registers: Uint8Array, bytes: Uint8Array, start: number): void {
  for (let i = 0, at = start; i < REGISTERS; i += 4, at += 3) {
    const second = registers[i + 1], third = registers[i + 2];
    bytes[at] = registers[i] | second << 6;
    bytes[at + 1] = second >>> 2 | third << 4;
    bytes[at + 2] = third >>> 4 | registers[i + 3] << 2;
  }
}

/** Raises registers of a byte each to those of six bits each. */
export function mergeDense(registers: Uint8Array, bytes: Uint8Array, start: number): void {
  for (let i = 0, at = start; i < REGISTERS; i += 4, at += 3) {
    const four = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16;
    raise(registers, i, four & 63);
    raise(registers, i + 1, four >>> 6 & 63);
    raise(registers, i + 2, four >>> 12 & 63);
    raise(registers, i + 3, four >>> 18);
  }
}

function raise(registers: Uint8Array, index: number, value: number): void {
  if (value > registers[index]) registers[index] = value;
}

/** Counts how many registers of six bits each have each value. */
export function denseHistogram(bytes: Uint8Array, start: number, histogram: Int32Array): void {
  const end = start + DENSE_REGISTERS_BYTES;
  for (let at = start; at < end; at += 3) {
    const four = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16;
    histogram[four & 63]++;
    histogram[four >>> 6 & 63]++;
    histogram[four >>> 12 & 63]++;
    histogram[four >>> 18]++;
  }
}
