// Reads streams, versions 1 to 3, with their groups and pending entries.
import type { Integer64 } from "../../base/int64.ts";
import { streamListpackFault } from "../encodings/stream_listpack.ts";
import { VALUE_TYPE } from "../opcodes.ts";
import type { RdbInput } from "../rdb_input.ts";
import type { ValueContext } from "../value_context.ts";
import type { StreamFacts, StreamIdParts } from "../value_sink.ts";

const ID_BYTES = 16;

/**
 * Blocks of entries, then what the stream says of itself, then its consumer groups. The second
 * form (type 19, Redis 7.0) added the first ID, the highest deleted ID and counters of entries; the
 * third (type 21, Redis 7.2) added when a consumer was last active.
 */
export function readStream(context: ValueContext, type: number): boolean {
  const { input, sink } = context;
  sink.beginStream(context.key, context.meta);
  for (let blocks = input.readLength(); blocks > 0; blocks--) readBlock(context);
  const facts = readFacts(input, type);
  sink.streamFacts(facts);
  for (let groups = input.readLength(); groups > 0; groups--) readGroup(context, type);
  sink.end();
  return true;
}

function readBlock({ input, sink, first, second }: ValueContext): void {
  const { source } = input, { moves } = source, id = second, block = first;
  input.hold();
  input.readString(id);
  input.readBlock(block);
  if (source.moves !== moves) id.follow(source);
  if (id.slice.length !== ID_BYTES) {
    throw input.error(`stream block with an ID of ${id.slice.length} bytes`);
  }
  const { bytes, start, end } = block.slice;
  const fault = streamListpackFault(bytes, start, end);
  if (fault !== undefined) throw input.error(fault);
  sink.streamBlock(id.slice, block.slice);
}

function readFacts(input: RdbInput, type: number): StreamFacts {
  const length = readNumber(input);
  const lastId = readId(input);
  if (type === VALUE_TYPE.streamListpacks) {
    const maxDeletedId = { milliseconds: 0, sequence: 0 };
    return { length, lastId, firstId: undefined, maxDeletedId, entriesAdded: length };
  }
  const firstId = readId(input);
  const maxDeletedId = readId(input);
  return { length, lastId, firstId, maxDeletedId, entriesAdded: readNumber(input) };
}

function readGroup(context: ValueContext, type: number): void {
  const { input, sink, first } = context;
  // The name is told with what follows it: at most five lengths, held with it.
  input.hold();
  input.readString(first);
  const lastId = readId(input);
  let entriesRead: Integer64 | undefined;
  if (type !== VALUE_TYPE.streamListpacks) entriesRead = signed(readNumber(input));
  first.follow(input.source);
  sink.streamGroup(first.slice, lastId, entriesRead);
  for (let pending = input.readLength(); pending > 0; pending--) {
    input.hold();
    takeRawId(context);
    const deliveredAtMs = input.readInt64();
    const deliveries = readNumber(input);
    first.follow(input.source);
    sink.streamPending(first.slice, deliveredAtMs, deliveries);
  }
  for (let consumers = input.readLength(); consumers > 0; consumers--) {
    readConsumer(context, type);
  }
}

function readConsumer(context: ValueContext, type: number): void {
  const { input, sink, first } = context;
  input.hold();
  input.readString(first);
  const seenAtMs = input.readInt64();
  const activeAtMs = type === VALUE_TYPE.streamListpacks3 ? input.readInt64() : seenAtMs;
  first.follow(input.source);
  sink.streamConsumer(first.slice, seenAtMs, activeAtMs);
  for (let pending = input.readLength(); pending > 0; pending--) {
    input.hold();
    takeRawId(context);
    sink.streamConsumerPending(first.slice);
  }
}

function takeRawId({ input, first }: ValueContext): void {
  input.source.need(ID_BYTES);
  first.takeFromWindow(input.source, ID_BYTES);
}

function readId(input: RdbInput): StreamIdParts {
  return { milliseconds: readNumber(input), sequence: readNumber(input) };
}

function readNumber(input: RdbInput): Integer64 {
  input.readLength();
  return input.lastLength();
}

// A count that may be -1 is written as an unsigned number of 64 bits.
function signed(value: Integer64): Integer64 {
  return typeof value === "number" ? value : Number(BigInt.asIntN(64, value));
}
