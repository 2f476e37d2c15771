// A long list in pieces: node by node; of nodes that change before their turn a copy is kept.
import { Slice } from "../../base/slice.ts";
import type { PackedList } from "../../memory/packed_list.ts";
import { NODE_PACKED, NODE_PLAIN } from "../opcodes.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { ELEMENT_BYTES, type PieceGuard, type ValuePieces } from "./value_pieces.ts";

/** A node as it was. */
interface KeptNode {
  readonly plain: boolean;
  /** Its bytes, compressed or not. */
  readonly bytes: Uint8Array;
  /** How many bytes it has when it is not compressed, -1 when it is not. */
  readonly unpackedBytes: number;
  readonly count: number;
}

/** The nodes of a list in their order. The order is written down when the first of them changes. */
export class ChainPieces implements ValuePieces {
  readonly object: PackedList;
  /** The next node to write; of no use once the order is written down. */
  #node: number;
  /** From the next node on, in order; undefined while nothing has changed. */
  #order: number[] | undefined;
  #at = 0;
  /** Those of them that are not written and have not changed. */
  readonly #waiting = new Set<number>();
  readonly #kept = new Map<number, KeptNode>();
  readonly #slice = new Slice();
  #guarded = false;

  constructor(chain: PackedList) {
    this.object = chain;
    this.#node = chain.head;
  }

  attach(guard: PieceGuard): void {
    this.object.guard = guard;
    this.#guarded = true;
  }

  detach(): void {
    if (this.#guarded) this.object.guard = undefined;
    this.#guarded = false;
    this.#kept.clear();
  }

  head(output: RdbOutput): void {
    output.length(this.object.nodes);
  }

  before(_output: RdbOutput, node: number): void {
    if (this.#order === undefined) this.#writeDownOrder();
    if (!this.#waiting.delete(node)) return;
    const chain = this.object, slice = this.#slice;
    const compressed = chain.isCompressed(node);
    if (compressed) chain.compressedInto(node, slice);
    else chain.nodeInto(node, slice);
    this.#kept.set(node, {
      plain: chain.isPlain(node),
      bytes: slice.copy(),
      unpackedBytes: compressed ? chain.nodeBytes(node) : -1,
      count: chain.nodeCount(node),
    });
  }

  #writeDownOrder(): void {
    const order: number[] = this.#order = [], chain = this.object;
    for (let node = this.#node; node !== 0; node = chain.nextNode(node)) {
      order.push(node);
      this.#waiting.add(node);
    }
  }

  step(output: RdbOutput, elements: number): boolean {
    const endBytes = output.bytes + elements * ELEMENT_BYTES;
    for (let left = elements; left > 0 && output.bytes <= endBytes;) {
      const order = this.#order;
      const node = order === undefined ? this.#node : order[this.#at] ?? 0;
      if (node === 0) return true;
      const kept = this.#kept.get(node);
      if (kept === undefined) left -= this.#write(output, node);
      else left -= this.#writeKept(output, node, kept);
      if (order === undefined) this.#node = this.object.nextNode(node);
      else this.#at++;
    }
    return false;
  }

  /** Answers the number of elements. */
  #write(output: RdbOutput, node: number): number {
    this.#waiting.delete(node);
    writeNode(output, this.object, node, this.#slice);
    return this.object.nodeCount(node);
  }

  #writeKept(output: RdbOutput, node: number, kept: KeptNode): number {
    const { plain, bytes, unpackedBytes, count } = kept;
    this.#kept.delete(node); // another node may come to stand in its place
    output.length(plain ? NODE_PLAIN : NODE_PACKED);
    if (unpackedBytes >= 0) output.compressedString(bytes, 0, bytes.length, unpackedBytes);
    else output.string(new Slice(bytes));
    return count;
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
