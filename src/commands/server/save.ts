// SAVE and LASTSAVE, and DEBUG RELOAD, which saves and loads.
import { wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";

const RELOAD_OPTIONS = new CommandError(
  "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
);
const NO_MERGE = new CommandError("ERR DEBUG RELOAD MERGE and NOFLUSH are not supported");

/** SAVE */
export function save(call: Call): void {
  const { ports } = call.services;
  call.propagateNothing(); // that the changes are saved is no change
  if (ports.dumps.save()) call.reply.ok();
  else call.reply.error("ERR");
}

/** LASTSAVE */
export function lastsave(call: Call): void {
  call.reply.integer(Math.floor(call.services.ports.dumps.lastSavedAtMs / 1000));
}

/** DEBUG RELOAD [NOSAVE] */
export function debugReload(call: Call): void {
  let saves = true;
  for (let i = 2; i < call.count; i++) {
    const option = wordOf(call.at(i));
    if (option === "nosave") saves = false;
    else if (option === "merge" || option === "noflush") throw NO_MERGE;
    else throw RELOAD_OPTIONS;
  }
  call.propagateNothing();
  const refusal = call.services.ports.dumps.reload(saves);
  if (refusal === undefined) call.reply.ok();
  else call.reply.error(refusal);
}
