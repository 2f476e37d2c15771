// XINFO: what streams, groups and consumers are like.
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { inNameOrder } from "../../values/stream_group.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { helpOf, subcommandForms } from "../help.ts";
import { replyFullInfo } from "./info_full.ts";
import { noSuchGroup, readStream, streamsOf } from "./open_stream.ts";
import { radixNodes } from "./radix_nodes.ts";
import { replyEntry, replyId } from "./reply_entry.ts";
import { replyProgress } from "./reply_progress.ts";

const FULL = keyword("full");
const COUNT = keyword("count");
const DEFAULT_FULL_COUNT = 10;

/** XINFO HELP */
export const xinfoHelp = helpOf("xinfo", [
  "CONSUMERS <key> <groupname>",
  "    The consumers of a group.",
  "GROUPS <key>",
  "    The groups of a stream.",
  "STREAM <key> [FULL [COUNT <count>]",
  "    What a stream is like; in full with entries, groups and consumers.",
]);

function existing(call: Call): StreamValue {
  const stream = readStream(call, call.at(2));
  if (stream === undefined) throw ERR.noSuchKey;
  return stream;
}

/** XINFO STREAM key [FULL [COUNT count]] */
export function xinfoStream(call: Call): void {
  const stream = existing(call);
  const count = readFullCount(call), { reply } = call;
  const full = count >= 0;
  reply.map(full ? 9 : 10);
  reply.bulkText("length");
  reply.integer(stream.length);
  reply.bulkText("radix-tree-keys");
  reply.integer(stream.blocks.size);
  reply.bulkText("radix-tree-nodes");
  reply.integer(radixNodes(stream.blocks));
  reply.bulkText("last-generated-id");
  replyId(reply, stream.lastId);
  reply.bulkText("max-deleted-entry-id");
  replyId(reply, stream.maxDeletedId);
  reply.bulkText("entries-added");
  reply.integer(stream.entriesAdded);
  reply.bulkText("recorded-first-entry-id");
  replyId(reply, stream.firstId);
  if (full) replyFullInfo(call, stream, count);
  else {
    reply.bulkText("groups");
    reply.integer(stream.groups?.size ?? 0);
    replyEdge(call, stream, false);
    replyEdge(call, stream, true);
  }
}

/** Entries and so on that FULL shows, 0 for all; -1 without FULL. */
function readFullCount(call: Call): number {
  if (call.count === 3) return -1;
  if (call.count !== 4 && call.count !== 6) throw subcommandForms(call);
  if (!call.at(3).equalsIgnoreCase(FULL)) throw subcommandForms(call);
  if (call.count === 4) return DEFAULT_FULL_COUNT;
  if (!call.at(4).equalsIgnoreCase(COUNT)) throw subcommandForms(call);
  const count = clampedIntegerOf(call.at(5));
  return count < 0 ? DEFAULT_FULL_COUNT : count;
}

function replyEdge(call: Call, stream: StreamValue, last: boolean): void {
  const { reply } = call, { cursor } = streamsOf(call);
  reply.bulkText(last ? "last-entry" : "first-entry");
  cursor.beginAll(stream.blocks, last);
  if (cursor.next()) replyEntry(reply, cursor);
  else reply.null();
}

/** XINFO GROUPS key */
export function xinfoGroups(call: Call): void {
  const stream = existing(call), { reply } = call;
  reply.array(stream.groups?.size ?? 0);
  for (const group of inNameOrder(stream.groups)) {
    reply.map(6);
    reply.bulkText("name");
    reply.bulkRange(group.name, 0, group.name.length);
    reply.bulkText("consumers");
    reply.integer(group.consumers.size);
    reply.bulkText("pending");
    reply.integer(group.pending.size);
    reply.bulkText("last-delivered-id");
    replyId(reply, group.lastId);
    replyProgress(reply, stream, group);
  }
}

/** XINFO CONSUMERS key group */
export function xinfoConsumers(call: Call): void {
  const group = existing(call).group(call.at(3));
  if (group === undefined) throw noSuchGroup(call.at(2), call.at(3));
  const { reply, nowMs } = call;
  reply.array(group.consumers.size);
  for (const { name, pending, seenAtMs, activeAtMs } of inNameOrder(group.consumers)) {
    reply.map(4);
    reply.bulkText("name");
    reply.bulkRange(name, 0, name.length);
    reply.bulkText("pending");
    reply.integer(pending.size);
    reply.bulkText("idle");
    reply.integer(Math.max(0, nowMs - seenAtMs));
    reply.bulkText("inactive");
    reply.integer(activeAtMs === -1 ? -1 : nowMs - activeAtMs);
  }
}
