/**
 * What a client of a crash test writes, and what is there after its first n writes. Both follow from
 * the numbers alone: so the state after a crash tells how many writes survived, and whether they are
 * the first ones, each of them whole and done once.
 */

import type { Argument } from "../support/resp_client.ts";
import { Seeded } from "../support/seeded.ts";

/** A write: one command, or a transaction. */
export type Write = readonly Argument[][];

const KINDS = 12;
/** The kind that counts itself in a key that all clients share. */
const MARKER_KIND = 8;
/** In database 0: how many markers there are. */
export const MARKERS_KEY = "markers";
const NAMES = 7;
const LIST_LENGTH = 40;
const SET_WRITES = 40 * KINDS;
const STREAM_LENGTH = 30;
const FAR_MS = 4_102_444_800_000;
const LARGE_BYTES = 60_000;

/** Whether a write is one of those that all clients count together. */
export function isMarker(write: number): boolean {
  return write % KINDS === MARKER_KIND;
}

/** How many of the first `writes` writes are markers. */
export function markersAmong(writes: number): number {
  return Math.floor((writes + KINDS - 1 - MARKER_KIND) / KINDS);
}

/** The number of a write with something behind it, so that values have many lengths. */
function numbered(database: number, write: number): string {
  const random = new Seeded(database * 1_000_003 + write);
  const length = random.chance(0.02) ? LARGE_BYTES : random.below(random.chance(0.1) ? 3000 : 60);
  return `${write}:${String.fromCharCode(97 + write % 26).repeat(length)}`;
}

const name = (write: number) => write * 31 % NAMES;

/** The commands of a write; a client's keys are alone in a database. */
export function commandsOf(database: number, write: number): Write {
  const value = numbered(database, write);
  switch (write % KINDS) {
    case 0:
      return [["SET", `string:${name(write)}`, value]];
    case 1:
      return [["MULTI"], ["RPUSH", "list", value], ["LTRIM", "list", -LIST_LENGTH, -1], ["EXEC"]];
    case 2:
      return [["HSET", "hash", `field:${name(write)}`, value]];
    case 3:
      return [["ZADD", "zset", write, `member:${name(write)}`]];
    case 4:
      return [["MULTI"], ["SADD", "set", write], ["SREM", "set", write - SET_WRITES], ["EXEC"]];
    case 5:
      return [["XADD", "stream", "MAXLEN", STREAM_LENGTH, `${write + 1}-0`, "field", value]];
    case 6:
      return startsText(write) ? [["SET", "text", `${write},`]] : [["APPEND", "text", `${write},`]];
    case 7:
      return [["MULTI"], ["SET", "last", write], ["HINCRBY", "hash", "count", 1], ["EXEC"]];
    case MARKER_KIND:
      return [
        ["MULTI"],
        ["SET", "marker", write],
        ["SELECT", 0],
        ["INCR", MARKERS_KEY],
        ["SELECT", database],
        ["EXEC"],
      ];
    case 9:
      return [["SET", `expiring:${name(write)}`, write, "PXAT", FAR_MS + write]];
    case 10:
      return [["MULTI"], ["DEL", `string:${name(write)}`], ["SET", "deleted", write], ["EXEC"]];
    default:
      return [
        ["MULTI"],
        ["SET", "short-lived", write, "PX", 1],
        ["SET", "draft", write],
        ["RENAME", "draft", "renamed"],
        ["EXEC"],
      ];
  }
}

function startsText(write: number): boolean {
  return Math.floor(write / KINDS) % 50 === 0;
}

/** Keys of one database as text: value, and expiry where there is one. */
export type View = Map<string, string>;

/** The text of a list, of a stream's entries, of a sorted set's members with their scores. */
export function joined(parts: readonly string[]): string {
  return parts.join("|");
}

/** The state after the first {@link done} writes. */
export class WrittenState {
  done = 0;
  readonly #database: number;
  #plain: View = new Map();
  #list: string[] = [];
  #hash = new Map<string, string>();
  #scores = new Map<string, number>();
  #set = new Set<string>();
  #stream: string[] = [];

  constructor(database: number) {
    this.#database = database;
  }

  /** Goes on to the state after `writes` writes. */
  advance(writes: number): void {
    while (this.done < writes) this.#apply(this.done++);
  }

  #apply(write: number): void {
    const value = numbered(this.#database, write);
    const plain = this.#plain;
    switch (write % KINDS) {
      case 0:
        return void plain.set(`string:${name(write)}`, value);
      case 1:
        this.#list = [...this.#list, value].slice(-LIST_LENGTH);
        return;
      case 2:
        return void this.#hash.set(`field:${name(write)}`, value);
      case 3:
        return void this.#scores.set(`member:${name(write)}`, write);
      case 4:
        this.#set.add(String(write)).delete(String(write - SET_WRITES));
        return;
      case 5:
        this.#stream = [...this.#stream, `${write + 1}-0 field ${value}`].slice(-STREAM_LENGTH);
        return;
      case 6:
        plain.set("text", `${startsText(write) ? "" : plain.get("text") ?? ""}${write},`);
        return;
      case 7:
        plain.set("last", String(write));
        this.#hash.set("count", String(Number(this.#hash.get("count") ?? 0) + 1));
        return;
      case MARKER_KIND:
        return void plain.set("marker", String(write));
      case 9:
        return void plain.set(`expiring:${name(write)}`, `${write} until ${FAR_MS + write}`);
      case 10:
        plain.delete(`string:${name(write)}`);
        return void plain.set("deleted", String(write));
      default:
        return void plain.set("renamed", String(write));
    }
  }

  /** All keys as they have to be. */
  view(): View {
    const view: View = new Map(this.#plain);
    const put = (key: string, parts: string[]) => parts.length > 0 && view.set(key, joined(parts));
    put("list", this.#list);
    put("hash", [...this.#hash].map(([field, value]) => `${field} ${value}`).sort());
    const byScore = [...this.#scores].sort((one, other) => one[1] - other[1]);
    put("zset", byScore.map(([member, score]) => `${member} ${score}`));
    put("set", [...this.#set].sort());
    put("stream", this.#stream);
    return view;
  }
}

/** How many writes a state shows at most: one more than the highest number in it. */
export function writesShown(view: View): number {
  let highest = -1;
  for (const [key, text] of view) {
    for (const [, number] of text.matchAll(NUMBERS[key.split(":")[0]])) {
      const write = key === "stream" ? Number(number) - 1 : Number(number);
      if (write > highest) highest = write;
    }
  }
  return highest + 1;
}

/** Where the numbers of writes stand, by the first word of a key. */
const NUMBERS: Record<string, RegExp> = {
  string: /^(\d+):/g,
  list: /(?:^|\|)(\d+):/g,
  hash: /field:\d+ (\d+):/g,
  zset: /member:\d+ (\d+)/g,
  set: /(\d+)/g,
  stream: /(?:^|\|)(\d+)-0 /g,
  text: /(\d+),/g,
  last: /^(\d+)$/g,
  marker: /^(\d+)$/g,
  expiring: /^(\d+) /g,
  deleted: /^(\d+)$/g,
  renamed: /^(\d+)$/g,
};
