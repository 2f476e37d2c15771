// What blocking commands answer when none of their keys holds what they want.
import { parseDouble } from "../base/double.ts";
import { parseLongDouble } from "../base/long_double.ts";
import type { Slice } from "../base/slice.ts";
import type { ReplySink } from "../resp/reply_sink.ts";
import type { Call } from "./call.ts";
import { ERR } from "./errors.ts";
import type { Wait } from "./wait.ts";

const INT64_END = 2 ** 63;
/** A product this close to an integer, relatively, was meant to be it: `1.1` seconds are 1100 ms. */
const ROUNDING_ERROR = 2 ** -50;

/**
 * The instant, Unix ms, that a timeout in seconds means from now on; 0 for a timeout of 0, which
 * never comes. Fractions of a millisecond count as a whole one.
 */
export function deadlineOf(call: Call, timeout: Slice): number {
  const milliseconds = millisecondsOf(timeout);
  if (milliseconds >= INT64_END) throw ERR.timeoutOutOfRange;
  if (milliseconds < 0) throw ERR.timeoutNegative;
  if (milliseconds === 0) return 0;
  if (milliseconds + call.nowMs >= INT64_END) throw ERR.timeoutOutOfRange;
  return Math.min(milliseconds + call.nowMs, Number.MAX_SAFE_INTEGER);
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

function nullArray(reply: ReplySink): void {
  reply.nullArray();
}

/** Which arguments are keys, of which type their values must be, and until when, Unix ms or 0. */
export interface WantedKeys {
  readonly first: number;
  readonly count: number;
  readonly type: number;
  readonly deadlineAtMs: number;
}

/** Waits for keys to hold a value of a type; the answer is null when time is up. */
export function waitForKeys(call: Call, { first, count, type, deadlineAtMs }: WantedKeys): Wait {
  const keys = Array.from({ length: count }, (_, i) => call.at(first + i).copy());
  return { keys, type, deadlineAtMs, onTimeout: nullArray };
}
