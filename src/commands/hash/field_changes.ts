// What a command did to the expiry of fields: gathered, then announced and propagated once.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { removeEmptyHash } from "./open_hash.ts";

const HDEL_BYTES = asciiBytes("HDEL");
const HPEXPIREAT_BYTES = asciiBytes("HPEXPIREAT");
const FIELDS_BYTES = asciiBytes("FIELDS");

/** Fields of one hash that got an expiry, and fields that went because theirs was over. */
export class FieldChanges {
  readonly #call: Call;
  readonly #ref: number;
  #expiring: Uint8Array[] = [];
  #removed: Uint8Array[] = [];

  constructor(call: Call, ref: number) {
    this.#call = call;
    this.#ref = ref;
  }

  /** The field that was found expires at an instant, Unix ms. */
  expire(hash: HashValue, field: Slice, atMs: number): void {
    hash.setExpireAt(atMs);
    this.#expiring.push(field.copy());
  }

  /** The field that was found goes. */
  remove(hash: HashValue, field: Slice): void {
    hash.removeFound();
    this.#removed.push(field.copy());
  }

  /** Announces it all; the hash is stored. Relative times become the instant that they meant. */
  announce(atMs: number): void {
    const call = this.#call, { database } = call;
    const key = call.at(1);
    call.propagateNothing();
    const removed = this.#removed.length, changed = removed + this.#expiring.length;
    if (changed === 0) return;
    // One for each, as Redis.
    for (const field of this.#removed) call.propagateAs(HDEL_BYTES, key.copy(), field);
    if (changed > removed) this.#propagateInstant(key, atMs);
    database.changed(key, removed > 0 ? "hdel" : "hexpire", changed);
    const { valueTypes } = call.services.keyspace;
    const type = valueTypes[database.typeOf(this.#ref)];
    const left = type?.elements(database.encodingOf(this.#ref), database.valueOf(this.#ref));
    if (left === 0) removeEmptyHash(call, key, this.#ref);
    else database.noteFieldExpiry(key, this.#ref);
  }

  #propagateInstant(key: Slice, atMs: number): void {
    this.#call.propagateAll([
      HPEXPIREAT_BYTES,
      key.copy(),
      asciiBytes(String(atMs)),
      FIELDS_BYTES,
      asciiBytes(String(this.#expiring.length)),
      ...this.#expiring,
    ]);
  }
}
