// CLIENT ID, INFO and LIST.
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { Session } from "../../engine/session.ts";
import { textOf } from "./auth.ts";
import {
  clientLine,
  type ClientType,
  clientTypeNamed,
  clientTypeOf,
} from "../../engine/client_info.ts";
import type { Slice } from "../../base/slice.ts";

const TYPE = keyword("type");
const ID = keyword("id");

/** CLIENT ID */
export function clientId({ reply, session }: Call): void {
  reply.integer(session.id);
}

/** CLIENT INFO */
export function clientInfo(call: Call): void {
  call.reply.verbatim("txt", lines(call, [call.session]));
}

/** CLIENT LIST [TYPE normal | master | replica | pubsub] [ID client-id [client-id ...]] */
export function clientList(call: Call): void {
  call.reply.verbatim("txt", lines(call, chosen(call)));
}

function chosen(call: Call): Session[] {
  const { sessions } = call.services;
  if (call.count === 2) return sessions.all();
  const filter = call.at(2);
  if (call.count === 4 && filter.equalsIgnoreCase(TYPE)) {
    const type = clientTypeArgument(call.at(3));
    return sessions.all().filter((session) => clientTypeOf(session) === type);
  }
  if (call.count < 4 || !filter.equalsIgnoreCase(ID)) throw ERR.syntax;
  const found: Session[] = [];
  for (let i = 3; i < call.count; i++) {
    const session = sessions.get(Number(integer64Of(call.at(i), ERR.clientId)));
    if (session !== undefined) found.push(session);
  }
  return found;
}

/** A TYPE argument; throws when there is no such type. */
export function clientTypeArgument(argument: Slice): ClientType {
  const type = clientTypeNamed(textOf(argument));
  if (type === undefined) {
    throw new CommandError(`ERR Unknown client type '${textOf(argument)}'`);
  }
  return type;
}

function lines(call: Call, sessions: readonly Session[]): string {
  let text = "";
  for (const session of sessions) {
    const current = session === call.session ? call.args : undefined;
    text += `${clientLine(session, call.services, current)}\n`;
  }
  return text;
}
