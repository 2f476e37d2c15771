/** Commands that exist for the tests of the engine only. */

import { asciiBytes } from "../../src/base/bytes.ts";
import { integerOf } from "../../src/engine/arguments.ts";
import type { Call } from "../../src/engine/call.ts";
import type { CommandSpec } from "../../src/engine/command.ts";
import { CommandError } from "../../src/engine/errors.ts";
import { keyRange } from "../../src/engine/facts.ts";
import type { FlagName } from "../../src/engine/flags.ts";
import { nested, ORIGINS } from "../../src/engine/origins.ts";
import type { Wait } from "../../src/engine/wait.ts";
import { Request } from "../../src/resp/request.ts";
import { TYPE_STRING } from "../../src/store/entry.ts";

/** TAKE key [key ...] timeoutMs: takes the first string there is out of its key, or waits for one. */
function take(call: Call): Wait | void {
  return takeWaiting(call, TYPE_STRING);
}

/** As TAKE, but woken by any change of its keys. */
function takeAny(call: Call): Wait | void {
  return takeWaiting(call, -1);
}

function takeWaiting(call: Call, type: number): Wait | void {
  const timeoutMs = integerOf(call.at(call.count - 1));
  const { database, reply } = call;
  for (let i = 1; i < call.count - 1; i++) {
    const key = call.at(i);
    const ref = call.writeTyped(key, TYPE_STRING);
    if (ref === 0) continue;
    reply.array(2);
    reply.bulk(key);
    reply.bulk(database.stringOf(ref));
    database.remove(ref);
    database.changed(key, "del");
    call.propagateAs(asciiBytes("DEL"), key.copy());
    return;
  }
  const keys = Array.from({ length: call.count - 2 }, (_, i) => call.at(i + 1).copy());
  const deadlineAtMs = timeoutMs === 0 ? 0 : call.nowMs + timeoutMs;
  return { keys, type, deadlineAtMs, onTimeout: (sink) => sink.nullArray() };
}

/** BREAK: half a reply, and then a mistake of our own. */
function breakDown(call: Call): void {
  call.reply.array(3);
  call.reply.integer(1);
  throw new TypeError("broken on purpose");
}

/** REFUSE: half a reply, and then an error of the client's. */
function refuse(call: Call): void {
  call.reply.array(3);
  throw new CommandError("NOPE not like this");
}

/** COMPLAIN: an error reply that is not thrown. */
function complain(call: Call): void {
  call.reply.error("CUSTOM complaint");
}

/** BOTH name key value name key value: runs two commands inside this one. */
function both(call: Call): void {
  call.reply.array(2);
  for (const at of [1, 4]) {
    const words = [0, 1, 2].map((i) => call.at(at + i).copy());
    const origin = nested(call.origin, ORIGINS.script);
    call.services.execute(call.session, Request.of(...words), call.reply, origin);
  }
  call.propagateNothing();
}

/** PASS ms: time passes while the command runs. */
let pass: (ms: number) => void = () => {};

/** Sets what PASS does. */
export function onPass(work: (ms: number) => void): void {
  pass = work;
}

function passTime(call: Call): void {
  const before = call.nowMs;
  pass(integerOf(call.at(1)));
  call.reply.integer(call.nowMs - before);
}

function row(
  name: string,
  arity: number,
  handler: CommandSpec["handler"],
  flags: readonly FlagName[],
): CommandSpec {
  return {
    name,
    group: "generic",
    summary: "Exists for the tests.",
    complexity: "O(N)",
    since: "7.0.0",
    syntax: "",
    arity,
    flags,
    handler,
  };
}

export const MADE_UP_COMMANDS: readonly CommandSpec[] = [
  {
    ...row("take", -3, take, ["write", "blocking"]),
    keys: [keyRange(1, -2, 1, "RW access delete")],
  },
  {
    ...row("takeany", -3, takeAny, ["write", "blocking"]),
    keys: [keyRange(1, -2, 1, "RW access delete")],
  },
  row("break", 1, breakDown, ["readonly"]),
  row("refuse", 1, refuse, ["readonly"]),
  row("complain", 1, complain, ["readonly"]),
  row("both", 7, both, ["write"]),
  row("pass", 2, passTime, ["readonly"]),
];
