// Walks over the entries of one block of a stream, as a dump holds it.
import { INTEGER64_TEXT_MAX } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import { elementTextInto } from "../../memory/listpack_element.ts";
import {
  elementBytes,
  elementInteger,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "../../memory/listpack_format.ts";
import { addDifference } from "../../values/stream_block.ts";
import { StreamId } from "../../values/stream_id.ts";
import { ENTRY_DELETED, ENTRY_SAME_FIELDS, smallInteger } from "../../values/stream_layout.ts";

/**
 * A walk over a block without fault. After `next` answered true, `id` and `fieldCount` are those of the
 * entry, and `nextField` is to be called `fieldCount` times.
 */
export class BlockEntries {
  readonly id = new StreamId();
  fieldCount = 0;
  readonly field = new Slice();
  readonly value = new Slice();
  #bytes: Uint8Array = new Uint8Array(0);
  #block = new StreamId();
  /** How many names of fields stand in front, and where. */
  #masterFields = 0;
  #masterFieldsAt = 0;
  #masterAt = 0;
  #sameFields = false;
  /** The element to read next: flags, or a field. */
  #at = 0;
  readonly #fieldDigits = new Uint8Array(INTEGER64_TEXT_MAX);
  readonly #valueDigits = new Uint8Array(INTEGER64_TEXT_MAX);

  /** `block`: the ID that the entries' IDs are relative to. */
  begin(block: StreamId, { bytes, start }: Slice): void {
    this.#block = block;
    this.#bytes = bytes;
    this.#at = start + LISTPACK_HEADER_BYTES;
    this.#skip(2); // how many entries there are, and how many are deleted
    this.#masterFields = smallInteger(bytes, this.#at);
    this.#skip(1);
    this.#masterFieldsAt = this.#at;
    this.#skip(this.#masterFields + 1); // a zero ends them
  }

  /** Goes to the next entry that is not deleted; false when there is none. */
  next(): boolean {
    const bytes = this.#bytes;
    while (bytes[this.#at] !== LISTPACK_END) {
      const flags = smallInteger(bytes, this.#at);
      this.#skip(1);
      const milliseconds = elementInteger(bytes, this.#at);
      this.#skip(1);
      addDifference(this.id, this.#block, milliseconds, elementInteger(bytes, this.#at));
      this.#skip(1);
      this.#sameFields = (flags & ENTRY_SAME_FIELDS) !== 0;
      this.#masterAt = this.#masterFieldsAt;
      if (this.#sameFields) this.fieldCount = this.#masterFields;
      else {
        this.fieldCount = smallInteger(bytes, this.#at);
        this.#skip(1);
      }
      if ((flags & ENTRY_DELETED) === 0) return true;
      this.#skip(this.#sameFields ? this.fieldCount + 1 : 2 * this.fieldCount + 1);
    }
    return false;
  }

  /** Goes to the entry's next field. */
  nextField(): void {
    const bytes = this.#bytes;
    if (this.#sameFields) {
      elementTextInto(bytes, this.#masterAt, this.field, this.#fieldDigits);
      this.#masterAt += elementBytes(bytes, this.#masterAt);
    } else {
      elementTextInto(bytes, this.#at, this.field, this.#fieldDigits);
      this.#skip(1);
    }
    elementTextInto(bytes, this.#at, this.value, this.#valueDigits);
    this.#skip(1);
    if (--this.fieldCount === 0) this.#skip(1); // how many elements the entry has
  }

  #skip(elements: number): void {
    const bytes = this.#bytes;
    for (; elements > 0; elements--) this.#at += elementBytes(bytes, this.#at);
  }
}
