// CLIENT REPLY OFF and SKIP: replies are written as always, and taken back afterwards.
import { type Session, SESSION_SILENT } from "./session.ts";

/** Begins a command that is not answered: who asks for SKIP from now on means the one after it. */
export function beginSilently(session: Session): void {
  if (session.replyMode === "skip") session.replyMode = "skipping";
}

/** Takes back what was replied since `mark`, unless that command made the session be answered again. */
export function silence(session: Session, mark: number): void {
  if (session.replyMode === "on") return;
  session.reply.rollback(mark);
  if (session.replyMode === "skip-next") session.replyMode = "skip";
  else if (session.replyMode === "skipping") {
    session.replyMode = "on";
    session.mark(SESSION_SILENT, false);
  }
}
