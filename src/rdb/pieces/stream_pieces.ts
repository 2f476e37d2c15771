// A stream in pieces.
import type { Slice } from "../../base/slice.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { type StreamFacts, writeBlock, writeFacts, writePending } from "../stream_writer.ts";
import { GroupPieces } from "./group_pieces.ts";
import { type BlockId, StreamWalk } from "./stream_walk.ts";

/** The number of blocks, the blocks, what the stream says of itself, its groups in any order. */
export class StreamPieces extends StreamWalk<RdbOutput> {
  readonly #form: number;
  readonly #facts: StreamFacts;

  constructor(stream: StreamValue, form: number) {
    super(stream);
    this.#form = form;
    const { length, entriesAdded } = stream;
    const [firstId, lastId, maxDeletedId] = [stream.firstId, stream.lastId, stream.maxDeletedId]
      .map((id) => id.copy());
    this.#facts = { length, entriesAdded, firstId, lastId, maxDeletedId };
  }

  head(output: RdbOutput): void {
    output.length(this.object.blocks.size);
  }

  protected override block(
    output: RdbOutput,
    { milliseconds, sequence }: BlockId,
    bytes: Slice,
  ): void {
    writeBlock(output, milliseconds, sequence, bytes);
  }

  protected override afterBlocks(output: RdbOutput): void {
    writeFacts(output, this.#facts, this.#form);
    output.length(this.groups.length);
  }

  protected override open(group: StreamGroup): GroupPieces {
    const { mark, guarded, kept } = this;
    return new GroupPieces(group, { mark, guarded, kept, writePending }, this.#form);
  }
}
