// How a client is served: CLIENT REPLY, NO-EVICT, NO-TOUCH, PAUSE, UNPAUSE, UNBLOCK.
import type { Slice } from "../../base/slice.ts";
import { integer64Of, wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { SESSION_SILENT } from "../../engine/session.ts";
import { subcommandForms } from "../help.ts";

/** CLIENT REPLY ON | OFF | SKIP. Only ON is answered; the engine takes the other replies back. */
export function clientReply(call: Call): void {
  const { session } = call;
  switch (wordOf(call.at(2))) {
    case "on":
      session.replyMode = "on";
      session.mark(SESSION_SILENT, false);
      return call.reply.ok();
    case "off":
      session.replyMode = "off";
      break;
    case "skip":
      if (session.replyMode === "off") return;
      // Asked for by a command that is itself skipped, it means the command after this one.
      if (session.replyMode === "on") session.replyMode = "skip";
      else if (session.replyMode === "skipping") session.replyMode = "skip-next";
      break;
    default:
      throw ERR.syntax;
  }
  session.mark(SESSION_SILENT, true);
}

function onOrOff(argument: Slice): boolean {
  const word = wordOf(argument);
  if (word !== "on" && word !== "off") throw ERR.syntax;
  return word === "on";
}

/** CLIENT NO-EVICT ON | OFF */
export function clientNoEvict(call: Call): void {
  call.session.noEvict = onOrOff(call.at(2));
  call.reply.ok();
}

/** CLIENT NO-TOUCH ON | OFF; the rest of a pipeline is under it already. */
export function clientNoTouch(call: Call): void {
  const on = onOrOff(call.at(2));
  call.session.noTouch = call.services.keyspace.noTouch = on;
  call.reply.ok();
}

/** CLIENT PAUSE timeout [WRITE | ALL] */
export function clientPause(call: Call): void {
  if (call.count > 4) throw subcommandForms(call);
  const mode = call.count === 4 ? wordOf(call.at(3)) : "all";
  if (mode !== "write" && mode !== "all") throw ERR.pauseMode;
  call.services.pause(instantAfter(call, call.at(2)), mode === "write");
  call.reply.ok();
}

/** Unix ms at which a pause of so many ms ends, 0 for a pause of none. */
function instantAfter(call: Call, argument: Slice): number {
  const milliseconds = integer64Of(argument, ERR.timeoutNotInteger);
  if (milliseconds < 0) throw ERR.timeoutNegative;
  if (milliseconds === 0) return 0;
  const longest = 2n ** 63n - 1n - BigInt(call.nowMs);
  if (BigInt(milliseconds) > longest) throw ERR.timeoutOutOfRange;
  return call.nowMs + Number(milliseconds);
}

/** CLIENT UNPAUSE */
export function clientUnpause({ reply, services }: Call): void {
  services.unpause();
  reply.ok();
}

/** CLIENT UNBLOCK client-id [TIMEOUT | ERROR] */
export function clientUnblock(call: Call): void {
  if (call.count > 4) throw subcommandForms(call);
  const reason = call.count === 4 ? wordOf(call.at(3)) : "timeout";
  if (reason !== "timeout" && reason !== "error") throw ERR.unblockReason;
  const { sessions } = call.services;
  const session = sessions.get(Number(integer64Of(call.at(2))));
  const error = reason === "error" ? ERR.unblocked : undefined;
  const unblocked = session !== undefined && call.services.unpark(session, error);
  call.reply.integer(unblocked ? 1 : 0);
}
