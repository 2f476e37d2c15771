// The lines of CLIENT LIST and CLIENT INFO. Source: the Redis page "CLIENT LIST", version 7.2.
import { latin1 } from "../base/bytes.ts";
import type { Services } from "./call.ts";
import { type Session, SESSION_CLOSING, SESSION_IN_MULTI } from "./session.ts";
import type { Request } from "../resp/request.ts";

/** What Redis counts as a client's fixed output buffer; only what exceeds it is `omem`. */
export const STATIC_OUTPUT_BYTES = 16 * 1024;
/** A session's own objects, estimated. */
const SESSION_BYTES = 2048;

/** Kinds of clients, as CLIENT LIST TYPE and CLIENT KILL TYPE name them. */
export type ClientType = "normal" | "master" | "replica" | "pubsub";

const TYPES: ReadonlyMap<string, ClientType> = new Map([
  ["normal", "normal"],
  ["master", "master"],
  ["replica", "replica"],
  ["slave", "replica"],
  ["pubsub", "pubsub"],
]);

/** The kind that a word names, undefined for none. */
export function clientTypeNamed(word: string): ClientType | undefined {
  return TYPES.get(word.toLowerCase());
}

/** The kind of a client. */
export function clientTypeOf(session: Session): ClientType {
  return session.subscribed ? "pubsub" : "normal";
}

/** Whether it came over a unix socket: those have port 0, which no TCP peer has. */
function isUnixClient(session: Session): boolean {
  return session.transport.address.endsWith(":0");
}

/** One letter for each thing that is special about the client, `N` for nothing. */
function flagsOf(session: Session, { watches }: Services): string {
  let flags = "";
  if (session.subscribed) flags += "P";
  if (session.bits & SESSION_IN_MULTI) flags += "x";
  if (session.parked !== undefined) flags += "b";
  if (watches.isTouched(session)) flags += "d";
  if (session.bits & SESSION_CLOSING) flags += "c";
  if (isUnixClient(session)) flags += "U";
  if (session.noEvict) flags += "e";
  if (session.noTouch) flags += "T";
  return flags === "" ? "N" : flags;
}

function seconds(fromMs: number, toMs: number): number {
  return Math.max(0, Math.floor(toMs / 1000) - Math.floor(fromMs / 1000));
}

/** As much of a name as C would print. */
function printedName(session: Session): string {
  const name = session.name === undefined ? "" : latin1(session.name);
  const nul = name.indexOf("\0");
  return nul < 0 ? name : name.slice(0, nul);
}

function queuedBytes(session: Session): number {
  let total = 0;
  for (const request of session.queued ?? []) total += request.byteLength();
  return total;
}

/** The line of one client, without a line end. `current` is the request that runs for it now. */
export function clientLine(session: Session, services: Services, current?: Request): string {
  const { transport } = session, { nowMs } = services.keyspace;
  const request = current ?? session.parked?.request;
  const argumentBytes = request?.byteLength() ?? 0, multiBytes = queuedBytes(session);
  const output = transport.outputBytes;
  const listBytes = Math.max(0, output - STATIC_OUTPUT_BYTES);
  const fields: [name: string, value: string | number][] = [
    ["id", session.id],
    ["addr", transport.address],
    ["laddr", transport.localAddress],
    ["fd", -1], // the runtime does not tell descriptors
    ["name", printedName(session)],
    ["age", seconds(session.createdAtMs, nowMs)],
    ["idle", seconds(session.lastActiveAtMs, nowMs)],
    ["flags", flagsOf(session, services)],
    ["db", session.databaseIndex],
    ["sub", session.subscriptions.size],
    ["psub", session.patternSubscriptions.size],
    ["ssub", session.shardSubscriptions.size],
    ["multi", session.bits & SESSION_IN_MULTI ? session.queued?.length ?? 0 : -1],
    ["qbuf", transport.inputBytes],
    ["qbuf-free", Math.max(0, transport.inputCapacity - transport.inputBytes)],
    ["argv-mem", argumentBytes],
    ["multi-mem", multiBytes],
    ["rbs", transport.outputCapacity],
    ["rbp", transport.outputPeak],
    ["obl", output - listBytes],
    ["oll", Math.ceil(listBytes / STATIC_OUTPUT_BYTES)],
    ["omem", listBytes],
    ["tot-mem", SESSION_BYTES + transport.memoryBytes + argumentBytes + multiBytes],
    ["events", transport.writing ? "rw" : "r"],
    ["cmd", session.lastCommand],
    ["user", session.user.name],
    ["redir", -1],
    ["resp", session.reply.protocol],
    ["lib-name", session.libraryName],
    ["lib-ver", session.libraryVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}
