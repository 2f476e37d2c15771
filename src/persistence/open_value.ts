// A large value that a snapshot has begun to write, or has yet to write as it was.
import { ByteQueue } from "../base/byte_queue.ts";
import type { PieceGuard, PieceOutput, ValuePieces } from "../rdb/pieces/value_pieces.ts";
import type { Database } from "../store/database.ts";
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STRING, TYPE_ZSET } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { HashValues } from "../values/hash_values.ts";
import type { ListValues } from "../values/list_values.ts";
import type { SetValues } from "../values/set_values.ts";
import type { StreamValues } from "../values/stream_values.ts";
import type { ZsetValues } from "../values/zset_values.ts";

/** What is told when part of an open value is about to change. */
export type PartChange = (value: OpenValue, part: number) => void;

/**
 * One large value, which its structure guards from now on. Its elements go to the dump once it is
 * its turn; those that change before that are kept, encoded, in its queue.
 */
export class OpenValue implements PieceGuard {
  readonly pieces: ValuePieces;
  /** What comes before the elements that are not written yet; empty once they go to the dump. */
  readonly queue = new ByteQueue();
  /** Whether what is written of it goes to the dump at once. */
  direct = false;
  /** No key has the value any more: it is for the snapshot to free. */
  orphaned = false;
  readonly type: number;
  readonly encoding: number;
  /** The value word of its key. */
  value: number;
  #complete = false;
  readonly #keyspace: Keyspace;
  readonly #onChange: PartChange;

  constructor(pieces: ValuePieces, database: Database, ref: number, onChange: PartChange) {
    this.pieces = pieces;
    this.type = database.typeOf(ref);
    this.encoding = database.encodingOf(ref);
    this.value = database.valueOf(ref);
    this.#keyspace = database.keyspace as Keyspace;
    this.#onChange = onChange;
    pieces.attach(this);
  }

  beforeChange(part: number): void {
    this.#onChange(this, part);
  }

  /** Whether it is this value: handles are given out again, so the object behind one decides. */
  is(type: number, encoding: number, value: number): boolean {
    if (type !== this.type || encoding !== this.encoding || value !== this.value) return false;
    if (type === TYPE_STRING) return true; // a block, which nobody frees while this is open
    return objectOf(this.#keyspace, type, value) === this.pieces.object;
  }

  /** The block of a string stands elsewhere now. */
  moveTo(value: number): void {
    this.value = value;
    this.pieces.moved?.(value);
  }

  /** Writes on; true when the value is complete. */
  step(output: PieceOutput, elements: number): boolean {
    if (this.direct) return this.#complete ||= this.pieces.step(output, elements);
    const bytes = this.queue.take();
    output.raw(bytes, 0, bytes.length);
    this.direct = this.queue.length === 0;
    return false;
  }

  /** Lets go of the value, and frees it where nobody else does. */
  end(): void {
    this.pieces.detach();
    if (!this.orphaned) return;
    this.#keyspace.graveyard.buryValue(this.type, this.encoding, this.value);
  }
}

function objectOf({ valueTypes }: Keyspace, type: number, value: number): object {
  const values = valueTypes[type];
  switch (type) {
    case TYPE_LIST:
      return (values as ListValues).chains.get(value);
    case TYPE_SET:
      return (values as SetValues).tables.get(value);
    case TYPE_ZSET:
      return (values as ZsetValues).tables.get(value);
    case TYPE_HASH:
      return (values as HashValues).tables.get(value);
    default:
      return (values as StreamValues).streams.get(value);
  }
}
