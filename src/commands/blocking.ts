// What commands that wait for keys have in common.
import { parseDouble } from "../base/double.ts";
import { parseLongDouble } from "../base/long_double.ts";
import type { Slice } from "../base/slice.ts";
import type { Call } from "../engine/call.ts";
import { ERR } from "../engine/errors.ts";
import type { Wait } from "../engine/wait.ts";
import type { ReplySink } from "../resp/reply_sink.ts";

const INT64_END = 2 ** 63;
/** A product this close to an integer, relatively, was meant to be it: 1.1 seconds are 1100 ms. */
const ROUNDING_ERROR = 2 ** -50;

/**
 * The instant, Unix ms, at which a wait of so many seconds ends, decimals allowed; 0 for never.
 * Fractions of a millisecond count as a whole one.
 */
export function deadlineOf(call: Call, seconds: Slice): number {
  const timeoutMs = millisecondsOf(seconds);
  if (timeoutMs >= INT64_END) throw ERR.timeoutOutOfRange;
  if (timeoutMs < 0) throw ERR.timeoutNegative;
  if (timeoutMs === 0) return 0;
  if (timeoutMs + call.nowMs >= INT64_END) throw ERR.timeoutOutOfRange;
  return Math.min(timeoutMs + call.nowMs, Number.MAX_SAFE_INTEGER);
}

function millisecondsOf({ bytes, start, end }: Slice): number {
  const seconds = parseDouble(bytes, start, end);
  if (seconds !== seconds) return beyondDouble(bytes, start, end);
  const product = seconds * 1000, nearest = Math.round(product);
  const exact = Math.abs(product - nearest) <= Math.abs(product) * ROUNDING_ERROR;
  return exact ? nearest : Math.ceil(product);
}

/** Redis reads timeouts in a wider format: what is no double may still be a number. */
function beyondDouble(bytes: Uint8Array, start: number, end: number): number {
  const number = parseLongDouble(bytes, start, end);
  if (number === undefined) throw ERR.timeoutNotFloat;
  const tiny = number.exponent < 0;
  if (number.negative) return tiny ? 0 : -Infinity;
  return tiny ? 1 : Infinity;
}

/** What {@link waitForKeys} waits for. */
interface KeyWait {
  /** Arguments of the keys. */
  readonly first: number;
  readonly last: number;
  /** TYPE_* that a key must have. */
  readonly type: number;
  readonly deadlineAtMs: number;
}

/** Waits until one of the keys holds a value of a type; when time is up the reply is a null array. */
export function waitForKeys(call: Call, { first, last, type, deadlineAtMs }: KeyWait): Wait {
  const keys: Uint8Array[] = [];
  for (let i = first; i <= last; i++) keys.push(call.at(i).copy());
  return { keys, type, deadlineAtMs, onTimeout: nullArray };
}

function nullArray(reply: ReplySink): void {
  reply.nullArray();
}
