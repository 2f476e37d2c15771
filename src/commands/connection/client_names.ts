// Names that clients give themselves: CLIENT SETNAME, GETNAME, SETINFO.
import type { Slice } from "../../base/slice.ts";
import { wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { Session } from "../../engine/session.ts";
import { textOf } from "./auth.ts";

const FIRST_PRINTABLE = 0x21, LAST_PRINTABLE = 0x7e;

/** Whether CLIENT LIST can be split at spaces and lines with this in it. As in C, a NUL ends it. */
function fitsClientList({ bytes, start, end }: Slice): boolean {
  for (let i = start; i < end && bytes[i] !== 0; i++) {
    if (bytes[i] < FIRST_PRINTABLE || bytes[i] > LAST_PRINTABLE) return false;
  }
  return true;
}

/** Throws when the name cannot be one. */
export function checkClientName(name: Slice): void {
  if (!fitsClientList(name)) throw ERR.clientName;
}

/** Names the session; an empty name takes the old one away. */
export function setClientName(session: Session, name: Slice): void {
  session.name = name.length === 0 ? undefined : name.copy();
}

/** CLIENT SETNAME connection-name */
export function clientSetName(call: Call): void {
  checkClientName(call.at(2));
  setClientName(call.session, call.at(2));
  call.reply.ok();
}

/** CLIENT GETNAME */
export function clientGetName({ reply, session }: Call): void {
  if (session.name === undefined) reply.null();
  else reply.bulkRange(session.name, 0, session.name.length);
}

/** CLIENT SETINFO LIB-NAME libname | LIB-VER libver */
export function clientSetInfo(call: Call): void {
  const { session } = call;
  const attribute = textOf(call.at(2)), value = call.at(3);
  const word = wordOf(call.at(2));
  if (word !== "lib-name" && word !== "lib-ver") {
    throw new CommandError(`ERR Unrecognized option '${attribute}'`);
  }
  if (!fitsClientList(value)) {
    throw new CommandError(
      `ERR ${attribute} cannot contain spaces, newlines or special characters.`,
    );
  }
  if (word === "lib-name") session.libraryName = textOf(value);
  else session.libraryVersion = textOf(value);
  call.reply.ok();
}
