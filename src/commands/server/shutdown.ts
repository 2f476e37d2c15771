// SHUTDOWN.
import { wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { ShutdownOptions } from "../../engine/ports.ts";
import { SESSION_CLOSING } from "../../engine/session.ts";

const NONE_IN_PROGRESS = new CommandError("ERR No shutdown in progress.");
const MAY_NOT_WAIT = new CommandError(
  "ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client",
);

/** SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]. No reply when the server stops. */
export function shutdown(call: Call): void {
  const options = readOptions(call);
  const { process } = call.services.ports;
  if (options === undefined) {
    if (!process.abortShutdown()) throw NONE_IN_PROGRESS;
    return call.reply.ok();
  }
  if (!options.now && !call.origin.mayBlock) throw MAY_NOT_WAIT;
  const refusal = process.shutdown(options);
  if (refusal !== undefined) return call.reply.error(refusal);
  call.session.mark(SESSION_CLOSING, true);
}

/** Undefined for ABORT. */
function readOptions(call: Call): ShutdownOptions | undefined {
  const given = new Set<string>();
  for (let i = 1; i < call.count; i++) given.add(wordOf(call.at(i)));
  const abort = given.delete("abort");
  const save = given.delete("save"), nosave = given.delete("nosave");
  const now = given.delete("now"), force = given.delete("force");
  if (given.size > 0 || save && nosave) throw ERR.syntax;
  if (!abort) return { save: save ? "save" : nosave ? "nosave" : "default", now, force };
  if (save || nosave || now || force) throw ERR.syntax;
  return undefined;
}
