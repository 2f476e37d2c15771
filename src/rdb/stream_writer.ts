// Writes streams: blocks as they are, what the stream says of itself, its groups.
import type { Integer64 } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import { ID_WORDS, type IdIndex } from "../memory/id_index.ts";
import {
  deliveredAtMsAt,
  deliveriesAt,
  inNameOrder,
  PENDING_RECORD_WORDS,
  type StreamGroup,
} from "../values/stream_group.ts";
import type { StreamId } from "../values/stream_id.ts";
import type { StreamValue } from "../values/stream_value.ts";
import { VALUE_TYPE } from "./opcodes.ts";
import type { RdbOutput } from "./rdb_output.ts";

const ID_BYTES = 16;

/** Writes a stream in one of its three forms; older ones leave out what they do not know. */
export function writeStream(output: RdbOutput, stream: StreamValue, form: number): void {
  const { blocks } = stream;
  const slice = new Slice();
  output.length(blocks.size);
  for (let at = blocks.first(); at >= 0; at = blocks.next(at)) {
    stream.readBlock(stream.blockAt(at), slice);
    writeBlock(output, blocks.milliseconds(at), blocks.sequence(at), slice);
  }
  writeFacts(output, stream, form);
  const groups = inNameOrder(stream.groups);
  output.length(groups.length);
  for (const group of groups) writeGroup(output, group, form);
}

/** Writes a block of entries under its ID. */
export function writeBlock(
  output: RdbOutput,
  milliseconds: Integer64,
  sequence: Integer64,
  block: Slice,
): void {
  output.length(ID_BYTES);
  output.rawId(milliseconds, sequence);
  output.string(block);
}

/** What a stream says of itself. */
export type StreamFacts = Pick<
  StreamValue,
  "length" | "firstId" | "lastId" | "maxDeletedId" | "entriesAdded"
>;

/** Writes what comes between blocks and groups: what the stream says of itself. */
export function writeFacts(output: RdbOutput, stream: StreamFacts, form: number): void {
  output.length(stream.length);
  writeId(output, stream.lastId);
  if (form !== VALUE_TYPE.streamListpacks) {
    writeId(output, stream.firstId);
    writeId(output, stream.maxDeletedId);
    output.length(stream.entriesAdded);
  }
}

function writeId(output: RdbOutput, id: StreamId): void {
  output.length(id.milliseconds);
  output.length(id.sequence);
}

function writeGroup(output: RdbOutput, group: StreamGroup, form: number): void {
  writeGroupHead(output, group, form);
  writeIndex(output, group.pending, writePending);
  const consumers = inNameOrder(group.consumers);
  output.length(consumers.length);
  for (const consumer of consumers) {
    writeConsumerHead(output, consumer, form);
    writeIndex(output, consumer.pending, writeOwned);
  }
}

function writeIndex(
  output: RdbOutput,
  index: IdIndex,
  write: (output: RdbOutput, words: Int32Array) => void,
): void {
  output.length(index.size);
  for (const chunk of index.chunks) write(output, index.recordsOf(chunk));
}

/** Writes what a group says of itself: what is pending, and how much that is, follows. */
export function writeGroupHead(
  output: RdbOutput,
  { name, lastId, entriesRead }: Pick<StreamGroup, "name" | "lastId" | "entriesRead">,
  form: number,
): void {
  output.string(new Slice(name));
  writeId(output, lastId);
  if (form !== VALUE_TYPE.streamListpacks) output.length(entriesRead);
}

/** Writes what a consumer says of itself: what it owns, and how much that is, follows. */
export function writeConsumerHead(
  output: RdbOutput,
  { name, seenAtMs, activeAtMs }: { name: Uint8Array; seenAtMs: number; activeAtMs: number },
  form: number,
): void {
  output.string(new Slice(name));
  output.instant(seenAtMs);
  if (form === VALUE_TYPE.streamListpacks3) output.instant(activeAtMs);
}

/** Writes records of what is pending in a group: `words`, each with its ID before its own ones. */
export function writePending(output: RdbOutput, words: Int32Array): void {
  for (let at = 0; at < words.length; at += PENDING_RECORD_WORDS) {
    output.rawIdWords(words, at);
    output.instant(deliveredAtMsAt(words, at + ID_WORDS));
    output.length(deliveriesAt(words, at + ID_WORDS));
  }
}

/** Writes records of what a consumer owns: IDs. */
export function writeOwned(output: RdbOutput, words: Int32Array): void {
  for (let at = 0; at < words.length; at += ID_WORDS) output.rawIdWords(words, at);
}
