// Numbers of the RDB format: `rdb.h` of Redis 2.2 to 8.0 and of Valkey 9. The byte in front of each
// record is either an opcode or the type of the key that follows.

/** Newest version written with the magic `REDIS` that this reader understands. */
export const NEWEST_REDIS_VERSION = 12;
/** The one version written with the magic `VALKEY`. */
export const VALKEY_VERSION = 80;
/** From this version on a CRC-64 follows the end-of-file opcode. */
export const FIRST_VERSION_WITH_CHECKSUM = 5;

/** Which family wrote the file: both gave the numbers 22 and 243 a meaning of their own. */
export type Dialect = "redis" | "valkey";

export const OPCODE = {
  /** Redis Enterprise: a hint about eviction from RAM to flash; one length, of no use here. */
  ramLru: 107,
  /** Valkey only: a slot migration in progress. */
  slotImport: 243,
  slotInfo: 244,
  function2: 245,
  functionPreGa: 246,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resizeDb: 251,
  expireTimeMs: 252,
  expireTime: 253,
  selectDb: 254,
  endOfFile: 255,
} as const;

export const VALUE_TYPE = {
  string: 0,
  list: 1,
  set: 2,
  sortedSet: 3,
  hash: 4,
  sortedSet2: 5,
  modulePreGa: 6,
  module2: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  sortedSetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  streamListpacks: 15,
  hashListpack: 16,
  sortedSetListpack: 17,
  listQuicklist2: 18,
  streamListpacks2: 19,
  setListpack: 20,
  streamListpacks3: 21,
  /** Release candidates of Redis 7.4. In Valkey 22 is {@link VALUE_TYPE.valkeyHash2}. */
  hashMetadataPreGa: 22,
  hashListpackExPreGa: 23,
  hashMetadata: 24,
  hashListpackEx: 25,
  valkeyHash2: 22,
} as const;

/** What a node of a list holds: one element without a listpack around it, or a listpack. */
export const NODE_PLAIN = 1;
export const NODE_PACKED = 2;

/** What follows a module's opcode in module values and module AUX records. */
export const MODULE_OPCODE = {
  endOfValue: 0,
  signedInteger: 1,
  unsignedInteger: 2,
  float: 3,
  double: 4,
  string: 5,
} as const;

/** The two high bits of a length byte, and what the low ones mean when both are set. */
export const STRING_ENCODING = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const;
export const LENGTH_32_BITS = 0x80;
export const LENGTH_64_BITS = 0x81;

/** The names that redis-check-rdb prints, so that a message can be looked up. */
const REDIS_TYPE_NAMES: readonly (string | undefined)[] = [
  "string",
  "list-linked",
  "set-hashtable",
  "zset-v1",
  "hash-hashtable",
  "zset-v2",
  "module-pre-release",
  "module-value",
  undefined,
  "hash-zipmap",
  "list-ziplist",
  "set-intset",
  "zset-ziplist",
  "hash-ziplist",
  "quicklist",
  "stream",
  "hash-listpack",
  "zset-listpack",
  "quicklist-v2",
  "stream-v2",
  "set-listpack",
  "stream-v3",
  "hash-hashtable-md-pre-release",
  "hash-listpack-md-pre-release",
  "hash-hashtable-md",
  "hash-listpack-md",
];

/** The name of a value type, or undefined when the dialect has no such type. */
export function valueTypeName(type: number, dialect: Dialect): string | undefined {
  if (dialect === "redis" || type < VALUE_TYPE.valkeyHash2) return REDIS_TYPE_NAMES[type];
  return type === VALUE_TYPE.valkeyHash2 ? "hash-v2" : undefined;
}
