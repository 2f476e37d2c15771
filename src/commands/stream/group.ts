// XGROUP: making, changing and removing consumer groups and their consumers.
import { asciiBytes } from "../../base/bytes.ts";
import type { Integer64 } from "../../base/int64.ts";
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import { UNKNOWN_ENTRIES_READ } from "../../values/stream_group.ts";
import { RANGE_START, StreamId, STRICT_ID } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { helpOf, subcommandForms } from "../help.ts";
import { createConsumer } from "./consumers.ts";
import { readId } from "./id_arguments.ts";
import { noSuchGroup, storeStream, streamsOf, writeStream } from "./open_stream.ts";

const MKSTREAM = keyword("mkstream");
const ENTRIESREAD = keyword("entriesread");
const LAST = asciiBytes("$");

const NO_KEY = new CommandError(
  "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use" +
    " the MKSTREAM option to create an empty stream automatically.",
);
const BUSY_GROUP = new CommandError("BUSYGROUP Consumer Group name already exists");
const INVALID_ENTRIES_READ = new CommandError(
  "ERR value for ENTRIESREAD must be positive or -1",
);

/** XGROUP HELP */
export const xgroupHelp = helpOf("xgroup", [
  "CREATE <key> <groupname> <id|$> [option]",
  "    Make a group that reads what comes after the ID. Options are:",
  "    * MKSTREAM",
  "      Make the key an empty stream if it does not exist.",
  "    * ENTRIESREAD entries_read",
  "      How many entries the group has read so far; for the server's own use.",
  "CREATECONSUMER <key> <groupname> <consumer>",
  "    Add a consumer to a group.",
  "DELCONSUMER <key> <groupname> <consumer>",
  "    Remove a consumer from a group, with the entries that are pending for it.",
  "DESTROY <key> <groupname>",
  "    Remove a group.",
  "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
  "    Set up to where a group has read, and how many entries that are.",
]);

interface GroupOptions {
  makesStream: boolean;
  entriesRead: Integer64;
}

function readOptions(call: Call, takesMkstream: boolean): GroupOptions {
  const options: GroupOptions = { makesStream: false, entriesRead: UNKNOWN_ENTRIES_READ };
  for (let i = 5; i < call.count; i++) {
    const option = call.at(i);
    if (takesMkstream && option.equalsIgnoreCase(MKSTREAM)) options.makesStream = true;
    else if (option.equalsIgnoreCase(ENTRIESREAD) && i + 1 < call.count) {
      options.entriesRead = integer64Of(call.at(++i));
      if (options.entriesRead < UNKNOWN_ENTRIES_READ) throw INVALID_ENTRIES_READ;
    } else throw subcommandForms(call);
  }
  return options;
}

/** XGROUP CREATE key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read] */
export function xgroupCreate(call: Call): void {
  const { makesStream, entriesRead } = readOptions(call, true);
  const key = call.at(2), name = call.at(3);
  let stream = writeStream(call, key);
  if (stream === undefined && !makesStream) throw NO_KEY;
  if (call.count > 8) throw subcommandForms(call);
  const id = new StreamId();
  if (!call.at(4).equalsBytes(LAST)) readId(id, call.at(4), STRICT_ID);
  else if (stream !== undefined) id.copyFrom(stream.lastId);
  if (stream === undefined) {
    stream = streamsOf(call).create();
    storeStream(call, key, stream);
  } else if (stream.group(name) !== undefined) throw BUSY_GROUP;
  stream.createGroup(name, id, entriesRead);
  call.database.changed(key, "xgroup-create");
  call.reply.ok();
}

/** The stream and the group of a subcommand that needs both. */
function existing(call: Call): { stream: StreamValue; group: StreamGroup } {
  const key = call.at(2), name = call.at(3);
  const stream = writeStream(call, key);
  if (stream === undefined) throw NO_KEY;
  const group = stream.group(name);
  if (group === undefined) throw noSuchGroup(key, name);
  return { stream, group };
}

/** XGROUP SETID key group <id | $> [ENTRIESREAD entries-read] */
export function xgroupSetid(call: Call): void {
  const { entriesRead } = readOptions(call, false);
  const { stream, group } = existing(call);
  if (call.count > 7) throw subcommandForms(call);
  const id = new StreamId();
  if (call.at(4).equalsBytes(LAST)) id.copyFrom(stream.lastId);
  else readId(id, call.at(4), RANGE_START);
  group.willChange();
  group.lastId.copyFrom(id);
  group.entriesRead = entriesRead;
  call.database.changed(call.at(2), "xgroup-setid");
  call.reply.ok();
}

/** XGROUP DESTROY key group */
export function xgroupDestroy(call: Call): void {
  const key = call.at(2), name = call.at(3);
  const stream = writeStream(call, key);
  if (stream === undefined) throw NO_KEY;
  const group = stream.group(name);
  if (group === undefined) return call.reply.integer(0);
  stream.removeGroup(group, name);
  call.database.changed(key, "xgroup-destroy");
  call.reply.integer(1);
}

/** XGROUP CREATECONSUMER key group consumer */
export function xgroupCreateconsumer(call: Call): void {
  const { group } = existing(call);
  const created = createConsumer(call, call.at(2), group, call.at(4));
  call.reply.integer(created === undefined ? 0 : 1);
}

/** XGROUP DELCONSUMER key group consumer */
export function xgroupDelconsumer(call: Call): void {
  const { group } = existing(call);
  const consumer = group.consumer(call.at(4));
  if (consumer === undefined) return call.reply.integer(0);
  const pending = group.removeConsumer(consumer);
  call.database.changed(call.at(2), "xgroup-delconsumer");
  call.reply.integer(pending);
}
