// The commands that make a stream again: entries, what it says of itself, groups and what is pending.
import type { Integer64 } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import { StreamCursor } from "../../values/stream_cursor.ts";
import { inNameOrder, type StreamConsumer, type StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import type { CommandOutput } from "./command_output.ts";

/** Writes them; commands and their order are those of Redis 7.2. */
export function writeStreamCommands(output: CommandOutput, key: Slice, stream: StreamValue): void {
  if (stream.length > 0) writeEntries(output, key, stream);
  else writeEmpty(output, key);
  output.command(7);
  output.ascii("XSETID");
  output.word(key);
  output.bytes(stream.lastId.text());
  output.ascii("ENTRIESADDED");
  output.integer(stream.entriesAdded);
  output.ascii("MAXDELETEDID");
  output.bytes(stream.maxDeletedId.text());
  for (const group of inNameOrder(stream.groups)) writeGroup(output, key, group);
}

function writeEntries(output: CommandOutput, key: Slice, stream: StreamValue): void {
  const cursor = new StreamCursor(stream.arena);
  cursor.beginAll(stream.blocks);
  while (cursor.next()) {
    const { fieldCount } = cursor;
    output.command(3 + 2 * fieldCount);
    output.ascii("XADD");
    output.word(key);
    output.bytes(cursor.id.text());
    for (let i = 0; i < fieldCount; i++) {
      cursor.nextField();
      output.word(cursor.field);
      output.word(cursor.value);
    }
  }
}

/** A stream without entries: one is added and at once too many. */
function writeEmpty(output: CommandOutput, key: Slice): void {
  output.command(7);
  output.ascii("XADD");
  output.word(key);
  for (const word of ["MAXLEN", "0", "0-1", "x", "y"]) output.ascii(word);
}

function writeGroup(output: CommandOutput, key: Slice, group: StreamGroup): void {
  output.command(7);
  output.ascii("XGROUP");
  output.ascii("CREATE");
  output.word(key);
  output.bytes(group.name);
  output.bytes(group.lastId.text());
  output.ascii("ENTRIESREAD");
  output.integer(group.entriesRead);
  for (const consumer of inNameOrder(group.consumers)) {
    if (consumer.pending.size === 0) writeConsumer(output, key, group, consumer);
    else writePending(output, key, group, consumer);
  }
}

function writeConsumer(
  output: CommandOutput,
  key: Slice,
  group: StreamGroup,
  consumer: StreamConsumer,
): void {
  output.command(5);
  output.ascii("XGROUP");
  output.ascii("CREATECONSUMER");
  output.word(key);
  output.bytes(group.name);
  output.bytes(consumer.name);
}

function writePending(
  output: CommandOutput,
  key: Slice,
  group: StreamGroup,
  { name, pending }: StreamConsumer,
): void {
  const id = new StreamId();
  for (let at = pending.first(); at >= 0; at = pending.next(at)) {
    id.set(pending.milliseconds(at), pending.sequence(at));
    const position = group.find(id);
    output.command(12);
    output.ascii("XCLAIM");
    output.word(key);
    output.bytes(group.name);
    output.bytes(name);
    output.ascii("0");
    output.bytes(id.text());
    writeOption(output, "TIME", group.deliveredAtMs(position));
    writeOption(output, "RETRYCOUNT", group.deliveries(position));
    output.ascii("JUSTID");
    output.ascii("FORCE");
  }
}

function writeOption(output: CommandOutput, name: string, value: Integer64): void {
  output.ascii(name);
  output.integer(value);
}
