// DEBUG: tools for tests and for work on the server. `enable-debug-command` has to allow it.
import { asciiBytes, latin1 } from "../../base/bytes.ts";
import { globMatch } from "../../base/glob.ts";
import { Slice } from "../../base/slice.ts";
import { parseMemory } from "../../config/numbers.ts";
import { integerOf, wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { NO_EXPIRY } from "../../store/database.ts";
import { digestOfKeyspace, digestOfValue } from "../../store/digest.ts";
import { stringEncoding } from "../../store/string_encoding.ts";
import { debugHelp } from "./debug_help.ts";
import { printListpack, printQuicklist } from "./debug_listpacks.ts";
import { debugObject } from "./debug_object.ts";
import { debugProtocol } from "./debug_protocol.ts";
import { tableStats, tableStatsOfKey } from "./debug_tables.ts";
import { debugLoadAof, debugReload } from "./save.ts";

/** 4 GiB, less a little, as in Redis. */
const MAX_PLAIN_THRESHOLD = 2n ** 32n - 2n ** 20n;
const NO_PLAIN_THRESHOLD = new CommandError(
  "ERR argument must be a memory value bigger than 1 and smaller than 4gb",
);

/** One subcommand: how many arguments it takes, DEBUG and its name included, and what it does. */
interface Tool {
  readonly least: number;
  readonly most: number;
  run(call: Call): void;
}

const tool = (least: number, most: number, run: (call: Call) => void): Tool => ({
  least,
  most,
  run,
});

const TOOLS: Readonly<Record<string, Tool>> = {
  help: tool(2, 2, (call) => void debugHelp(call)),
  sleep: tool(3, 3, sleep),
  object: tool(3, 3, debugObject),
  digest: tool(2, 2, digest),
  "digest-value": tool(2, Infinity, digestValue),
  "set-active-expire": tool(3, 3, setActiveExpire),
  populate: tool(3, 5, populate),
  reload: tool(2, Infinity, debugReload),
  loadaof: tool(2, 2, debugLoadAof),
  "aof-flush-sleep": tool(3, 3, delayAppends),
  "stringmatch-len": tool(4, 4, stringMatch),
  "config-rewrite-force-all": tool(2, 2, rewriteAll),
  htstats: tool(3, Infinity, tableStats),
  "htstats-key": tool(3, Infinity, tableStatsOfKey),
  listpack: tool(3, 3, printListpack),
  quicklist: tool(3, 4, printQuicklist),
  "quicklist-packed-threshold": tool(3, 3, setPlainThreshold),
  "change-repl-id": tool(2, 2, changeReplicationId),
  error: tool(3, 3, (call) => call.reply.error(textOf(call.at(2)))),
  log: tool(3, 3, log),
  protocol: tool(3, 3, debugProtocol),
};

/** DEBUG subcommand [arg ...] */
export function debug(call: Call): void {
  const name = wordOf(call.at(1));
  const found = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (found !== undefined && call.count >= found.least && call.count <= found.most) {
    return found.run(call);
  }
  const given = textOf(call.at(1)).slice(0, 128);
  throw new CommandError(
    `ERR unknown subcommand or wrong number of arguments for '${given}'. Try DEBUG HELP.`,
  );
}

function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end);
}

/** Leading number of a text, as C's strtod and atoi read it: 0 when there is none. */
function leadingNumber(text: string, pattern: RegExp): number {
  const number = Number(pattern.exec(text)?.[0] ?? 0);
  return Number.isFinite(number) ? number : 0;
}

function sleep(call: Call): void {
  const seconds = leadingNumber(textOf(call.at(2)), /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i);
  if (seconds > 0) call.services.ports.process.sleep(seconds * 1000);
  call.reply.ok();
}

/** Microseconds. */
function delayAppends(call: Call): void {
  call.services.ports.appendOnly.delayWrites(leadingNumber(textOf(call.at(2)), /^\d+/) / 1000);
  call.reply.ok();
}

function digest(call: Call): void {
  call.reply.simple(digestOfKeyspace(call.services.keyspace).toString());
}

function digestValue(call: Call): void {
  const { database, reply } = call;
  reply.array(call.count - 2);
  for (let i = 2; i < call.count; i++) {
    reply.simple(digestOfValue(database, database.peek(call.at(i))).toString());
  }
}

function setActiveExpire(call: Call): void {
  const wanted = leadingNumber(textOf(call.at(2)), /^\s*[+-]?\d+/);
  call.services.keyspace.activeExpire = wanted !== 0;
  call.reply.ok();
}

/** POPULATE count [prefix [size]]: keys `prefix:0` and so on; those that exist stay as they are. */
function populate(call: Call): void {
  const count = integerOf(call.at(2));
  if (count < 0) throw ERR.notPositive;
  const size = call.count === 5 ? integerOf(call.at(4)) : 0;
  if (size < 0) throw ERR.notPositive;
  const prefix = call.count === 3 ? "key" : textOf(call.at(3));
  const { database } = call;
  database.table.reserve(database.size + count);
  const key = new Slice(), value = new Slice();
  for (let i = 0; i < count; i++) {
    const keyBytes = latin1Bytes128(`${prefix}:${i}`);
    key.set(keyBytes, 0, keyBytes.length);
    if (database.write(key) !== 0) continue;
    const text = asciiBytes(`value:${i}`);
    const bytes = size === 0 ? text : padded(text, size);
    value.set(bytes, 0, bytes.length);
    database.putString(0, key, value, stringEncoding(value), NO_EXPIRY);
    database.changed(key, "new", 0); // watched keys notice, replicas are not told
  }
  call.reply.ok();
}

/** Redis builds the names in 128 bytes. */
function latin1Bytes128(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.min(text.length, 127));
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function padded(text: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(text.subarray(0, size));
  return bytes;
}

function stringMatch(call: Call): void {
  call.reply.integer(globMatch(call.at(2), call.at(3)) ? 1 : 0);
}

/** Bytes, with a unit if one is given, from which on an element of a list is a node; 0 for the default. */
function setPlainThreshold(call: Call): void {
  const bytes = parseMemory(textOf(call.at(2)));
  if (bytes === undefined || bytes > MAX_PLAIN_THRESHOLD) throw NO_PLAIN_THRESHOLD;
  call.services.keyspace.limits.listPlainFromBytes = Number(bytes);
  call.reply.ok();
}

function changeReplicationId(call: Call): void {
  call.services.ports.process.log("DEBUG CHANGE-REPL-ID: a new replication ID");
  call.services.ports.replication.changeId();
  call.reply.ok();
}

function rewriteAll(call: Call): void {
  const error = call.services.ports.process.rewriteConfig(true);
  if (error === undefined) call.reply.ok();
  else call.reply.error(error);
}

function log(call: Call): void {
  call.services.ports.process.log(`DEBUG LOG: ${textOf(call.at(2))}`);
  call.reply.ok();
}
