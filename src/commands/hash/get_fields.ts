// Reading a hash: single fields, their number, all of them.
import type { Call } from "../../engine/call.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { readFields, readHash } from "./open_hash.ts";

/** HGET key field */
export function hget(call: Call): void {
  const hash = readFields(call, 2, 3);
  if (hash === undefined || !hash.find(call.at(2))) return call.reply.null();
  call.reply.bulk(hash.readValue());
}

/** HMGET key field [field ...] */
export function hmget(call: Call): void {
  writeValues(call, readFields(call, 2, call.count), 2);
}

/** Writes the values of the fields named from `first` on, null for those that are not there. */
function writeValues(call: Call, hash: HashValue | undefined, first: number): void {
  const { reply } = call;
  reply.array(call.count - first);
  for (let i = first; i < call.count; i++) {
    if (hash?.find(call.at(i))) reply.bulk(hash.readValue());
    else reply.null();
  }
}

/** HLEN key. Fields count until they are removed, also when their time is over. */
export function hlen(call: Call): void {
  call.reply.integer(readHash(call, call.at(1))?.size ?? 0);
}

/** HSTRLEN key field */
export function hstrlen(call: Call): void {
  const hash = readFields(call, 2, 3);
  call.reply.integer(hash?.find(call.at(2)) ? hash.readValue().length : 0);
}

/** HEXISTS key field */
export function hexists(call: Call): void {
  call.reply.integer(readFields(call, 2, 3)?.find(call.at(2)) ? 1 : 0);
}

/** HGETALL key */
export function hgetall(call: Call): void {
  const { reply } = call;
  const hash = readHash(call, call.at(1));
  if (hash === undefined) return reply.map(0);
  call.weigh(hash.size);
  if (hash.hiddenUntilMs >= 0) return writeVisible(call, hash);
  reply.map(hash.size);
  hash.begin();
  while (hash.next()) {
    reply.bulk(hash.field);
    reply.bulk(hash.content);
  }
  hash.end();
}

/** Nobody knows how many of the fields that are there may be seen. */
function writeVisible({ reply }: Call, hash: HashValue): void {
  const token = reply.openArray();
  let fields = 0;
  hash.begin();
  for (; hash.next(); fields++) {
    reply.bulk(hash.field);
    reply.bulk(hash.content);
  }
  hash.end();
  reply.closeMap(token, fields);
}

/** HKEYS key */
export function hkeys(call: Call): void {
  writeEach(call, (hash) => hash.field);
}

/** HVALS key */
export function hvals(call: Call): void {
  writeEach(call, (hash) => hash.content);
}

function writeEach(call: Call, part: (hash: HashValue) => HashValue["field"]): void {
  const { reply } = call;
  const hash = readHash(call, call.at(1));
  if (hash === undefined) return reply.array(0);
  call.weigh(hash.size);
  const token = reply.openArray();
  let written = 0;
  hash.begin();
  for (; hash.next(); written++) reply.bulk(part(hash));
  hash.end();
  reply.closeArray(token, written);
}
