// XINFO tells of the nodes of the radix tree that Redis keeps blocks in. There is no such tree here;
// monitors show the figure all the same, so it is what the tree would have.
import { highHalf, lowHalf } from "../../memory/little_endian.ts";
import type { IdIndex } from "../../memory/id_index.ts";

const KEY_BYTES = 16;
/** Beyond so many blocks the figure is scaled up from those: counting is not to take time. */
const COUNTED_BLOCKS = 256;

/**
 * Nodes of a tree over the IDs as 16 bytes, the highest first: one per leaf, one per fork, and one
 * per run of bytes between two of these.
 */
export function radixNodes(blocks: IdIndex): number {
  if (blocks.size === 0) return 1;
  const counted = Math.min(blocks.size, COUNTED_BLOCKS);
  const nodes = countNodes(sharedPrefixes(blocks, counted));
  return Math.round(nodes * (blocks.size / counted));
}

/** How many bytes each ID has in common with the one before it, for the first `count` IDs. */
function sharedPrefixes(blocks: IdIndex, count: number): number[] {
  const shared: number[] = [];
  let before: number[] = [];
  for (let at = blocks.first(), i = 0; i < count; at = blocks.next(at), i++) {
    const milliseconds = blocks.milliseconds(at), sequence = blocks.sequence(at);
    const words = [
      highHalf(milliseconds),
      lowHalf(milliseconds),
      highHalf(sequence),
      lowHalf(sequence),
    ];
    if (i > 0) {
      const word = words.findIndex((value, at) => value !== before[at]);
      shared.push(word * 4 + (Math.clz32(words[word] ^ before[word]) >>> 3));
    }
    before = words;
  }
  return shared;
}

/** From the common prefixes of neighbours: where prefixes end are forks, nested as the prefixes are. */
function countNodes(shared: readonly number[]): number {
  const leaves = shared.length + 1;
  let forks = 0, runs = 0;
  /** Depths, in bytes, of the forks that are open: each deeper than the one before. */
  const open: number[] = [];
  /** Counts the run that leads down to something at `depth` from the innermost open fork. */
  const reach = (depth: number) => {
    const from = open.length === 0 ? 0 : open[open.length - 1] + 1;
    if (depth > from) runs++;
  };
  for (let i = 0; i < leaves; i++) {
    // A leaf hangs on the deeper of the forks that part it from its neighbours.
    const depth = i < shared.length ? shared[i] : -1;
    if (depth > (open[open.length - 1] ?? -1)) {
      forks++;
      open.push(depth);
      reach(KEY_BYTES);
      continue;
    }
    reach(KEY_BYTES);
    while (open.length > 0 && open[open.length - 1] > depth) {
      const closed = open.pop()!;
      if (depth > (open[open.length - 1] ?? -1)) {
        forks++;
        open.push(depth);
      }
      reach(closed);
    }
  }
  return leaves + forks + runs;
}
