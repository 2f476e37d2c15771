// A consumer group of a stream in pieces, as it was before it changed.
import type { Integer64 } from "../../base/int64.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import type { StreamId } from "../../values/stream_id.ts";
import { IndexPieces, type KeptBytes, type RecordsWriter } from "./index_pieces.ts";

/** How the groups of one stream are written. */
export interface GroupForm<Output> {
  /** What consumers get that need not be looked at any more. */
  readonly mark: number;
  /** Whether groups may change before they are written. */
  readonly guarded: boolean;
  /** Counts copies that are kept. */
  readonly kept: KeptBytes;
  /** Writes what is pending in a group. */
  readonly writePending: RecordsWriter<Output>;
}

/** A consumer as it was; what it owns is null when it is nothing. */
export interface ConsumerState<Output> {
  readonly name: Uint8Array;
  readonly seenAtMs: number;
  readonly activeAtMs: number;
  readonly size: number;
  readonly owned: IndexPieces<Output> | null;
}

/** A group as it is when this is made; before one of its consumers changes {@link keep} is called. */
export abstract class GroupWalk<Output> {
  readonly group: StreamGroup;
  protected readonly lastId: StreamId;
  protected readonly entriesRead: Integer64;
  /** How many entries are pending. */
  protected readonly size: number;
  protected readonly pending: IndexPieces<Output>;
  /** Its consumers, in any order. */
  protected readonly consumers: readonly StreamConsumer[];
  protected readonly form: GroupForm<Output>;
  readonly #kept = new Map<StreamConsumer, ConsumerState<Output>>();

  constructor(group: StreamGroup, form: GroupForm<Output>) {
    this.group = group;
    this.lastId = group.lastId.copy();
    this.entriesRead = group.entriesRead;
    this.size = group.pending.size;
    this.pending = new IndexPieces(group.pending, form.writePending, form.kept);
    this.consumers = [...group.consumers.values()];
    this.form = form;
    if (form.guarded) this.pending.attach();
  }

  /** A consumer is about to change. */
  keep(consumer: StreamConsumer): void {
    if (consumer.mark === this.form.mark) return;
    this.#kept.set(consumer, this.#read(consumer));
  }

  /** A consumer as it was; it need not be looked at any more. */
  protected take(consumer: StreamConsumer): ConsumerState<Output> {
    const kept = this.#kept.get(consumer);
    if (kept === undefined) return this.#read(consumer);
    this.#kept.delete(consumer);
    return kept;
  }

  #read(consumer: StreamConsumer): ConsumerState<Output> {
    consumer.mark = this.form.mark;
    const { name, seenAtMs, activeAtMs, pending } = consumer;
    const owned = pending.size === 0 ? null : this.owned(consumer);
    if (this.form.guarded) owned?.attach();
    return { name, seenAtMs, activeAtMs, size: pending.size, owned };
  }

  /** What a consumer owns, where that is written. */
  protected abstract owned(consumer: StreamConsumer): IndexPieces<Output> | null;

  /** Lets go of the group. */
  detach(): void {
    this.pending.detach();
    for (const { owned } of this.#kept.values()) owned?.detach();
    this.#kept.clear();
  }

  /** Writes about so many elements more; true when the group is complete. */
  abstract step(output: Output, elements: number): boolean;
}
