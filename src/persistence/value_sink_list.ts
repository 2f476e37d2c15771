// Lists of a dump: nodes that are copied as they stand, or elements one by one.
import type { Slice } from "../base/slice.ts";
import { nodeBytesLimit } from "../memory/list_fill.ts";
import { Listpack } from "../memory/listpack.ts";
import type { PackedList } from "../memory/packed_list.ts";
import { ENCODING_LISTPACK, ENCODING_QUICKLIST } from "../values/encodings.ts";
import type { ListValues } from "../values/list_values.ts";
import { ListValue } from "../values/list_value.ts";
import type { ValueBuilder } from "./value_builder.ts";

/** A list whose only node is a listpack needs no chain, and most lists of a dump are such. */
export class ListBuilder implements ValueBuilder {
  encoding = ENCODING_LISTPACK;
  value = 0;
  readonly #lists: ListValues;
  readonly #listpack: Listpack;
  readonly #window: ListValue;
  /** The only node so far. */
  #ref = 0;
  #elements = 0;
  #chain: PackedList | undefined;

  constructor(lists: ListValues) {
    this.#lists = lists;
    this.#listpack = new Listpack(lists.services.arena);
    this.#window = new ListValue(lists);
  }

  element({ bytes, start, end }: Slice): void {
    this.#openChain().pushTail(bytes, start, end);
  }

  /** A node of the list. */
  listpack({ bytes, start, end }: Slice, elements: number): void {
    if (this.#ref === 0 && this.#chain === undefined) {
      this.#ref = this.#listpack.createFrom(bytes, start, end);
      this.#elements = elements;
    } else this.#openChain().appendListpack(bytes, start, end, elements);
  }

  #openChain(): PackedList {
    if (this.#chain !== undefined) return this.#chain;
    const chain = this.#lists.newChain();
    if (this.#ref !== 0) chain.adoptListpack(this.#ref);
    this.#ref = 0;
    return this.#chain = chain;
  }

  finish(): void {
    const ref = this.#ref;
    if (ref !== 0 && this.#isSmall()) {
      this.#ref = 0;
      this.encoding = ENCODING_LISTPACK;
      this.value = ref;
      return;
    }
    const handle = this.#lists.chains.add(this.#openChain());
    this.#chain = undefined;
    this.#window.open(ENCODING_QUICKLIST, handle).becomeSmallIfAllowed();
    this.encoding = this.#window.encoding;
    this.value = this.#window.value;
  }

  /** Whether the only node may stay without a chain. */
  #isSmall(): boolean {
    const fill = this.#lists.services.limits.listMaxListpackSize;
    if (fill >= 0) return this.#elements <= Math.max(fill, 1);
    return this.#listpack.open(this.#ref).bytes <= nodeBytesLimit(fill);
  }

  abandon(): void {
    if (this.#ref !== 0) this.#lists.services.arena.free(this.#ref);
    this.#chain?.free();
    this.#ref = 0;
    this.#chain = undefined;
  }
}
