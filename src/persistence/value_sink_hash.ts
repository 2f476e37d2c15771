// Hashes of a dump: a block that is copied as it stands, or fields one by one.
import type { Slice } from "../base/slice.ts";
import { Listpack } from "../memory/listpack.ts";
import { RdbRejection } from "../rdb/rdb_error.ts";
import { ENCODING_HASHTABLE, ENCODING_LISTPACK_EX } from "../values/encodings.ts";
import { HashValue } from "../values/hash_value.ts";
import type { FieldTable } from "../values/hash_value_table.ts";
import type { HashValues } from "../values/hash_values.ts";
import { EntryBatch } from "./entry_batch.ts";
import type { ValueBuilder } from "./value_builder.ts";

/** Room that the header and integer of an element, or an instant, may need in a listpack. */
const ELEMENT_OVERHEAD_BYTES = 16;

/** Builds one hash after another. */
export class HashBuilder implements ValueBuilder {
  readonly #hashes: HashValues;
  readonly #listpack: Listpack;
  readonly #hash: HashValue;
  /** A block whose fields move to a table. */
  readonly #source: HashValue;
  readonly #batch = new EntryBatch();
  #size = 0;
  #isOpen = false;
  #sourceIsOpen = false;
  /** The table of a hash that is one. */
  #fields: FieldTable | undefined;

  constructor(hashes: HashValues) {
    this.#hashes = hashes;
    this.#listpack = new Listpack(hashes.services.arena);
    this.#hash = new HashValue(hashes);
    this.#source = new HashValue(hashes);
  }

  get encoding(): number {
    return this.#hash.encoding;
  }

  get value(): number {
    return this.#hash.value;
  }

  begin(size: number): void {
    this.#size = size;
  }

  /** `expireAtMs`: Unix milliseconds, -1 for never. */
  field(field: Slice, value: Slice, expireAtMs: number): void {
    const fields = this.#fields;
    if (fields === undefined || expireAtMs >= 0) return this.#rareField(field, value, expireAtMs);
    const hash = fields.table.hash(field.bytes, field.start, field.end);
    if (this.#batch.add(fields.newEntry(field, value), hash)) this.#link(fields);
  }

  #rareField(field: Slice, value: Slice, expireAtMs: number): void {
    if (!this.#isOpen) this.#create(this.#size);
    if (this.#fields === undefined) {
      if (this.#stayedSmall(field, value, expireAtMs)) return;
      this.#fields = this.#hash.table;
      this.#fields.table.reserve(this.#size);
    }
    if (expireAtMs < 0) this.field(field, value, expireAtMs);
    else this.#insertExpiring(this.#fields, field, value, expireAtMs);
  }

  #create(size: number): void {
    const hash = this.#hash.create();
    this.#isOpen = true;
    hash.expect(size);
    if (hash.encoding === ENCODING_HASHTABLE) this.#fields = hash.table;
  }

  /** Adds a field to a listpack; false when that got too small and became a table without it. */
  #stayedSmall(field: Slice, value: Slice, expireAtMs: number): boolean {
    const hash = this.#hash;
    const fieldLength = field.end - field.start, valueLength = value.end - value.start;
    hash.expect(hash.size + 1);
    hash.expectLength(
      Math.max(fieldLength, valueLength),
      fieldLength + valueLength + 3 * ELEMENT_OVERHEAD_BYTES,
    );
    if (hash.encoding === ENCODING_HASHTABLE) return false;
    if (!hash.set(field, value)) throw repeated();
    if (expireAtMs < 0) return true;
    hash.find(field);
    hash.setExpireAt(instantOf(expireAtMs));
    return true;
  }

  #insertExpiring(fields: FieldTable, field: Slice, value: Slice, expireAtMs: number): void {
    const { bytes, start, end } = field, { table } = fields;
    const hash = table.hash(bytes, start, end);
    if (table.find(bytes, start, end, hash) !== 0) throw repeated();
    fields.setExpireAt(fields.insert(field, value, hash), instantOf(expireAtMs));
  }

  #link({ table }: FieldTable): void {
    if (!this.#batch.link(table)) throw repeated();
    this.#batch.reset();
  }

  /** A whole hash of so many fields, as a block of this encoding. */
  adopt({ bytes, start, end }: Slice, encoding: number, fields: number): void {
    const ref = this.#listpack.createFrom(bytes, start, end);
    const tooMany = fields > this.#hashes.services.limits.hashMaxListpackEntries;
    const source = this.#source.open(encoding, ref);
    this.#sourceIsOpen = true;
    if (tooMany || (encoding === ENCODING_LISTPACK_EX && !expireInOrder(source))) {
      this.#moveToTable(source, fields);
    } else {
      this.#hash.open(encoding, ref);
      this.#isOpen = true;
    }
    this.#sourceIsOpen = false;
  }

  #moveToTable(source: HashValue, size: number): void {
    this.#hash.create();
    this.#isOpen = true;
    this.#hash.expectLength(Infinity, 0);
    const fields = this.#fields = this.#hash.table;
    fields.table.reserve(size);
    source.begin();
    while (source.next()) {
      this.field(source.field, source.content, source.expireAtMs);
    }
    source.end();
    source.free();
  }

  finish(): void {
    if (this.#fields !== undefined) this.#link(this.#fields);
    this.#forget();
  }

  #forget(): void {
    this.#isOpen = false;
    this.#fields = undefined;
  }

  abandon(): void {
    const fields = this.#fields;
    this.#batch.clear((ref) => {
      fields!.freeBlock(ref);
      this.#hashes.services.arena.free(ref);
    });
    if (this.#isOpen) this.#hash.free();
    if (this.#sourceIsOpen) this.#source.free();
    this.#sourceIsOpen = false;
    this.#forget();
  }
}

/** Whether the fields that expire come first, the soonest before the others, as others rely on. */
function expireInOrder(hash: HashValue): boolean {
  let latestMs = 0;
  hash.begin();
  while (hash.next()) {
    const atMs = hash.expireAtMs < 0 ? Infinity : hash.expireAtMs;
    if (atMs < latestMs) return false;
    latestMs = atMs;
  }
  return true;
}

/** An instant that no listpack takes for none. */
function instantOf(expireAtMs: number): number {
  return Math.max(1, expireAtMs);
}

function repeated(): RdbRejection {
  return new RdbRejection("hash with a field that is in it twice");
}
