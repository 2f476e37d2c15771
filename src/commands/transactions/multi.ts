// MULTI, EXEC and DISCARD.
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { nested, ORIGINS } from "../../engine/origins.ts";
import { beginTransaction, endTransaction, recycle } from "../../engine/transaction.ts";

const NESTED = new CommandError("ERR MULTI calls can not be nested");
const EXEC_WITHOUT_MULTI = new CommandError("ERR EXEC without MULTI");
const DISCARD_WITHOUT_MULTI = new CommandError("ERR DISCARD without MULTI");

/** MULTI */
export function multi({ session, reply }: Call): void {
  if (session.queued !== undefined) throw NESTED;
  beginTransaction(session);
  reply.ok();
}

/**
 * EXEC: runs what was queued, one after the other, errors or not; nothing, when a request could not
 * be queued or a watched key changed.
 */
export function exec(call: Call): void {
  const { session, services, reply } = call;
  const { queued, transactionFailed } = session;
  if (queued === undefined) throw EXEC_WITHOUT_MULTI;
  const spoiled = services.watches.isSpoiled(session);
  endTransaction(session);
  services.watches.forget(session);
  if (transactionFailed) throw ERR.execAbort;
  if (spoiled) return reply.nullArray();
  call.propagateNothing(); // each command says for itself what it did
  const origin = nested(call.origin, ORIGINS.exec);
  call.weigh(queued.length);
  reply.array(queued.length);
  for (let i = 0; i < queued.length; i++) services.execute(session, queued[i], reply, origin);
  recycle(queued);
}

/** DISCARD */
export function discard({ session, services, reply }: Call): void {
  if (session.queued === undefined) throw DISCARD_WITHOUT_MULTI;
  endTransaction(session);
  services.watches.forget(session);
  reply.ok();
}
