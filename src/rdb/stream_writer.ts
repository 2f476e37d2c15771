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
  writeStreamTail(output, stream, form);
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

/** Writes records of an index: `words`, each record with its ID before its own ones. */
export type RecordsWriter = (output: RdbOutput, words: Int32Array) => void;

/** What becomes of an index that comes next: it is written at once, or later. */
export type IndexTaker = (output: RdbOutput, index: IdIndex, write: RecordsWriter) => void;

/** Writes an index at once. */
export const writeIndex: IndexTaker = (output, index, write) => {
  for (const chunk of index.chunks) write(output, index.recordsOf(chunk));
};

/**
 * Writes what comes behind the blocks: what the stream says of itself, and its groups. `take` gets what
 * is pending, in its place.
 */
export function writeStreamTail(
  output: RdbOutput,
  stream: StreamValue,
  form: number,
  take = writeIndex,
): void {
  output.length(stream.length);
  writeId(output, stream.lastId);
  if (form !== VALUE_TYPE.streamListpacks) {
    writeId(output, stream.firstId);
    writeId(output, stream.maxDeletedId);
    output.length(stream.entriesAdded);
  }
  const groups = inNameOrder(stream.groups);
  output.length(groups.length);
  for (const group of groups) writeGroup(output, group, form, take);
}

function writeId(output: RdbOutput, id: StreamId): void {
  output.length(id.milliseconds);
  output.length(id.sequence);
}

function writeGroup(
  output: RdbOutput,
  group: StreamGroup,
  form: number,
  take: IndexTaker,
): void {
  output.string(new Slice(group.name));
  writeId(output, group.lastId);
  if (form !== VALUE_TYPE.streamListpacks) output.length(group.entriesRead);
  output.length(group.pending.size);
  take(output, group.pending, writePending);
  const consumers = inNameOrder(group.consumers);
  output.length(consumers.length);
  for (const { name, seenAtMs, activeAtMs, pending } of consumers) {
    output.string(new Slice(name));
    output.instant(seenAtMs);
    if (form === VALUE_TYPE.streamListpacks3) output.instant(activeAtMs);
    output.length(pending.size);
    take(output, pending, writeOwned);
  }
}

function writePending(output: RdbOutput, words: Int32Array): void {
  for (let at = 0; at < words.length; at += PENDING_RECORD_WORDS) {
    output.rawIdWords(words, at);
    output.instant(deliveredAtMsAt(words, at + ID_WORDS));
    output.length(deliveriesAt(words, at + ID_WORDS));
  }
}

function writeOwned(output: RdbOutput, words: Int32Array): void {
  for (let at = 0; at < words.length; at += ID_WORDS) output.rawIdWords(words, at);
}
