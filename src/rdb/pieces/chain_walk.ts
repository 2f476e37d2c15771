// A long list in pieces: node by node; of nodes that change before their turn a copy is kept.
import { Slice } from "../../base/slice.ts";
import type { PackedList } from "../../memory/packed_list.ts";
import {
  ELEMENT_BYTES,
  type PieceGuard,
  type PieceOutput,
  type ValuePieces,
} from "./value_pieces.ts";

/** A node as it was, or is. */
export class ListNode {
  /** Whether it is one long element instead of a listpack. */
  plain = false;
  /** Its bytes, compressed or not. */
  readonly bytes = new Slice();
  /** How many bytes it has when it is not compressed, -1 when it is not. */
  unpackedBytes = -1;
  /** Number of elements. */
  count = 0;

  read(chain: PackedList, node: number): void {
    const compressed = chain.isCompressed(node);
    if (compressed) chain.compressedInto(node, this.bytes);
    else chain.nodeInto(node, this.bytes);
    this.plain = chain.isPlain(node);
    this.unpackedBytes = compressed ? chain.nodeBytes(node) : -1;
    this.count = chain.nodeCount(node);
  }
}

/** The nodes of a list in their order. The order is written down when the first of them changes. */
export abstract class ChainWalk<Output extends PieceOutput> implements ValuePieces<Output> {
  keptBytes = 0;
  readonly object: PackedList;
  /** The next node to write; of no use once the order is written down. */
  #node: number;
  /** From the next node on, in order; undefined while nothing has changed. */
  #order: number[] | undefined;
  #at = 0;
  /** Those of them that are not written and have not changed. */
  readonly #waiting = new Set<number>();
  readonly #kept = new Map<number, ListNode>();
  readonly #present = new ListNode();
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
    this.keptBytes = 0;
  }

  abstract head(output: Output): void;

  /** Writes a node. */
  protected abstract node(output: Output, node: ListNode): void;

  before(_output: Output, node: number): void {
    if (this.#order === undefined) this.#writeDownOrder();
    if (!this.#waiting.delete(node)) return;
    const kept = new ListNode();
    kept.read(this.object, node);
    const bytes = kept.bytes.copy();
    kept.bytes.set(bytes, 0, bytes.length);
    this.keptBytes += bytes.length;
    this.#kept.set(node, kept);
  }

  #writeDownOrder(): void {
    const order: number[] = this.#order = [], chain = this.object;
    for (let node = this.#node; node !== 0; node = chain.nextNode(node)) {
      order.push(node);
      this.#waiting.add(node);
    }
  }

  step(output: Output, elements: number): boolean {
    const endBytes = output.bytes + elements * ELEMENT_BYTES;
    for (let left = elements; left > 0 && output.bytes <= endBytes;) {
      const order = this.#order;
      const node = order === undefined ? this.#node : order[this.#at] ?? 0;
      if (node === 0) return true;
      left -= this.#write(output, node);
      if (order === undefined) this.#node = this.object.nextNode(node);
      else this.#at++;
    }
    return false;
  }

  /** Answers the number of elements. */
  #write(output: Output, node: number): number {
    let present = this.#kept.get(node);
    if (present === undefined) {
      this.#waiting.delete(node);
      present = this.#present;
      present.read(this.object, node);
    } else {
      this.#kept.delete(node); // another node may come to stand in its place
      this.keptBytes -= present.bytes.length;
    }
    this.node(output, present);
    return present.count;
  }
}
