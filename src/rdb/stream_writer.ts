// Writes streams: blocks as they are, what the stream says of itself, its groups.
import type { Integer64 } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import type { IdIndex } from "../memory/id_index.ts";
import { inNameOrder, type StreamGroup } from "../values/stream_group.ts";
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

/** Writes what comes behind the blocks: what the stream says of itself, and its groups. */
export function writeStreamTail(output: RdbOutput, stream: StreamValue, form: number): void {
  output.length(stream.length);
  writeId(output, stream.lastId);
  if (form !== VALUE_TYPE.streamListpacks) {
    writeId(output, stream.firstId);
    writeId(output, stream.maxDeletedId);
    output.length(stream.entriesAdded);
  }
  const groups = inNameOrder(stream.groups);
  output.length(groups.length);
  for (const group of groups) writeGroup(output, group, form);
}

function writeId(output: RdbOutput, id: StreamId): void {
  output.length(id.milliseconds);
  output.length(id.sequence);
}

function writeGroup(output: RdbOutput, group: StreamGroup, form: number): void {
  output.string(new Slice(group.name));
  writeId(output, group.lastId);
  if (form !== VALUE_TYPE.streamListpacks) output.length(group.entriesRead);
  const { pending } = group;
  output.length(pending.size);
  for (let at = pending.first(); at >= 0; at = pending.next(at)) {
    output.rawId(pending.milliseconds(at), pending.sequence(at));
    output.instant(group.deliveredAtMs(at));
    output.length(group.deliveries(at));
  }
  const consumers = inNameOrder(group.consumers);
  output.length(consumers.length);
  for (const { name, seenAtMs, activeAtMs, pending } of consumers) {
    output.string(new Slice(name));
    output.instant(seenAtMs);
    if (form === VALUE_TYPE.streamListpacks3) output.instant(activeAtMs);
    writeOwned(output, pending);
  }
}

function writeOwned(output: RdbOutput, pending: IdIndex): void {
  output.length(pending.size);
  for (let at = pending.first(); at >= 0; at = pending.next(at)) {
    output.rawId(pending.milliseconds(at), pending.sequence(at));
  }
}
