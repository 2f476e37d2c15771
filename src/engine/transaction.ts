// What a session keeps between MULTI and EXEC.
import { Request } from "../resp/request.ts";
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

/** Requests and their bytes, used again: most transactions are short, and so are their requests. */
const SPARE_MAX = 64;
const SPARE_BYTES = 256;
const spares: Request[] = [];

function copyOf(request: Request): Request {
  if (request.byteLength() > SPARE_BYTES) return request.copy();
  const spare = spares.pop();
  if (spare === undefined) return request.copyTo(new Request(), new Uint8Array(SPARE_BYTES));
  return request.copyTo(spare, spare.slices[0].bytes);
}

/** Takes requests back that were queued, when nobody needs them any more. */
export function recycle(queued: readonly Request[]): void {
  for (let i = 0; i < queued.length && spares.length < SPARE_MAX; i++) {
    const { bytes } = queued[i].slices[0];
    if (bytes.length === SPARE_BYTES) spares.push(queued[i]);
  }
}

/** MULTI: the requests that follow are queued. */
export function beginTransaction(session: Session): void {
  session.queued = [];
  session.mark(SESSION_IN_MULTI, true);
}

/** Queues a request, a copy of it; none that cannot be run any more. */
export function queueRequest(session: Session, command: KnownCommand, request: Request): void {
  if (session.transactionFailed) return;
  session.queued!.push(copyOf(request));
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

/** EXEC was refused: the transaction is over; answers the error that says so. */
export function abortTransaction(
  session: Session,
  watches: { forget(session: Session): void },
  reason: string,
): string {
  endTransaction(session);
  watches.forget(session);
  return `EXECABORT Transaction discarded because of: ${reason.replace(/^ERR /, "")}`;
}
