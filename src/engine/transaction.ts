// What a session keeps between MULTI and EXEC.
import type { Request } from "../resp/request.ts";
import type { KnownCommand } from "./call.ts";
import {
  FLAG_DENYOOM,
  FLAG_LOADING,
  FLAG_MAY_REPLICATE,
  FLAG_READONLY,
  FLAG_STALE,
  FLAG_WRITE,
} from "./flags.ts";
import { type Session, SESSION_IN_MULTI } from "./session.ts";

/** EXEC is all of this if one queued command is. */
const INHERITED = FLAG_WRITE | FLAG_READONLY | FLAG_DENYOOM | FLAG_MAY_REPLICATE;
/** EXEC is none of this unless all queued commands are. */
const SHARED = FLAG_STALE | FLAG_LOADING;

/** MULTI: the requests that follow are queued. */
export function beginTransaction(session: Session): void {
  session.queued = [];
  session.mark(SESSION_IN_MULTI, true);
}

/** Queues a request, a copy of it; none that cannot be run any more. */
export function queueRequest(session: Session, command: KnownCommand, request: Request): void {
  if (session.transactionFailed) return;
  session.queued!.push(request.copy());
  session.queuedFlags |= command.flags;
  session.queuedLacks |= ~command.flags;
}

/** The transaction is over, run or not. Watched keys are another matter. */
export function endTransaction(session: Session): void {
  session.queued = undefined;
  session.transactionFailed = false;
  session.queuedFlags = session.queuedLacks = 0;
  session.mark(SESSION_IN_MULTI, false);
}

/** The flags by which a command is admitted: those of what is queued, where it runs the queue. */
export function admissionFlags(session: Session, command: KnownCommand): number {
  if (!command.facts.runsTransaction || session.queued === undefined) return command.flags;
  return (command.flags | session.queuedFlags & INHERITED) & ~(session.queuedLacks & SHARED);
}
