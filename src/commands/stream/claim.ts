// XCLAIM: pending entries become another consumer's.
import type { Integer64 } from "../../base/int64.ts";
import { addInt64 } from "../../base/int64.ts";
import { clampedIntegerOf, integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { countChanges, seenConsumer } from "./consumers.ts";
import { isId, readId } from "./id_arguments.ts";
import { quotedArgument, streamsOf, writeGroup } from "./open_stream.ts";
import { propagateClaim, propagateGroupId } from "./propagate.ts";
import { replyEntryOf, replyId } from "./reply_entry.ts";

const IDLE = keyword("idle");
const TIME = keyword("time");
const RETRYCOUNT = keyword("retrycount");
const FORCE = keyword("force");
const JUSTID = keyword("justid");
const LASTID = keyword("lastid");
const FIRST_ID = 5;

const invalidOption = (name: string) => new CommandError(`ERR Invalid ${name} argument for XCLAIM`);
const INVALID_MIN_IDLE = invalidOption("min-idle-time");
const INVALID_IDLE = invalidOption("IDLE option");
const INVALID_TIME = invalidOption("TIME option");
const INVALID_RETRYCOUNT = invalidOption("RETRYCOUNT option");

interface ClaimOptions {
  /** Entries delivered later than so many ms ago stay whose they are. */
  minIdleMs: number;
  ids: StreamId[];
  /** Unix ms that the entries are to have been delivered at. */
  deliveredAtMs: number;
  /** How often they are to have been delivered, -1: as often as they were, or once more. */
  deliveries: Integer64;
  force: boolean;
  justId: boolean;
  lastId: StreamId;
}

/**
 * XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds]
 * [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]
 */
export function xclaim(call: Call): void {
  const key = call.at(1);
  const { stream, group } = writeGroup(call, key, call.at(2));
  const options = readOptions(call);
  call.propagateNothing(); // but what it comes to
  const lastIdMoves = options.lastId.compare(group.lastId) > 0;
  if (lastIdMoves) {
    group.willChange();
    group.lastId.copyFrom(options.lastId);
  }
  const consumer = seenConsumer(call, key, group, call.at(3));
  const claims = new Claims(call, stream, group, consumer, options);
  const token = call.reply.openArray();
  for (const id of options.ids) claims.claim(id);
  call.reply.closeArray(token, claims.replied);
  if (lastIdMoves && claims.changes === 0) {
    propagateGroupId(call, key, group);
    claims.changes++;
  }
  countChanges(call, claims.changes);
}

function readOptions(call: Call): ClaimOptions {
  const options: ClaimOptions = {
    minIdleMs: Math.max(0, clampedIntegerOf(call.at(4), INVALID_MIN_IDLE)),
    ids: [],
    deliveredAtMs: call.nowMs,
    deliveries: -1,
    force: false,
    justId: false,
    lastId: new StreamId(),
  };
  let at = FIRST_ID;
  for (let id = new StreamId(); at < call.count && isId(id, call.at(at)); at++) {
    options.ids.push(id);
    id = new StreamId();
  }
  for (; at < call.count; at++) at = readOption(call, at, options);
  // A time of the client's reckoning may be a bit ahead: that is no reason to fail.
  const { deliveredAtMs } = options;
  if (deliveredAtMs < 0 || deliveredAtMs > call.nowMs) options.deliveredAtMs = call.nowMs;
  return options;
}

/** Reads the option at `at`; answers the position of its last argument. */
function readOption(call: Call, at: number, options: ClaimOptions): number {
  const option = call.at(at), hasMore = at + 1 < call.count;
  if (option.equalsIgnoreCase(FORCE)) options.force = true;
  else if (option.equalsIgnoreCase(JUSTID)) options.justId = true;
  else if (hasMore && option.equalsIgnoreCase(IDLE)) {
    options.deliveredAtMs = call.nowMs - clampedIntegerOf(call.at(++at), INVALID_IDLE);
  } else if (hasMore && option.equalsIgnoreCase(TIME)) {
    options.deliveredAtMs = clampedIntegerOf(call.at(++at), INVALID_TIME);
  } else if (hasMore && option.equalsIgnoreCase(RETRYCOUNT)) {
    options.deliveries = integer64Of(call.at(++at), INVALID_RETRYCOUNT);
  } else if (hasMore && option.equalsIgnoreCase(LASTID)) readId(options.lastId, call.at(++at));
  else throw new CommandError(`ERR Unrecognized XCLAIM option '${quotedArgument(option)}'`);
  return at;
}

/** The claiming of some entries for a consumer. */
class Claims {
  replied = 0;
  changes = 0;

  constructor(
    readonly call: Call,
    readonly stream: StreamValue,
    readonly group: StreamGroup,
    readonly consumer: StreamConsumer,
    readonly options: ClaimOptions,
  ) {}

  claim(id: StreamId): void {
    const { call, group, stream } = this;
    let position = group.find(id);
    if (!stream.has(id)) {
      if (position >= 0) this.#drop(id, position);
      return;
    }
    if (position >= 0 && this.#isTooFresh(position)) return;
    if (position < 0) {
      if (!this.options.force) return;
      position = group.add(id, this.consumer);
      group.setDelivery(position, call.nowMs, 1);
    } else group.setOwner(position, this.consumer);
    group.setDelivery(position, this.options.deliveredAtMs, this.#deliveries(position));
    group.gave(this.consumer, call.nowMs);
    if (this.options.justId) replyId(call.reply, id);
    else replyEntryOf(call.reply, streamsOf(call).cursor, stream, id);
    this.replied++;
    propagateClaim(call, call.at(1), group, id, position);
    this.changes++;
  }

  /** The entry is gone from the stream, so it is pending no longer. */
  #drop(id: StreamId, position: number): void {
    propagateClaim(this.call, this.call.at(1), this.group, id, position);
    this.group.remove(position);
    this.changes++;
  }

  #isTooFresh(position: number): boolean {
    const { minIdleMs } = this.options;
    if (minIdleMs === 0) return false;
    return this.call.nowMs - this.group.deliveredAtMs(position) < minIdleMs;
  }

  #deliveries(position: number): Integer64 {
    const { deliveries, justId } = this.options;
    if (deliveries >= 0) return deliveries;
    const before = this.group.deliveries(position);
    return justId ? before : addInt64(before, 1) ?? before;
  }
}
