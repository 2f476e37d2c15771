// Up to where collections stay small blocks; the settings fill it, also at run time.

/**
 * The limits of Redis's directives of the same names. A change holds for the writes that come after
 * it: no value is converted because a limit moved.
 */
export interface ValueLimits {
  /** Most fields of a hash that is a listpack. */
  hashMaxListpackEntries: number;
  /** Longest field or value in it, bytes. */
  hashMaxListpackValue: number;
  /** Most members of a set that is an intset. */
  setMaxIntsetEntries: number;
  /** Most members of a set that is a listpack. */
  setMaxListpackEntries: number;
  /** Longest member in it, bytes. */
  setMaxListpackValue: number;
  /** Most members of a sorted set that is a listpack. */
  zsetMaxListpackEntries: number;
  /** Longest member in it, bytes. */
  zsetMaxListpackValue: number;
  /** Elements of a list's node, or -1 to -5 for 4, 8, 16, 32 and 64 KiB. */
  listMaxListpackSize: number;
  /** Nodes at each end of a list that are not compressed; 0 compresses none. */
  listCompressDepth: number;
  /** From so many bytes on an element gets a node of its own in lists that become long; 0 leaves that
   * to the size of a node (DEBUG). */
  listPlainFromBytes: number;
  /** Most bytes of a block of stream entries, 0 for any. */
  streamNodeMaxBytes: number;
  /** Most entries of a block of stream entries, 0 for any. */
  streamNodeMaxEntries: number;
}

/** The limits that Redis has when nothing is configured. */
export function defaultValueLimits(): ValueLimits {
  return {
    hashMaxListpackEntries: 512,
    hashMaxListpackValue: 64,
    setMaxIntsetEntries: 512,
    setMaxListpackEntries: 128,
    setMaxListpackValue: 64,
    zsetMaxListpackEntries: 128,
    zsetMaxListpackValue: 64,
    listMaxListpackSize: -2,
    listCompressDepth: 0,
    listPlainFromBytes: 0,
    streamNodeMaxBytes: 4096,
    streamNodeMaxEntries: 100,
  };
}
