// The chain of nodes that a long list is: headers and blocks in the arena, inner ones compressed.
import { lzfCompress, lzfDecompress } from "../base/lzf.ts";
import { invariant } from "../base/invariant.ts";
import type { Slice } from "../base/slice.ts";
import { type Arena, ArenaFullError } from "./arena.ts";
import type { ChangeGuard } from "./change_guard.ts";
import type { NodeListpack } from "./node_listpack.ts";
import {
  BLOCK,
  BYTES,
  COMPRESSED_BYTES,
  COUNT,
  FLAG_COMPRESSED,
  FLAG_INCOMPRESSIBLE,
  FLAG_PLAIN,
  FLAGS,
  HEADER_BYTES,
  NEXT,
  PREVIOUS,
  START,
} from "./packed_node_layout.ts";

// As in Redis: shorter nodes are not tried, and a gain below this is none.
const COMPRESS_FROM_BYTES = 48;
const COMPRESS_GAIN_BYTES = 8;
const SCRATCH_KEPT_BYTES = 1 << 20;

let scratch = new Uint8Array(8192);

/** At least `bytes` bytes, which the next call may hand out again; only a moderate size is kept. */
function scratchOf(bytes: number): Uint8Array {
  if (bytes <= scratch.length) return scratch;
  const larger = new Uint8Array(bytes);
  if (bytes <= SCRATCH_KEPT_BYTES) scratch = larger;
  return larger;
}

/** Nodes in order, reachable from both ends. Nothing here looks at elements. */
export class PackedNodes {
  readonly arena: Arena;
  /** First and last node, 0 while there is none. */
  head = 0;
  tail = 0;
  /** Number of nodes. */
  nodes = 0;
  /** Number of elements. */
  count = 0;
  /** What {@link seekNode} found: the index within its node. */
  offset = 0;
  /** The node it found and the index of its first element, while no node before it changed. */
  #found = 0;
  #foundFirst = 0;
  /** Nodes at each end that are not compressed; 0 compresses none. */
  readonly compressDepth: number;
  /** Told of a node before it is opened, linked or removed, or takes another form. */
  guard: ChangeGuard | undefined = undefined;
  /** Shared by all lists of the arena. */
  protected readonly editor: NodeListpack;

  constructor(editor: NodeListpack, compressDepth: number) {
    this.arena = editor.arena;
    this.editor = editor;
    this.compressDepth = compressDepth;
  }

  /** Bytes of the arena that the nodes take; the mean of the first `samples` stands for the others. */
  bytesOf(samples: number): number {
    let bytes = 0, seen = 0;
    for (let node = this.head; node !== 0 && seen < samples; node = this.nextNode(node)) {
      bytes += this.arena.usableBytes(node) + this.arena.usableBytes(this.#word(node, BLOCK));
      seen++;
    }
    return seen === 0 ? 0 : Math.round(bytes / seen * this.nodes);
  }

  nextNode(node: number): number {
    return this.#word(node, NEXT);
  }

  previousNode(node: number): number {
    return this.#word(node, PREVIOUS);
  }

  /** Elements of a node. */
  nodeCount(node: number): number {
    return this.#word(node, COUNT);
  }

  /** Bytes of a node's listpack or plain element. */
  nodeBytes(node: number): number {
    return this.#word(node, BYTES);
  }

  /** Whether the node is one element of its own, without a listpack around it. */
  isPlain(node: number): boolean {
    return (this.#word(node, FLAGS) & FLAG_PLAIN) !== 0;
  }

  isCompressed(node: number): boolean {
    return (this.#word(node, FLAGS) & FLAG_COMPRESSED) !== 0;
  }

  /** Byte offset in the arena of what a node that is not compressed holds. */
  nodeBase(node: number): number {
    return this.#word(node, BLOCK) * 8 + this.#word(node, START);
  }

  /**
   * Points the slice at the bytes of a node's listpack or plain element: in the arena, or unpacked
   * into `target`, which has room for them; by default into one that the next call writes over.
   */
  nodeInto(node: number, slice: Slice, target?: Uint8Array): void {
    const bytes = this.nodeBytes(node), base = this.nodeBase(node);
    if (!this.isCompressed(node)) return slice.set(this.arena.u8, base, base + bytes);
    const unpacked = target ?? scratchOf(bytes);
    this.#unpack(node, unpacked, 0);
    slice.set(unpacked, 0, bytes);
  }

  /** Points the slice at the bytes of a compressed node as they are, in the LZF format of RDB. */
  compressedInto(node: number, slice: Slice): void {
    const base = this.nodeBase(node);
    slice.set(this.arena.u8, base, base + this.#word(node, COMPRESSED_BYTES));
  }

  /**
   * The node that holds the element of an index, from 0 to `count - 1`; `offset` says which of the
   * node's elements it is. Walks over nodes from the nearest of both ends and the node found last,
   * so that who pages through a list does not walk from an end each time.
   */
  seekNode(index: number): number {
    const { i32 } = this.arena;
    const fromHead = index < this.count >>> 1;
    let node = fromHead ? this.head : this.tail;
    let first = fromHead ? 0 : this.count - i32[node * 2 + COUNT];
    if (this.#found !== 0 && Math.abs(index - this.#foundFirst) < Math.abs(index - first)) {
      node = this.#found;
      first = this.#foundFirst;
    }
    while (index < first) {
      node = i32[node * 2 + PREVIOUS];
      first -= i32[node * 2 + COUNT];
    }
    for (let count; index >= first + (count = i32[node * 2 + COUNT]); first += count) {
      node = i32[node * 2 + NEXT];
    }
    this.#found = node;
    this.#foundFirst = first;
    this.offset = index - first;
    return node;
  }

  /** Elements before the node found last came or went. */
  protected forgetFound(): void {
    this.#found = 0;
  }

  /** Gives everything back; the list is empty and usable afterwards. */
  free(): void {
    this.freeSome(Infinity);
  }

  /** Gives up to `nodes` nodes back, from the head on. True while there are more. */
  freeSome(nodes: number): boolean {
    for (let freed = 0; freed < nodes && this.head !== 0; freed++) this.removeNode(this.head);
    return this.head !== 0;
  }

  /** Links a new node behind `before`, 0 for the head, that holds `bytes` bytes in a new block. */
  protected addNode(before: number, plain: boolean, bytes: number, count: number): number {
    const node = this.arena.allocate(HEADER_BYTES);
    let block;
    try {
      block = this.arena.allocate(bytes);
    } catch (error) {
      this.arena.free(node);
      throw error;
    }
    this.#link(node, before);
    this.#describe(node, block, plain ? FLAG_PLAIN : 0, bytes);
    this.#setCount(node, count);
    return node;
  }

  /** Links a new node behind `before` that takes over the block of a listpack. */
  protected adoptNode(before: number, block: number, bytes: number, count: number): number {
    const node = this.arena.allocate(HEADER_BYTES);
    this.#link(node, before);
    this.#describe(node, block, 0, bytes);
    this.#setCount(node, count);
    return node;
  }

  /** Frees a node and all in it. */
  protected removeNode(node: number): void {
    this.guard?.beforeChange(node);
    this.arena.free(this.#word(node, BLOCK));
    this.unlinkNode(node);
  }

  /** Frees a node, but not its block. */
  protected unlinkNode(node: number): void {
    this.guard?.beforeChange(node);
    const { i32 } = this.arena;
    const next = this.nextNode(node), previous = this.previousNode(node);
    if (previous !== 0) i32[previous * 2 + NEXT] = next;
    else this.head = next;
    if (next !== 0) i32[next * 2 + PREVIOUS] = previous;
    else this.tail = previous;
    this.nodes--;
    this.forgetFound();
    this.count -= this.nodeCount(node);
    this.arena.free(node);
  }

  /** Opens a node's listpack in the editor, for good if it was compressed. */
  protected openNode(node: number): NodeListpack {
    this.guard?.beforeChange(node);
    if (this.isCompressed(node)) this.#decompress(node);
    const word = node * 2, { i32 } = this.arena;
    this.editor.open(i32[word + BLOCK], i32[word + START]);
    return this.editor;
  }

  /** Writes down what the editor did to a node that now has `added` more elements. */
  protected closeNode(node: number, added: number): void {
    const { editor } = this, { i32 } = this.arena, word = node * 2;
    i32[word + BLOCK] = editor.ref;
    i32[word + START] = editor.start;
    i32[word + BYTES] = editor.bytes;
    i32[word + FLAGS] = 0;
    i32[word + COUNT] += added;
    this.count += added;
    if (added !== 0) this.forgetFound();
  }

  /** The block of a node's listpack, moved to its beginning, for {@link unlinkNode} to leave. */
  protected blockOfNode(node: number): number {
    const editor = this.openNode(node);
    editor.fit();
    editor.toBeginning();
    this.closeNode(node, 0);
    return editor.ref;
  }

  /** Appends independent copies of another list's nodes. */
  protected copyNodes(source: PackedNodes): void {
    for (let from = source.head; from !== 0; from = source.nextNode(from)) {
      const flags = source.#word(from, FLAGS), bytes = source.nodeBytes(from);
      const packed = source.#word(from, COMPRESSED_BYTES);
      const stored = flags & FLAG_COMPRESSED ? packed : bytes;
      const to = this.addNode(this.tail, false, stored, source.nodeCount(from));
      const at = source.nodeBase(from), { i32, u8 } = this.arena;
      u8.copyWithin(this.nodeBase(to), at, at + stored);
      i32[to * 2 + BYTES] = bytes;
      i32[to * 2 + FLAGS] = flags;
      i32[to * 2 + COMPRESSED_BYTES] = packed;
    }
  }

  /**
   * Keeps `compressDepth` nodes at each end unpacked and compresses the nodes next to them, and
   * `node` (0 for none) where it is further inside. Where memory is short the nodes stay as they are.
   */
  protected compressAround(node: number): void {
    if (this.compressDepth === 0) return;
    try {
      this.#compressAround(node);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
    }
  }

  #compressAround(node: number): void {
    let forward = this.head, backward = this.tail;
    let atEnd = node === 0;
    for (let depth = 0; depth < this.compressDepth && forward !== 0; depth++) {
      this.#decompress(forward);
      this.#decompress(backward);
      if (forward === node || backward === node) atEnd = true;
      if (forward === backward || this.nextNode(forward) === backward) return;
      forward = this.nextNode(forward);
      backward = this.previousNode(backward);
    }
    if (forward === 0) return;
    if (!atEnd) this.#compress(node);
    this.#compress(forward);
    this.#compress(backward);
  }

  #compress(node: number): void {
    const bytes = this.nodeBytes(node), flags = this.#word(node, FLAGS);
    if (bytes < COMPRESS_FROM_BYTES || flags & (FLAG_COMPRESSED | FLAG_INCOMPRESSIBLE)) return;
    this.guard?.beforeChange(node);
    const limit = bytes - COMPRESS_GAIN_BYTES - 1;
    const packed = scratchOf(limit), base = this.nodeBase(node);
    const length = lzfCompress(this.arena.u8, base, base + bytes, packed, limit);
    if (length === 0) {
      this.arena.i32[node * 2 + FLAGS] = flags | FLAG_INCOMPRESSIBLE;
      return;
    }
    const block = this.arena.allocate(length);
    this.arena.u8.set(packed.subarray(0, length), block * 8);
    this.arena.free(this.#word(node, BLOCK));
    this.#describe(node, block, flags | FLAG_COMPRESSED, bytes);
    this.arena.i32[node * 2 + COMPRESSED_BYTES] = length;
  }

  #decompress(node: number): void {
    if (!this.isCompressed(node)) return;
    this.guard?.beforeChange(node);
    const bytes = this.nodeBytes(node);
    const block = this.arena.allocate(bytes);
    this.#unpack(node, this.arena.u8, block * 8);
    this.arena.free(this.#word(node, BLOCK));
    this.#describe(node, block, this.#word(node, FLAGS) & FLAG_PLAIN, bytes);
  }

  #unpack(node: number, target: Uint8Array, at: number): void {
    const base = this.nodeBase(node), end = base + this.#word(node, COMPRESSED_BYTES);
    const whole = lzfDecompress(this.arena.u8, base, end, target, at, this.nodeBytes(node));
    invariant(whole, "a node that was compressed here can be unpacked");
  }

  #link(node: number, before: number): void {
    this.guard?.beforeChange(node);
    const { i32 } = this.arena;
    const after = before === 0 ? this.head : i32[before * 2 + NEXT];
    i32[node * 2 + PREVIOUS] = before;
    i32[node * 2 + NEXT] = after;
    if (before === 0) this.head = node;
    else i32[before * 2 + NEXT] = node;
    if (after === 0) this.tail = node;
    else {
      i32[after * 2 + PREVIOUS] = node;
      this.forgetFound();
    }
    this.nodes++;
  }

  #describe(node: number, block: number, flags: number, bytes: number): void {
    const { i32 } = this.arena, word = node * 2;
    i32[word + BLOCK] = block;
    i32[word + START] = 0;
    i32[word + BYTES] = bytes;
    i32[word + FLAGS] = flags;
    i32[word + COMPRESSED_BYTES] = 0;
  }

  #setCount(node: number, count: number): void {
    this.arena.i32[node * 2 + COUNT] = count;
    this.count += count;
  }

  #word(node: number, word: number): number {
    return this.arena.i32[node * 2 + word];
  }
}
