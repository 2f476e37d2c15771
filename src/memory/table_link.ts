// Links many entries at once whose keys may be in the table already: what loading a large table does most.
import { ENTRY_KEY_OFFSET, type HashTable } from "./hash_table.ts";
import { compareMembers } from "./member_order.ts";

const FIRST_ENTRIES = new Int32Array(64);

/**
 * Links `refs[from, count)`, entries of these hashes that are in no table, at most 64; answers how many of
 * all are linked then: less than `count` when the key of the next one is there already. When memory
 * runs out, those before are linked.
 */
export function linkEntries(
  table: HashTable,
  refs: Int32Array,
  hashes: Int32Array,
  from: number,
  count: number,
): number {
  // Read before anything else, so that the memory of all is fetched at the same time.
  FIRST_ENTRIES[0] = table.fetchFirst(hashes, count, FIRST_ENTRIES);
  const mask = table.firstBuckets - 1;
  const isPlain = !table.rehashing && table.guard === undefined;
  if (!isPlain || (table.size + count) * 2 > mask) {
    return linkOneByOne(table, refs, hashes, from, count);
  }
  const { arena } = table, { i32 } = arena, heads = table.bucketWord(0);
  let at = from;
  for (; at < count; at++) {
    const ref = refs[at], hash = hashes[at], head = heads + (hash & mask), first = i32[head];
    let other = first;
    while (other !== 0) {
      if (i32[other * 2 + 1] === hash && compareMembers(arena, other, ref) === 0) break;
      other = i32[other * 2];
    }
    if (other !== 0) break;
    i32[ref * 2] = first;
    i32[ref * 2 + 1] = hash;
    i32[head] = ref;
  }
  table.size += at - from;
  return at;
}

/** For tables that grow or move while entries come. */
function linkOneByOne(
  table: HashTable,
  refs: Int32Array,
  hashes: Int32Array,
  from: number,
  count: number,
): number {
  for (; from < count; from++) {
    const ref = refs[from], hash = hashes[from], { u8, i32 } = table.arena;
    const start = ref * 8 + ENTRY_KEY_OFFSET;
    if (table.find(u8, start, start + i32[ref * 2 + 2], hash) !== 0) break;
    table.insert(ref, hash);
  }
  return from;
}
