// A consumer group as commands, in pieces: the group, consumers that own nothing, what is pending.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { ID_WORDS } from "../../memory/id_index.ts";
import {
  deliveredAtMsAt,
  deliveriesAt,
  ownerNumberAt,
  PENDING_RECORD_WORDS,
  type StreamGroup,
} from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import { type GroupForm, GroupWalk } from "../pieces/group_walk.ts";
import type { CommandOutput } from "./command_output.ts";

const XGROUP = asciiBytes("XGROUP");
const CREATE = asciiBytes("CREATE");
const CREATECONSUMER = asciiBytes("CREATECONSUMER");
const ENTRIESREAD = asciiBytes("ENTRIESREAD");
const XCLAIM = asciiBytes("XCLAIM");
const TIME = asciiBytes("TIME");
const RETRYCOUNT = asciiBytes("RETRYCOUNT");
const JUSTID = asciiBytes("JUSTID");
const FORCE = asciiBytes("FORCE");
const ZERO = asciiBytes("0");

/** One group. XCLAIM makes the consumers that own something. */
export class GroupCommands extends GroupWalk<CommandOutput> {
  readonly #key: Slice;
  #begun = false;
  #at = 0;
  /** Names of the consumers by their numbers, which may be given out again. */
  readonly #names: Uint8Array[] = [];
  readonly #id = new StreamId();

  constructor(
    group: StreamGroup,
    form: Omit<GroupForm<CommandOutput>, "writePending">,
    key: Slice,
  ) {
    super(group, {
      ...form,
      writePending: (output, words) => this.#writePending(output, words),
    });
    this.#key = key;
    for (const { number, name } of this.consumers) this.#names[number] = name;
  }

  /** Written with what is pending in the group. */
  protected override owned(): null {
    return null;
  }

  override step(output: CommandOutput, elements: number): boolean {
    if (!this.#begun) this.#begin(output);
    let left = elements;
    for (; left > 0 && this.#at < this.consumers.length; left--) {
      const { name, size } = this.take(this.consumers[this.#at++]);
      if (size === 0) this.#writeConsumer(output, name);
    }
    return left > 0 && this.pending.step(output, left);
  }

  #begin(output: CommandOutput): void {
    this.#begun = true;
    output.command(7);
    output.whole(XGROUP);
    output.whole(CREATE);
    output.word(this.#key);
    output.whole(this.group.name);
    output.whole(this.lastId.text());
    output.whole(ENTRIESREAD);
    output.integer(this.entriesRead);
  }

  #writeConsumer(output: CommandOutput, name: Uint8Array): void {
    output.command(5);
    output.whole(XGROUP);
    output.whole(CREATECONSUMER);
    output.word(this.#key);
    output.whole(this.group.name);
    output.whole(name);
  }

  #writePending(output: CommandOutput, words: Int32Array): void {
    const id = this.#id;
    for (let at = 0; at < words.length; at += PENDING_RECORD_WORDS) {
      const own = at + ID_WORDS;
      [id.word0, id.word1, id.word2, id.word3] = [
        words[at],
        words[at + 1],
        words[at + 2],
        words[at + 3],
      ];
      output.command(12);
      output.whole(XCLAIM);
      output.word(this.#key);
      output.whole(this.group.name);
      output.whole(this.#names[ownerNumberAt(words, own)]);
      output.whole(ZERO);
      output.whole(id.text());
      output.whole(TIME);
      output.integer(deliveredAtMsAt(words, own));
      output.whole(RETRYCOUNT);
      output.integer(deliveriesAt(words, own));
      output.whole(JUSTID);
      output.whole(FORCE);
    }
  }
}
