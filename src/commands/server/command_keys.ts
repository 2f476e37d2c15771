// COMMAND GETKEYS and GETKEYSANDFLAGS: the keys of a command line that is not run.
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import type { FoundKey } from "../../engine/facts.ts";
import { findKeys, mayHaveKeys } from "../../engine/key_finder.ts";
import { Request } from "../../resp/request.ts";
import { writeKeyFlags } from "./command_info.ts";

const INVALID_COMMAND = new CommandError("ERR Invalid command specified");
const NO_KEYS = new CommandError("ERR The command has no key arguments");
const WRONG_COUNT = new CommandError("ERR Invalid number of arguments specified for command");
const INVALID_ARGUMENTS = new CommandError("ERR Invalid arguments specified for command");

/** COMMAND GETKEYS command [arg ...] */
export function commandGetKeys(call: Call): void {
  const { request, keys } = keysOf(call);
  call.reply.array(keys.length);
  for (const { position } of keys) call.reply.bulk(request.at(position));
}

/** COMMAND GETKEYSANDFLAGS command [arg ...] */
export function commandGetKeysAndFlags(call: Call): void {
  const { request, keys } = keysOf(call);
  const { reply } = call;
  reply.array(keys.length);
  for (const { position, flags } of keys) {
    reply.array(2);
    reply.bulk(request.at(position));
    writeKeyFlags(reply, flags);
  }
}

function keysOf(call: Call): { request: Request; keys: readonly FoundKey[] } {
  const request = new Request();
  for (let i = 2; i < call.count; i++) {
    const { bytes, start, end } = call.at(i);
    request.next().set(bytes, start, end);
  }
  const command = call.services.registry.resolve(request);
  if (command === undefined) throw INVALID_COMMAND;
  const { facts } = command;
  if (!mayHaveKeys(facts)) throw NO_KEYS;
  const { arity } = facts;
  const fits = arity > 0 ? request.count === arity : request.count >= -arity;
  if (!fits) throw WRONG_COUNT;
  const keys = findKeys(facts, request);
  if (keys !== undefined && keys.length > 0) return { request, keys };
  if (facts.flags.includes("no_mandatory_keys")) return { request, keys: [] };
  throw INVALID_ARGUMENTS;
}
