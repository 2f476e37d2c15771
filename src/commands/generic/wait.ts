// WAIT: how many replicas have what this client wrote.
import { INT64_MAX } from "../../base/int64.ts";
import { clampedIntegerOf, integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { Wait } from "../../engine/wait.ts";

const ON_REPLICA = new CommandError(
  "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a" +
    " replica is configured to be writable (which is not the default) writes to replicas are just" +
    " local and are not propagated.",
);
const TIMEOUT_NOT_INTEGER = new CommandError("ERR timeout is not an integer or out of range");

/** WAIT numreplicas timeout. A master without replicas answers 0, when the time is up at the latest. */
export function wait(call: Call): Wait | void {
  if (call.services.ports.replication.role === "replica") throw ON_REPLICA;
  const wanted = clampedIntegerOf(call.at(1));
  const timeoutMs = integer64Of(call.at(2), TIMEOUT_NOT_INTEGER);
  if (timeoutMs < 0) throw ERR.timeoutNegative;
  if (BigInt(timeoutMs) + BigInt(call.nowMs) > INT64_MAX) throw ERR.timeoutOutOfRange;
  if (wanted <= 0) return call.reply.integer(0);
  return {
    keys: [],
    type: -1,
    deadlineAtMs: timeoutMs === 0 ? 0 : call.nowMs + Number(timeoutMs),
    onTimeout: (reply) => reply.integer(0),
  };
}
