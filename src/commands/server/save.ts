// SAVE, BGSAVE and LASTSAVE, and DEBUG RELOAD, which saves and loads.
import { keyword, wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";

const RELOAD_OPTIONS = new CommandError(
  "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
);
const NO_MERGE = new CommandError("ERR DEBUG RELOAD MERGE and NOFLUSH are not supported");

const IN_PROGRESS = new CommandError("ERR Background save already in progress");
const SCHEDULE = keyword("schedule");

/** BGSAVE [SCHEDULE]; no rewriting of another file keeps it from beginning at once. */
export function bgsave(call: Call): void {
  if (call.count > 2 || call.count === 2 && !call.at(1).equalsIgnoreCase(SCHEDULE)) {
    throw ERR.syntax;
  }
  const { dumps } = call.services.ports;
  if (dumps.saving) throw IN_PROGRESS;
  dumps.saveLater();
  call.reply.simple("Background saving started");
}

/** SAVE */
export function save(call: Call): void {
  const { ports } = call.services;
  if (ports.dumps.saving) throw IN_PROGRESS;
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
