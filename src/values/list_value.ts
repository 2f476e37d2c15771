// One list, opened to read and to change it: which encoding it has, and when it gets the other one.
import { Slice } from "../base/slice.ts";
import { exceedsFill, nodeBytesLimit } from "../memory/list_fill.ts";
import { Listpack } from "../memory/listpack.ts";
import { ElementNeedle } from "../memory/listpack_element.ts";
import { PackedList } from "../memory/packed_list.ts";
import { PackedListCursor } from "../memory/packed_list_cursor.ts";
import { type RunSink, tellTexts, type TextSink } from "../memory/tell_texts.ts";
import { ENCODING_LISTPACK, ENCODING_QUICKLIST } from "./encodings.ts";
import type { HandleTable } from "./handle_table.ts";
import type { ValueServices } from "./table_values.ts";

/** Bytes that a short text takes in a listpack beside its own. */
const SHORT_ELEMENT_OVERHEAD = 2;

/** Where lists are kept. */
export interface ListStore {
  readonly services: ValueServices;
  readonly chains: HandleTable<PackedList>;
  /** A new chain of listpacks without elements, by the limits of now. */
  newChain(): PackedList;
  free(encoding: number, value: number): void;
}

/**
 * A window on one list at a time: open a value, work, store {@link encoding} and {@link value} again
 * if something was changed, also when it failed for want of memory. Nothing is allocated per call.
 * Texts that are written must not lie in the arena, which may move while they are read.
 */
export class ListValue {
  encoding = ENCODING_LISTPACK;
  value = 0;
  /** What {@link readEnd} or {@link next} found: valid until the next call. */
  readonly element = new Slice();
  readonly #lists: ListStore;
  readonly #listpack: Listpack;
  readonly #cursor = new PackedListCursor();
  readonly #needle = new ElementNeedle();
  #chain: PackedList | undefined;
  /** Position in the listpack; negative: {@link next} only has to take away the sign. */
  #at = 0;
  #forward = true;

  constructor(lists: ListStore) {
    this.#lists = lists;
    this.#listpack = new Listpack(lists.services.arena);
  }

  /** Opens a value of the keyspace. */
  open(encoding: number, value: number): this {
    this.encoding = encoding;
    this.value = value;
    if (encoding === ENCODING_QUICKLIST) this.#chain = this.#lists.chains.get(value);
    else {
      this.#chain = undefined;
      this.#listpack.open(value);
    }
    return this;
  }

  /** Opens a new, empty list. */
  create(): this {
    return this.open(ENCODING_LISTPACK, this.#listpack.create());
  }

  /** Opens a new, empty list for many elements; {@link becomeSmallIfAllowed} ends it. */
  createLong(): this {
    return this.open(ENCODING_QUICKLIST, this.#lists.chains.add(this.#lists.newChain()));
  }

  /** Frees the open list, one that no key holds. */
  free(): void {
    this.#lists.free(this.encoding, this.value);
    this.#chain = undefined;
  }

  get length(): number {
    return this.#chain === undefined ? this.#listpack.count : this.#chain.count;
  }

  /** The chain of a long list. */
  get chain(): PackedList | undefined {
    return this.#chain;
  }

  /**
   * Makes ready for texts of `bytes` together, `elements` of them: a small list that cannot hold them
   * becomes a long one, or else takes the memory for them at once.
   */
  expect(bytes: number, elements: number): void {
    if (this.#chain !== undefined) return;
    const list = this.#listpack;
    const { listMaxListpackSize } = this.#lists.services.limits;
    if (!exceedsFill(listMaxListpackSize, list.bytes + bytes, list.count + elements)) {
      if (elements === 1) return;
      list.reserve(bytes + elements * SHORT_ELEMENT_OVERHEAD);
      this.value = list.ref;
      return;
    }
    const chain = this.#lists.newChain();
    if (list.count > 0) chain.adoptListpack(list.ref);
    else list.free();
    this.open(ENCODING_QUICKLIST, this.#lists.chains.add(chain));
  }

  /** Gives back what {@link expect} took in excess: numbers are shorter than their texts. */
  fit(): void {
    if (this.#chain !== undefined) return;
    this.#listpack.fit();
    this.value = this.#listpack.ref;
  }

  /** Makes a long list a small one after elements went, when it is well below the limit. */
  becomeSmallIfShrunk(): void {
    if (this.#chain !== undefined) this.#becomeSmall(this.#chain, 2);
  }

  /** Makes a long list a small one that may be one. */
  becomeSmallIfAllowed(): void {
    if (this.#chain !== undefined) this.#becomeSmall(this.#chain, 1);
  }

  /** As Redis does it: half the limit where lists shrink, lest they change with every element. */
  #becomeSmall(chain: PackedList, divisor: number): void {
    if (chain.nodes !== 1 || chain.isPlain(chain.head)) return;
    const fill = this.#lists.services.limits.listMaxListpackSize;
    const tooMuch = fill >= 0
      ? chain.count > Math.floor(Math.max(fill, 1) / divisor)
      : chain.nodeBytes(chain.head) > nodeBytesLimit(fill) / divisor;
    if (tooMuch) return;
    const ref = chain.takeListpack();
    this.#lists.chains.release(this.value);
    this.open(ENCODING_LISTPACK, ref);
  }

  /** Adds a text at an end; the list was told to {@link expect} it. */
  push({ bytes, start, end }: Slice, atHead: boolean): void {
    const chain = this.#chain;
    if (chain !== undefined) {
      if (atHead) chain.pushHead(bytes, start, end);
      else chain.pushTail(bytes, start, end);
      return;
    }
    const list = this.#listpack;
    if (atHead) list.prepend(bytes, start, end);
    else list.append(bytes, start, end);
    this.value = list.ref;
  }

  /** Adds a text at an end of a long list where that needs no memory; false where it would. */
  pushInPlace({ bytes, start, end }: Slice, atHead: boolean): boolean {
    const chain = this.#chain;
    if (chain === undefined) return false;
    return atHead
      ? chain.prependInPlace(bytes, start, end)
      : chain.appendInPlace(bytes, start, end);
  }

  /**
   * Tells the sink the first or last element of a long list and removes it, where the list stays what
   * and where it is; false, and nothing done, where not.
   */
  popInPlace(sink: TextSink, atHead: boolean): boolean {
    const chain = this.#chain;
    if (chain === undefined) return false;
    return atHead ? chain.popHeadInPlace(sink) : chain.popTailInPlace(sink);
  }

  /** Points {@link element} at the first or last one; the list is not empty. */
  readEnd(atHead: boolean): void {
    const chain = this.#chain;
    if (chain === undefined) {
      const list = this.#listpack;
      list.elementInto(atHead ? list.first() : list.last(), this.element);
    } else if (atHead) chain.headInto(this.element);
    else chain.tailInto(this.element);
  }

  /** Removes the first or last element; the list is not empty. */
  drop(atHead: boolean): void {
    const chain = this.#chain;
    if (chain !== undefined) {
      if (atHead) chain.dropHead();
      else chain.dropTail();
      return;
    }
    const list = this.#listpack;
    list.remove(atHead ? list.first() : list.last());
    this.value = list.ref;
  }

  /**
   * Begins to step from the element of an index, negative when counted from the tail, in either
   * direction. False when there is no such element. A change ends it, or else {@link end}.
   */
  begin(index: number, forward: boolean): boolean {
    const chain = this.#chain;
    if (chain !== undefined) return this.#cursor.begin(chain, index, forward);
    this.#forward = forward;
    const position = this.#listpack.seek(index);
    this.#at = -position;
    return position !== 0;
  }

  /** Steps to the next element; false after the last one. */
  step(): boolean {
    if (this.#chain !== undefined) return this.#cursor.next();
    const at = this.#at;
    if (at < 0) this.#at = -at;
    else if (at > 0) {
      const list = this.#listpack;
      this.#at = this.#forward ? list.next(at) : list.previous(at);
    }
    return this.#at !== 0;
  }

  /** As {@link step}, and points {@link element} at it. */
  next(): boolean {
    if (!this.step()) return false;
    if (this.#chain !== undefined) this.#cursor.elementInto(this.element);
    else this.#listpack.elementInto(this.#at, this.element);
    return true;
  }

  /** Hands the next `count` elements of a walk that goes forwards to the sink, and ends the walk. */
  tell(sink: RunSink, count: number): void {
    if (this.#chain !== undefined) return this.#cursor.tell(sink, count);
    const list = this.#listpack;
    tellTexts(list.arena.u8, list.base + Math.abs(this.#at), count, sink);
  }

  /** Borrows the text that {@link matches} compares with, until {@link end}. After `begin`. */
  lookFor({ bytes, start, end }: Slice): void {
    if (this.#chain !== undefined) this.#cursor.lookFor(bytes, start, end);
    else this.#needle.set(bytes, start, end);
  }

  /** Whether the element that was stepped to reads as the text of {@link lookFor}. */
  matches(): boolean {
    if (this.#chain !== undefined) return this.#cursor.matches();
    return this.#needle.equals(this.#listpack.arena.u8, this.#listpack.base + this.#at);
  }

  /** Ends what {@link begin} began. */
  end(): void {
    if (this.#chain !== undefined) this.#cursor.end();
    else this.#needle.clear();
  }

  /** Inserts a text beside the element that was stepped to. */
  insert(text: Slice, after: boolean): void {
    if (this.#chain !== undefined) return this.#chain.insert(this.#cursor, text, after);
    const list = this.#listpack;
    let at = this.#at;
    if (after) {
      at = list.next(at);
      if (at === 0) at = list.bytes - 1;
    }
    list.insert(at, text.bytes, text.start, text.end);
    this.value = list.ref;
  }

  /** Puts a text in the place of the element that was stepped to. */
  replace(text: Slice): void {
    if (this.#chain !== undefined) return this.#chain.replace(this.#cursor, text);
    this.#listpack.replace(this.#at, text.bytes, text.start, text.end);
    this.value = this.#listpack.ref;
  }

  /** Removes up to `count` elements from an index on, negative when counted from the tail. */
  deleteRange(index: number, count: number): void {
    if (this.#chain !== undefined) return this.#chain.deleteRange(index, count);
    this.#listpack.removeRange(index, count);
    this.value = this.#listpack.ref;
  }

  /**
   * Removes elements that read as a text: the first `count`, the last `-count`, or all for 0.
   * Answers how many.
   */
  removeMatching(text: Slice, count: number): number {
    if (this.#chain !== undefined) return this.#chain.removeMatching(text, count);
    const limit = count === 0 ? Infinity : Math.abs(count);
    const removed = this.#listpack.removeMatching(text, limit, count < 0);
    this.value = this.#listpack.ref;
    return removed;
  }
}
