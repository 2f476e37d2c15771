// MEMORY: what memory is used for.
import { integerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import type { Database } from "../../store/database.ts";
import { ENCODING_RAW_BLOCK, TYPE_STRING } from "../../store/entry.ts";
import { helpOf } from "../help.ts";
import { humanBytes, memoryReport, ratio } from "./memory_report.ts";
import { memoryAdvice } from "./memory_advice.ts";

const SAMPLES = keyword("samples");
/** As in Redis. */
const DEFAULT_SAMPLES = 5;
/** A reference in a bucket array, at one entry a bucket. */
const BUCKET_BYTES = 4;
/** A reference in the index of keys with an expiry. */
const EXPIRY_INDEX_BYTES = 4;

/** MEMORY USAGE key [SAMPLES count]: 0 looks at all of a large value. */
export function memoryUsage(call: Call): void {
  let samples = DEFAULT_SAMPLES;
  for (let i = 3; i < call.count; i += 2) {
    if (!call.at(i).equalsIgnoreCase(SAMPLES) || i + 1 === call.count) throw ERR.syntax;
    samples = integerOf(call.at(i + 1));
    if (samples < 0) throw ERR.syntax;
  }
  const { database } = call;
  const ref = database.peek(call.at(2));
  if (ref === 0) call.reply.null();
  else call.reply.integer(entryUsage(database, ref, samples === 0 ? Infinity : samples));
}

/** Bytes of a key with its value and its places in the tables. */
function entryUsage(database: Database, ref: number, samples: number): number {
  const { arena, keyspace } = database;
  let bytes = arena.usableBytes(ref) + BUCKET_BYTES;
  if (database.expireAtOf(ref) >= 0) bytes += EXPIRY_INDEX_BYTES;
  const type = database.typeOf(ref), encoding = database.encodingOf(ref);
  if (type !== TYPE_STRING) {
    const value = database.valueOf(ref);
    return bytes + (keyspace.valueTypes[type]?.bytes(encoding, value, samples) ?? 0);
  }
  if (encoding === ENCODING_RAW_BLOCK) bytes += arena.usableBytes(database.valueOf(ref));
  return bytes;
}

/** MEMORY STATS */
export function memoryStats(call: Call): void {
  const { reply } = call;
  const report = memoryReport(call.services);
  const { used, active, arenaResident, resident } = report;
  const head: Fields = [
    ["peak.allocated", report.peak],
    ["total.allocated", used],
    ["startup.allocated", report.startup],
    ["replication.backlog", 0],
    ["clients.slaves", 0],
    ["clients.normal", report.clients],
    ["cluster.links", 0],
    ["aof.buffer", 0],
    ["lua.caches", 0],
    ["functions.caches", 0],
  ];
  const tail: Fields = [
    ["overhead.total", report.overhead],
    ["keys.count", report.keys],
    ["keys.bytes-per-key", report.bytesPerKey],
    ["dataset.bytes", report.dataset],
    ["dataset.percentage", report.datasetPercent, "double"],
    ["peak.percentage", ratio(used * 100, report.peak), "double"],
    ["allocator.allocated", used],
    ["allocator.active", active],
    ["allocator.resident", arenaResident],
    ["allocator-fragmentation.ratio", ratio(active, used), "double"],
    ["allocator-fragmentation.bytes", active - used],
    ["allocator-rss.ratio", ratio(arenaResident, active), "double"],
    ["allocator-rss.bytes", arenaResident - active],
    ["rss-overhead.ratio", ratio(resident, arenaResident), "double"],
    ["rss-overhead.bytes", resident - arenaResident],
    ["fragmentation", ratio(resident, used), "double"],
    ["fragmentation.bytes", resident - used],
  ];
  reply.map(head.length + report.databases.length + tail.length);
  writeFields(reply, head);
  for (const { index, mainBytes, expiresBytes } of report.databases) {
    reply.bulkText(`db.${index}`);
    reply.map(3);
    writeFields(reply, [
      ["overhead.hashtable.main", mainBytes],
      ["overhead.hashtable.expires", expiresBytes],
      ["overhead.hashtable.slot-to-keys", 0],
    ]);
  }
  writeFields(reply, tail);
}

type Fields = readonly (readonly [name: string, value: number, kind?: "double"])[];

function writeFields(reply: ReplySink, fields: Fields): void {
  for (const [name, value, kind] of fields) {
    reply.bulkText(name);
    if (kind === "double") reply.double(value);
    else reply.integer(value);
  }
}

/** MEMORY DOCTOR */
export function memoryDoctor(call: Call): void {
  const { services } = call;
  call.reply.verbatim("txt", memoryAdvice(memoryReport(services), services.sessions.count));
}

/** MEMORY PURGE: flushed databases are freed to the end; free pages are already used again first. */
export function memoryPurge(call: Call): void {
  const { graveyard } = call.services.keyspace;
  while (graveyard.dig(1 << 20)) { /* until nothing is left */ }
  call.reply.ok();
}

/** MEMORY MALLOC-STATS */
export function memoryMallocStats(call: Call): void {
  const { used, peak, active, arenaResident, resident, clients } = memoryReport(call.services);
  const lines: [string, number][] = [
    ["blocks handed out", used],
    ["most ever handed out", peak],
    ["spans that hold blocks", active],
    ["arena touched", arenaResident],
    ["buffers of connections", clients],
    ["resident set of the process", resident],
  ];
  const text = lines.map(([what, bytes]) => `${what}: ${bytes} (${humanBytes(bytes)})\n`).join("");
  call.reply.verbatim("txt", `Arena in size classes of 8-byte units\n${text}`);
}

export const memoryHelp = helpOf("memory", [
  "DOCTOR",
  "    An explanation of how well memory is used.",
  "MALLOC-STATS",
  "    What the allocator knows of itself.",
  "PURGE",
  "    Give back memory that nothing uses.",
  "STATS",
  "    How memory is shared out.",
  "USAGE <key> [SAMPLES <count>]",
  "    Bytes that a key takes with its value. The count is accepted for the sake of clients: every",
  "    element is counted.",
]);
