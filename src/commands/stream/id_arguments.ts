// IDs among the arguments.
import { Slice } from "../../base/slice.ts";
import { CommandError } from "../../engine/errors.ts";
import {
  ID_INVALID,
  type IdForm,
  parseStreamId,
  RANGE_END,
  RANGE_START,
  StreamId,
  STRICT_ID,
} from "../../values/stream_id.ts";

const PARENTHESIS = 0x28;
const INVALID_ID = new CommandError(
  "ERR Invalid stream ID specified as stream command argument",
);
const INVALID_START = new CommandError("ERR invalid start ID for the interval");
const INVALID_END = new CommandError("ERR invalid end ID for the interval");

/** Reads an ID; answers ID_COMPLETE or ID_OPEN_SEQUENCE. Throws where it is none of that form. */
export function readId(id: StreamId, argument: Slice, form: IdForm = STRICT_ID): number {
  const result = parseStreamId(id, argument, form);
  if (result === ID_INVALID) throw INVALID_ID;
  return result;
}

/** One definite ID. */
export function idOf(argument: Slice): StreamId {
  const id = new StreamId();
  readId(id, argument);
  return id;
}

/** Whether the argument is one definite ID; `id` is it then. */
export function isId(id: StreamId, argument: Slice): boolean {
  return parseStreamId(id, argument, STRICT_ID) !== ID_INVALID;
}

const rest = new Slice();

/** Reads an end of a range; true where `(` excludes it. */
function readEnd(id: StreamId, argument: Slice, form: IdForm): boolean {
  const { bytes, start, end } = argument;
  const excluded = end - start > 1 && bytes[start] === PARENTHESIS;
  if (!excluded) readId(id, argument, form);
  else {
    rest.set(bytes, start + 1, end);
    // A lonely `-` or `+` cannot be excluded; but a missing sequence number means what it means.
    readId(id, rest, { ...form, takesEnds: false });
  }
  return excluded;
}

/** Reads the lowest ID of a range. */
export function readRangeStart(id: StreamId, argument: Slice): void {
  if (readEnd(id, argument, RANGE_START) && !id.increment()) throw INVALID_START;
}

/** Reads the highest ID of a range. */
export function readRangeEnd(id: StreamId, argument: Slice): void {
  if (readEnd(id, argument, RANGE_END) && !id.decrement()) throw INVALID_END;
}
