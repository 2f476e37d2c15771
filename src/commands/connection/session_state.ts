// QUIT, RESET and SELECT.
import { integer32Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { SESSION_CLOSING, SESSION_SILENT, SESSION_SUBSCRIBED } from "../../engine/session.ts";
import { endTransaction } from "../../engine/transaction.ts";
import { becomeDefaultUser } from "./auth.ts";

/** QUIT: the connection closes when the reply is written. */
export function quit({ reply, session }: Call): void {
  reply.ok();
  session.mark(SESSION_CLOSING, true);
}

/** RESET: as if the client had just connected; what it said about its library stays. */
export function reset(call: Call): void {
  const { session, services } = call;
  session.databaseIndex = 0;
  session.reply.protocol = 2;
  session.name = undefined;
  session.noEvict = session.noTouch = false;
  services.keyspace.noTouch = false;
  endTransaction(session);
  services.watches.forget(session);
  session.subscriptions.clear();
  session.patternSubscriptions.clear();
  session.shardSubscriptions.clear();
  session.mark(SESSION_SUBSCRIBED, false);
  if (session.replyMode === "off" || session.replyMode === "skip-next") {
    session.replyMode = "on";
    session.mark(SESSION_SILENT, false);
  }
  becomeDefaultUser(session, services);
  call.reply.simple("RESET");
}

/** SELECT index */
export function select(call: Call): void {
  const index = integer32Of(call.at(1));
  if (index < 0 || index >= call.services.keyspace.databases.length) throw ERR.databaseIndex;
  call.session.databaseIndex = index;
  call.reply.ok();
}
