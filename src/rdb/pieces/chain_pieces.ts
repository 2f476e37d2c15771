// A long list in pieces.
import type { Slice } from "../../base/slice.ts";
import type { PackedList } from "../../memory/packed_list.ts";
import { NODE_PACKED, NODE_PLAIN } from "../opcodes.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { ChainWalk, type ListNode } from "./chain_walk.ts";

/** The number of nodes, then the nodes as they stand in memory. */
export class ChainPieces extends ChainWalk<RdbOutput> {
  head(output: RdbOutput): void {
    output.length(this.object.nodes);
  }

  protected override node(output: RdbOutput, { plain, bytes, unpackedBytes }: ListNode): void {
    output.length(plain ? NODE_PLAIN : NODE_PACKED);
    if (unpackedBytes < 0) output.string(bytes);
    else output.compressedString(bytes.bytes, bytes.start, bytes.end, unpackedBytes);
  }
}

/** Writes one node; `slice` is to work with. */
export function writeNode(output: RdbOutput, chain: PackedList, node: number, slice: Slice): void {
  output.length(chain.isPlain(node) ? NODE_PLAIN : NODE_PACKED);
  if (chain.isCompressed(node)) {
    chain.compressedInto(node, slice);
    output.compressedString(slice.bytes, slice.start, slice.end, chain.nodeBytes(node));
  } else {
    chain.nodeInto(node, slice);
    output.string(slice);
  }
}
