// LMOVE, RPOPLPUSH and their blocking forms: an element goes from one list to another, or around.
import { asciiBytes } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import { keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { Wait } from "../../engine/wait.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import type { ListValue } from "../../values/list_value.ts";
import { deadlineOf, waitForKeys } from "../blocking.ts";
import { keepList, keepShrunk, listsOf, openList } from "./open_list.ts";

const LEFT = keyword("left");
const RIGHT = keyword("right");
const LMOVE_BYTES = asciiBytes("LMOVE");
const RPOPLPUSH_BYTES = asciiBytes("RPOPLPUSH");
const KEPT_BYTES = 1 << 16;

/** Whether LEFT, and not RIGHT, is said. */
export function isLeft(argument: Slice): boolean {
  if (argument.equalsIgnoreCase(LEFT)) return true;
  if (!argument.equalsIgnoreCase(RIGHT)) throw ERR.syntax;
  return false;
}

/** LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> */
export function lmove(call: Call): void {
  const fromHead = isLeft(call.at(3)), toHead = isLeft(call.at(4));
  move(call, fromHead, toHead);
}

/** RPOPLPUSH source destination */
export function rpoplpush(call: Call): void {
  move(call, false, true);
}

/** BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout */
export function blmove(call: Call): Wait | void {
  const fromHead = isLeft(call.at(3)), toHead = isLeft(call.at(4));
  const deadlineAtMs = deadlineOf(call, call.at(5));
  if (call.writeTyped(call.at(1), TYPE_LIST) === 0) return waitForSource(call, deadlineAtMs);
  move(call, fromHead, toHead);
  if (!call.propagates) return;
  const [source, destination, from, to] = [1, 2, 3, 4].map((i) => call.at(i).copy());
  call.propagateAs(LMOVE_BYTES, source, destination, from, to);
}

/** BRPOPLPUSH source destination timeout */
export function brpoplpush(call: Call): Wait | void {
  const deadlineAtMs = deadlineOf(call, call.at(3));
  if (call.writeTyped(call.at(1), TYPE_LIST) === 0) return waitForSource(call, deadlineAtMs);
  move(call, false, true);
  if (call.propagates) {
    call.propagateAs(RPOPLPUSH_BYTES, call.at(1).copy(), call.at(2).copy());
  }
}

/** Where nobody may wait the answer is another null than when time is up, as in Redis. */
function waitForSource(call: Call, deadlineAtMs: number): Wait | void {
  if (!call.origin.mayBlock) return call.reply.null();
  return waitForKeys(call, { first: 1, last: 1, type: TYPE_LIST, deadlineAtMs });
}

const moved = new Slice();
let scratch = new Uint8Array(256);

/** Copies an element out of the arena, which may move when the element is written again. */
function takeElement({ element }: ListValue): Slice {
  const length = element.length;
  let bytes = scratch;
  if (length > bytes.length) {
    bytes = new Uint8Array(Math.max(length, 2 * bytes.length));
    if (length <= KEPT_BYTES) scratch = bytes;
  }
  bytes.set(element.bytes.subarray(element.start, element.end));
  moved.set(bytes, 0, length);
  return moved;
}

function move(call: Call, fromHead: boolean, toHead: boolean): void {
  const sourceKey = call.at(1), destinationKey = call.at(2);
  const { reply, database } = call;
  const sourceRef = call.writeTyped(sourceKey, TYPE_LIST);
  if (sourceRef === 0) return reply.null();
  const destinationRef = call.writeTyped(destinationKey, TYPE_LIST);
  const source = openList(call, sourceRef);
  source.readEnd(fromHead);
  const element = takeElement(source);
  if (sourceRef === destinationRef) turn(call, source, sourceRef, fromHead, toHead);
  else {
    pushTo(call, destinationRef, element, toHead);
    source.drop(fromHead);
  }
  database.changed(destinationKey, toHead ? "lpush" : "rpush", 0);
  reply.bulk(element);
  keepShrunk(call, sourceKey, sourceRef, source, fromHead ? "lpop" : "rpop", 1);
}

/** Pushed before it is popped elsewhere: when memory runs out nothing is lost. */
function pushTo(call: Call, ref: number, element: Slice, toHead: boolean): void {
  const { database } = call;
  const list = listsOf(call).otherWindow;
  if (ref === 0) list.create();
  else list.open(database.encodingOf(ref), database.valueOf(ref));
  try {
    list.expect(element.length, 1);
    list.push(element, toHead);
  } finally {
    keepList(call, call.at(2), ref, list);
  }
}

/** Source and destination are one list, which must not grow beyond what it was. */
function turn(call: Call, list: ListValue, ref: number, fromHead: boolean, toHead: boolean): void {
  list.drop(fromHead);
  try {
    list.expect(moved.length, 1);
    list.push(moved, toHead);
  } catch (error) {
    // There is room where the element was.
    list.push(moved, fromHead);
    throw error;
  } finally {
    keepList(call, call.at(1), ref, list);
  }
}
