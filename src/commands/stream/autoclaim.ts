// XAUTOCLAIM: what was pending for long becomes another consumer's, some of it at a time.
import { addInt64 } from "../../base/int64.ts";
import { clampedIntegerOf, integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { countChanges, seenConsumer } from "./consumers.ts";
import { readRangeStart } from "./id_arguments.ts";
import { streamsOf, writeGroup } from "./open_stream.ts";
import { propagateClaim } from "./propagate.ts";
import { replyEntryOf, replyId } from "./reply_entry.ts";

const COUNT = keyword("count");
const JUSTID = keyword("justid");
const DEFAULT_COUNT = 100;
/** As large as Redis takes it: 2^63 - 1 over the bytes of an ID. */
const MAX_COUNT = (1n << 59n) - 1n;
/** So many pending entries are looked at for each one that may be claimed. */
const ATTEMPTS_PER_ENTRY = 10;

const INVALID_MIN_IDLE = new CommandError("ERR Invalid min-idle-time argument for XAUTOCLAIM");
const INVALID_COUNT = new CommandError("ERR COUNT must be > 0");

interface AutoclaimOptions {
  minIdleMs: number;
  start: StreamId;
  count: number;
  justId: boolean;
}

/** What a round came to. */
interface Round {
  readonly claimed: StreamId[];
  /** Entries that were pending, and are gone from the stream. */
  readonly deleted: StreamId[];
  /** Where the next round begins; 0-0 when this was the last one. */
  readonly cursor: StreamId;
}

/** XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID] */
export function xautoclaim(call: Call): void {
  const options = readOptions(call);
  const key = call.at(1);
  const { stream, group } = writeGroup(call, key, call.at(2));
  call.propagateNothing(); // but what it comes to
  const { claimed, deleted, cursor } = claimIdle(call, stream, group, options);
  const { reply } = call;
  reply.array(3);
  replyId(reply, cursor);
  reply.array(claimed.length);
  for (const id of claimed) {
    if (options.justId) replyId(reply, id);
    else replyEntryOf(reply, streamsOf(call).cursor, stream, id);
  }
  reply.array(deleted.length);
  for (const id of deleted) replyId(reply, id);
  countChanges(call, claimed.length + deleted.length);
}

function readOptions(call: Call): AutoclaimOptions {
  const options: AutoclaimOptions = {
    minIdleMs: Math.max(0, clampedIntegerOf(call.at(4), INVALID_MIN_IDLE)),
    start: new StreamId(),
    count: DEFAULT_COUNT,
    justId: false,
  };
  readRangeStart(options.start, call.at(5));
  for (let i = 6; i < call.count; i++) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(COUNT) && i + 1 < call.count) {
      const count = integer64Of(call.at(++i), INVALID_COUNT);
      if (count < 1 || count > MAX_COUNT) throw INVALID_COUNT;
      options.count = Number(count);
    } else if (option.equalsIgnoreCase(JUSTID)) options.justId = true;
    else throw ERR.syntax;
  }
  return options;
}

function claimIdle(
  call: Call,
  stream: StreamValue,
  group: StreamGroup,
  { minIdleMs, start, count, justId }: AutoclaimOptions,
): Round {
  const key = call.at(1), { nowMs } = call, { pending } = group;
  const consumer = seenConsumer(call, key, group, call.at(3));
  const claimed: StreamId[] = [], deleted: StreamId[] = [];
  let at = pending.ceiling(start);
  for (let attempts = count * ATTEMPTS_PER_ENTRY; at >= 0 && attempts > 0; attempts--) {
    if (claimed.length + deleted.length === count) break;
    const id = new StreamId();
    pending.readId(at, id);
    if (!stream.has(id)) {
      propagateClaim(call, key, group, id, at);
      group.remove(at);
      deleted.push(id);
      at = pending.ceiling(id);
      continue;
    }
    if (minIdleMs === 0 || nowMs - group.deliveredAtMs(at) >= minIdleMs) {
      group.setOwner(at, consumer);
      const deliveries = group.deliveries(at);
      group.setDelivery(at, nowMs, justId ? deliveries : addInt64(deliveries, 1) ?? deliveries);
      group.gave(consumer, nowMs);
      propagateClaim(call, key, group, id, at);
      claimed.push(id);
    }
    at = pending.next(at);
  }
  const cursor = new StreamId();
  if (at >= 0) pending.readId(at, cursor);
  return { claimed, deleted, cursor };
}
