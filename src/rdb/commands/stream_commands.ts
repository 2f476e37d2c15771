// A stream as commands, in pieces: entries, what it says of itself, groups and what is pending.
import { asciiBytes } from "../../base/bytes.ts";
import type { Integer64 } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { type BlockId, StreamWalk } from "../pieces/stream_walk.ts";
import { BlockEntries } from "./block_entries.ts";
import type { CommandOutput } from "./command_output.ts";
import { GroupCommands } from "./group_commands.ts";

const XADD = asciiBytes("XADD");

/** Commands and their order are those of Redis 7.2, but for groups and consumers, which have none. */
export class StreamCommands extends StreamWalk<CommandOutput> {
  readonly #key: Slice;
  readonly #isEmpty: boolean;
  readonly #lastId: StreamId;
  readonly #maxDeletedId: StreamId;
  readonly #entriesAdded: Integer64;
  readonly #entries = new BlockEntries();
  readonly #blockId = new StreamId();

  constructor(stream: StreamValue, key: Slice) {
    super(stream);
    this.#key = key;
    this.#isEmpty = stream.length === 0;
    this.#lastId = stream.lastId.copy();
    this.#maxDeletedId = stream.maxDeletedId.copy();
    this.#entriesAdded = stream.entriesAdded;
  }

  head(): void {}

  protected override block(
    output: CommandOutput,
    { milliseconds, sequence }: BlockId,
    bytes: Slice,
  ): void {
    const entries = this.#entries;
    this.#blockId.set(milliseconds, sequence);
    entries.begin(this.#blockId, bytes);
    while (entries.next()) {
      const { fieldCount } = entries;
      output.command(3 + 2 * fieldCount);
      output.whole(XADD);
      output.word(this.#key);
      output.whole(entries.id.text());
      for (let i = 0; i < fieldCount; i++) {
        entries.nextField();
        output.word(entries.field);
        output.word(entries.value);
      }
    }
  }

  protected override afterBlocks(output: CommandOutput): void {
    const key = this.#key;
    if (this.#isEmpty) writeEmpty(output, key);
    output.command(7);
    output.ascii("XSETID");
    output.word(key);
    output.whole(this.#lastId.text());
    output.ascii("ENTRIESADDED");
    output.integer(this.#entriesAdded);
    output.ascii("MAXDELETEDID");
    output.whole(this.#maxDeletedId.text());
  }

  protected override open(group: StreamGroup): GroupCommands {
    const { mark, guarded, kept } = this;
    return new GroupCommands(group, { mark, guarded, kept }, this.#key);
  }
}

/** A stream without entries: one is added and at once too many. */
function writeEmpty(output: CommandOutput, key: Slice): void {
  output.command(7);
  output.whole(XADD);
  output.word(key);
  for (const word of ["MAXLEN", "0", "0-1", "x", "y"]) output.ascii(word);
}
