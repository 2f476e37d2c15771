// SAVE, BGSAVE, LASTSAVE, BGREWRITEAOF, DEBUG RELOAD, which saves and loads, and DEBUG LOADAOF.
import { keyword, wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";

const RELOAD_OPTIONS = new CommandError(
  "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
);

const IN_PROGRESS = new CommandError("ERR Background save already in progress");
const OTHER_ACTIVE = new CommandError(
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order" +
    " to schedule a BGSAVE whenever possible.",
);
const REWRITE_IN_PROGRESS = new CommandError(
  "ERR Background append only file rewriting already in progress",
);
const REWRITE_FAILED = new CommandError(
  "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
);
const SCHEDULE = keyword("schedule");

/** BGSAVE [SCHEDULE]; while the append-only file is rewritten it has to wait. */
export function bgsave(call: Call): void {
  if (call.count > 2 || call.count === 2 && !call.at(1).equalsIgnoreCase(SCHEDULE)) {
    throw ERR.syntax;
  }
  const { dumps, appendOnly } = call.services.ports;
  if (dumps.saving) throw IN_PROGRESS;
  const inTransaction = !call.origin.mayBlock;
  if (inTransaction || appendOnly.rewriting) {
    if (!inTransaction && call.count === 1) throw OTHER_ACTIVE;
    dumps.scheduleSave();
    return call.reply.simple("Background saving scheduled");
  }
  dumps.saveLater();
  call.reply.simple("Background saving started");
}

/** BGREWRITEAOF */
export function bgrewriteaof(call: Call): void {
  const inTransaction = !call.origin.mayBlock;
  switch (call.services.ports.appendOnly.rewrite(inTransaction)) {
    case "started":
      return call.reply.simple("Background append only file rewriting started");
    case "scheduled":
      return call.reply.simple("Background append only file rewriting scheduled");
    case "running":
      throw REWRITE_IN_PROGRESS;
    case "failed":
      throw REWRITE_FAILED;
  }
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

/** DEBUG LOADAOF */
export function debugLoadAof(call: Call): void {
  call.propagateNothing();
  const refusal = call.services.ports.dumps.reloadAppendOnly();
  if (refusal === undefined) call.reply.ok();
  else call.reply.error(refusal);
}

/** DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE] */
export function debugReload(call: Call): void {
  let save = true, flush = true, merge = false;
  for (let i = 2; i < call.count; i++) {
    const option = wordOf(call.at(i));
    if (option === "nosave") save = false;
    else if (option === "noflush") flush = false;
    else if (option === "merge") merge = true;
    else throw RELOAD_OPTIONS;
  }
  call.propagateNothing();
  const refusal = call.services.ports.dumps.reload({ save, flush, merge });
  if (refusal === undefined) call.reply.ok();
  else call.reply.error(refusal);
}
