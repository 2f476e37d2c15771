// A consumer group in pieces: what it says of itself, what is pending, its consumers one by one.
import type { StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { writeConsumerHead, writeGroupHead, writeOwned } from "../stream_writer.ts";
import { type GroupForm, GroupWalk } from "./group_walk.ts";
import { IndexPieces } from "./index_pieces.ts";

/** As so many elements a consumer counts besides what it owns. */
const CONSUMER_ELEMENTS = 2;

/** One group; `type` is the form of its stream. */
export class GroupPieces extends GroupWalk<RdbOutput> {
  readonly #type: number;
  #begun = false;
  /** Whether all that is pending in the group is written. */
  #pendingDone = false;
  #at = 0;
  /** What the consumer before that owns, until it is written. */
  #owned: IndexPieces<RdbOutput> | null = null;

  constructor(group: StreamGroup, form: GroupForm<RdbOutput>, type: number) {
    super(group, form);
    this.#type = type;
  }

  protected override owned(consumer: StreamConsumer): IndexPieces<RdbOutput> {
    return new IndexPieces(consumer.pending, writeOwned, this.form.kept);
  }

  override detach(): void {
    super.detach();
    this.#owned?.detach();
  }

  override step(output: RdbOutput, elements: number): boolean {
    if (!this.#begun) this.#begin(output);
    if (!this.#pendingDone) {
      if (!this.pending.step(output, elements)) return false;
      this.#pendingDone = true;
      output.length(this.consumers.length);
    }
    for (let left = elements; left > 0; left -= CONSUMER_ELEMENTS) {
      if (this.#owned !== null) {
        if (!this.#owned.step(output, left)) return false;
        this.#owned.detach();
        this.#owned = null;
      }
      if (this.#at === this.consumers.length) return true;
      const consumer = this.take(this.consumers[this.#at++]);
      writeConsumerHead(output, consumer, this.#type);
      output.length(consumer.size);
      this.#owned = consumer.owned;
    }
    return false;
  }

  #begin(output: RdbOutput): void {
    this.#begun = true;
    const { group: { name }, lastId, entriesRead } = this;
    writeGroupHead(output, { name, lastId, entriesRead }, this.#type);
    output.length(this.size);
  }
}
