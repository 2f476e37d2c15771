/** Judges what is there after a crash: nothing promised is missing, nothing is there in part or twice. */

import type { RespClient } from "../support/resp_client.ts";
import {
  isMarker,
  MARKERS_KEY,
  markersAmong,
  type View,
  writesShown,
  WrittenState,
} from "./numbered_writes.ts";
import { ask, readView } from "./read_state.ts";
import type { RecordedClient } from "./recorded_client.ts";

/** What a server promises of acknowledged writes. */
export type Durability =
  | { kind: "all" }
  /** All that were acknowledged at least so long before the crash. */
  | { kind: "older"; ms: number }
  /** As many of each client's as were acknowledged when the last completed save was asked for. */
  | { kind: "saved"; writes: readonly number[] };

export interface Crash {
  readonly clients: readonly RecordedClient[];
  readonly durability: Durability;
  /** Of performance.now. */
  readonly diedAtMs: number;
}

export interface Verdict {
  /** Writes of each client that are there. */
  readonly writes: number[];
  /** Acknowledged writes that are not, and for how long the oldest of them was acknowledged. */
  readonly lost: number;
  readonly oldestLostMs: number;
  /** Writes that are there though nobody was told. */
  readonly unannounced: number;
}

/** The server did not keep its promise. */
export class BrokenPromise extends Error {
  override name = "BrokenPromise";
}

/** Compares a server that has restarted with what its clients know. Throws BrokenPromise. */
export async function judge(
  server: RespClient,
  states: readonly WrittenState[],
  crash: Crash,
): Promise<Verdict> {
  const writes: number[] = [];
  for (const [index, client] of crash.clients.entries()) {
    if (client.fault !== undefined) throw new BrokenPromise(client.fault);
    const view = await readView(server, client.database);
    const shown = writesShown(view);
    const where = `database ${client.database}, written by one client:`;
    if (shown < states[index].done) {
      throw new BrokenPromise(`${where} ${states[index].done} writes were loaded, now ${shown}`);
    }
    if (shown > client.sent) {
      throw new BrokenPromise(`${where} ${shown} writes, only ${client.sent} were sent`);
    }
    states[index].advance(shown);
    compareViews(view, states[index], where);
    checkPromise(crash, index, shown);
    writes.push(shown);
  }
  await checkOrder(server, crash.clients, writes);
  return { writes, ...losses(crash, writes) };
}

/** The keys are those of the first n writes, neither fewer nor more. */
function compareViews(view: View, state: WrittenState, where: string): void {
  const expected = state.view();
  for (const key of new Set([...view.keys(), ...expected.keys()])) {
    if (view.get(key) === expected.get(key)) continue;
    throw new BrokenPromise(
      `${where} after ${state.done} writes ${key} is ${short(view.get(key))}, ` +
        `expected ${short(expected.get(key))}`,
    );
  }
}

function short(text: string | undefined): string {
  if (text === undefined) return "missing";
  return text.length <= 300 ? text : `${text.slice(0, 150)} ... ${text.slice(-150)}`;
}

function checkPromise(
  { clients, durability, diedAtMs }: Crash,
  index: number,
  shown: number,
): void {
  const { acknowledged, acknowledgedAtMs, first, database } = clients[index];
  let least = acknowledged;
  if (durability.kind === "saved") least = durability.writes[index];
  if (durability.kind === "older") {
    const late = acknowledgedAtMs.findIndex((atMs) => atMs >= diedAtMs - durability.ms);
    least = late < 0 ? acknowledged : first + late;
  }
  if (shown >= least) return;
  const agesMs = Math.round(diedAtMs - acknowledgedAtMs[shown - first]);
  throw new BrokenPromise(
    `database ${database}: ${least - shown} promised writes are missing, ` +
      `the oldest was acknowledged ${agesMs} ms before the crash`,
  );
}

/**
 * All clients' writes have one order, the one in which the server ran them, and what survives is a
 * beginning of it: markers say where they stand in it.
 */
async function checkOrder(
  server: RespClient,
  clients: readonly RecordedClient[],
  writes: readonly number[],
): Promise<void> {
  const [, text] = await ask(server, [["SELECT", 0], ["GET", MARKERS_KEY]]);
  const markers = Number(text ?? 0);
  const expected = writes.reduce((sum, count) => sum + markersAmong(count), 0);
  if (markers !== expected) {
    throw new BrokenPromise(`${markers} markers are counted, the databases have ${expected}`);
  }
  for (const [index, client] of clients.entries()) {
    for (const [write, number] of client.markers) {
      if (!isMarker(write) || (write < writes[index]) === (number <= markers)) continue;
      throw new BrokenPromise(
        `marker ${number} of ${markers} is write ${write} of database ${client.database}, ` +
          `which has ${writes[index]} writes`,
      );
    }
  }
}

function losses({ clients, diedAtMs }: Crash, writes: readonly number[]) {
  let lost = 0, oldestLostMs = 0, unannounced = 0;
  for (const [index, { first, acknowledged, acknowledgedAtMs }] of clients.entries()) {
    const missing = acknowledged - writes[index];
    if (missing <= 0) {
      unannounced -= missing;
      continue;
    }
    lost += missing;
    oldestLostMs = Math.max(oldestLostMs, diedAtMs - acknowledgedAtMs[writes[index] - first]);
  }
  return { lost, oldestLostMs, unannounced };
}
