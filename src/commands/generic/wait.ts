// WAIT and WAITAOF: who has what this client wrote.
import type { Slice } from "../../base/slice.ts";
import { INT64_MAX } from "../../base/int64.ts";
import { clampedIntegerOf, integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import type { Wait } from "../../engine/wait.ts";

const ON_REPLICA = new CommandError(
  "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a" +
    " replica is configured to be writable (which is not the default) writes to replicas are just" +
    " local and are not propagated.",
);
const NUMLOCAL_RANGE = new CommandError(
  "ERR value is out of range, value must between 0 and 1",
);
const AOF_ON_REPLICA = new CommandError(
  "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are" +
    " just local and are not propagated.",
);

/** WAIT numreplicas timeout. A master without replicas answers 0, when the time is up at the latest. */
export function wait(call: Call): Wait | void {
  if (call.services.ports.replication.role === "replica") throw ON_REPLICA;
  const wanted = clampedIntegerOf(call.at(1));
  const deadlineAtMs = deadlineOf(call, call.at(2));
  if (wanted <= 0) return call.reply.integer(0);
  return { keys: [], type: -1, deadlineAtMs, onTimeout: (reply) => reply.integer(0) };
}

/**
 * WAITAOF numlocal numreplicas timeout. Answers whether the append-only file has what the connection
 * wrote, on the disk, and how many replicas have: none does where there are none.
 */
export function waitaof(call: Call): Wait | void {
  const { session, services: { ports, config } } = call;
  const local = clampedIntegerOf(call.at(1));
  if (local < 0 || local > 1) throw NUMLOCAL_RANGE;
  const replicas = clampedIntegerOf(call.at(2));
  if (replicas < 0) throw ERR.notPositive;
  const deadlineAtMs = deadlineOf(call, call.at(3));
  if (ports.replication.role === "replica") throw AOF_ON_REPLICA;
  if (local === 1 && !config.bool("appendonly")) throw ERR.appendOnlyDisabled;
  const { lastEffect } = session;
  const synced = () => ports.appendOnly.syncedEffects >= lastEffect;
  const answer = (reply: ReplySink) => {
    reply.array(2);
    reply.integer(synced() ? 1 : 0);
    reply.integer(0);
  };
  if (replicas === 0 && (local === 0 || synced())) return answer(call.reply);
  const wait: Wait = { keys: [], type: -1, deadlineAtMs, onTimeout: answer };
  if (replicas === 0) ports.appendOnly.endWhenSynced(session, wait, lastEffect);
  return wait;
}

/** Unix ms at which a timeout in milliseconds is over, 0 for never. */
function deadlineOf(call: Call, argument: Slice): number {
  const timeoutMs = integer64Of(argument, ERR.timeoutNotInteger);
  if (timeoutMs < 0) throw ERR.timeoutNegative;
  if (BigInt(timeoutMs) + BigInt(call.nowMs) > INT64_MAX) throw ERR.timeoutOutOfRange;
  return timeoutMs === 0 ? 0 : call.nowMs + Number(timeoutMs);
}
