// What all lists of a server share, and what the store does with lists as wholes.
import { Listpack } from "../memory/listpack.ts";
import { NodeListpack } from "../memory/node_listpack.ts";
import { PackedList } from "../memory/packed_list.ts";
import type { Digest } from "./digest.ts";
import { ENCODING_QUICKLIST } from "./encodings.ts";
import { HandleTable } from "./handle_table.ts";
import { ListValue } from "./list_value.ts";
import type { ValueServices } from "./table_values.ts";
import type { SlicedFree, ValueType } from "./value_type.ts";

/** The lists. A value word is the block of a listpack, or the handle of a chain of them. */
export class ListValues implements ValueType {
  readonly services: ValueServices;
  readonly chains = new HandleTable<PackedList>();
  /** The window of whoever works with one list, and one for whoever moves between two. */
  readonly window: ListValue;
  readonly otherWindow: ListValue;
  readonly #listpack: Listpack;
  readonly #editor: NodeListpack;

  constructor(services: ValueServices) {
    this.services = services;
    this.window = new ListValue(this);
    this.otherWindow = new ListValue(this);
    this.#listpack = new Listpack(services.arena);
    this.#editor = new NodeListpack(services.arena);
  }

  newChain(): PackedList {
    const { listMaxListpackSize, listCompressDepth, listPlainFromBytes } = this.services.limits;
    const plainFromBytes = listPlainFromBytes === 0 ? undefined : listPlainFromBytes;
    return new PackedList(this.#editor, listMaxListpackSize, listCompressDepth, plainFromBytes);
  }

  free(encoding: number, value: number): void {
    if (encoding === ENCODING_QUICKLIST) this.chains.release(value).free();
    else this.services.arena.free(value);
  }

  freeInSlices(encoding: number, value: number): SlicedFree | undefined {
    if (encoding !== ENCODING_QUICKLIST) return undefined;
    const chain = this.chains.release(value);
    return { run: (nodes) => !chain.freeSome(Math.max(1, nodes)) };
  }

  copy(encoding: number, value: number): number {
    if (encoding !== ENCODING_QUICKLIST) return this.#listpack.open(value).copy();
    return this.chains.add(this.chains.get(value).copy());
  }

  /** Nodes: freeing never looks at what is in them. */
  elements(encoding: number, value: number): number {
    if (encoding !== ENCODING_QUICKLIST) return 1;
    return this.chains.get(value).nodes;
  }

  bytes(encoding: number, value: number, samples: number): number {
    if (encoding === ENCODING_QUICKLIST) return this.chains.get(value).bytesOf(samples);
    return this.services.arena.usableBytes(value);
  }

  digest(encoding: number, value: number, digest: Digest): void {
    const list = new ListValue(this).open(encoding, value);
    list.begin(0, true);
    while (list.next()) digest.mixSlice(list.element);
    list.end();
  }
}
