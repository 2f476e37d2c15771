// The header of a node of a long list: where each fact stands, and nothing else.

// A node's header, 32-bit words. A node is referred to by its header.
export const NEXT = 0;
export const PREVIOUS = 1;
/** The block: a listpack, a plain element, or either of them compressed. */
export const BLOCK = 2;
/** Byte of the block where a listpack begins. */
export const START = 3;
/** Number of elements. */
export const COUNT = 4;
/** Bytes of the listpack or the plain element, not compressed. */
export const BYTES = 5;
export const FLAGS = 6;
/** Bytes of the compressed form. */
export const COMPRESSED_BYTES = 7;
export const HEADER_BYTES = 32;

export const FLAG_PLAIN = 1;
export const FLAG_COMPRESSED = 2;
/** Compressing was tried in vain. */
export const FLAG_INCOMPRESSIBLE = 4;
