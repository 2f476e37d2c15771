// PING and ECHO.
import type { Call } from "../../engine/call.ts";
import { wrongArguments } from "../../engine/errors.ts";
import { Slice } from "../../base/slice.ts";
import { asciiBytes } from "../../base/bytes.ts";

const PONG = new Slice(asciiBytes("pong"));
const EMPTY = new Slice(new Uint8Array(0));

/** PING [message]; a subscribed RESP2 client gets a push-like pair instead. */
export function ping(call: Call): void {
  if (call.count > 2) throw wrongArguments(call.command.fullName);
  const { reply, session } = call;
  if (session.subscribed && session.reply.protocol === 2) {
    reply.array(2);
    reply.bulk(PONG);
    return reply.bulk(call.count === 2 ? call.at(1) : EMPTY);
  }
  if (call.count === 1) reply.pong();
  else reply.bulk(call.at(1));
}

/** ECHO message */
export function echo(call: Call): void {
  call.reply.bulk(call.at(1));
}
