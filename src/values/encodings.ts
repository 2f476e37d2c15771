// How values are kept, by number: what an entry's encoding field says.

/** Encodings; the first twelve are numbered as in Redis. */
export const ENCODING_RAW = 0;
export const ENCODING_INT = 1;
export const ENCODING_HASHTABLE = 2;
export const ENCODING_INTSET = 6;
export const ENCODING_SKIPLIST = 7;
export const ENCODING_EMBSTR = 8;
export const ENCODING_QUICKLIST = 9;
export const ENCODING_STREAM = 10;
export const ENCODING_LISTPACK = 11;
/** A raw string in a block of its own; clients see "raw". */
export const ENCODING_RAW_BLOCK = 12;
/** A listpack of fields, values and expiries. */
export const ENCODING_LISTPACK_EX = 13;

/** What OBJECT ENCODING answers, by encoding number. */
export const ENCODING_NAMES: readonly string[] = [
  "raw",
  "int",
  "hashtable",
  "zipmap",
  "linkedlist",
  "ziplist",
  "intset",
  "skiplist",
  "embstr",
  "quicklist",
  "stream",
  "listpack",
  "raw",
  "listpackex",
];
