// MAXLEN, MINID and LIMIT: how XADD and XTRIM are told to trim.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { ADDED_ID, ID_OPEN_SEQUENCE, StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { type TrimGoal, trimStream } from "../../values/stream_trim.ts";
import { readId } from "./id_arguments.ts";
import { streamsOf } from "./open_stream.ts";

const MAXLEN = keyword("maxlen");
const MINID = keyword("minid");
const LIMIT = keyword("limit");
const NOMKSTREAM = keyword("nomkstream");
const EQUALS = asciiBytes("=");
const STAR = 0x2a;
const TILDE = 0x7e;
const EQUALS_SIGN = 0x3d;
/** Where nothing else is said, so many blocks go at once at most ... */
const DEFAULT_LIMIT_BLOCKS = 100;
/** ... or so many entries, where a block may hold any number. */
const DEFAULT_LIMIT_ENTRIES = 10_000;
const MAX_LIMIT_ENTRIES = 1_000_000;

const TWO_STRATEGIES = new CommandError(
  "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
);
const NEGATIVE_MAXLEN = new CommandError("ERR The MAXLEN argument must be >= 0.");
const NEGATIVE_LIMIT = new CommandError("ERR The LIMIT argument must be >= 0.");
const LIMIT_ALONE = new CommandError(
  "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
);
const NO_STRATEGY = new CommandError(
  "ERR syntax error, XTRIM must be called with a trimming strategy",
);
const EXACT_LIMIT = new CommandError(
  "ERR syntax error, LIMIT cannot be used without the special ~ option",
);

/** What stands before the fields of XADD, and behind the key of XTRIM. */
export class TrimOptions implements TrimGoal {
  maxLength: number | undefined;
  minId: StreamId | undefined;
  approximate = false;
  limit = 0;
  createsStream = true;
  /** The ID of XADD; 0-0 without one. */
  readonly id = new StreamId();
  idGiven = false;
  sequenceGiven = false;
  /** Position of the ID of XADD; of XTRIM, behind the last argument. */
  idPosition = 0;
  #limitGiven = false;
  #thresholdPosition = 0;
  /** An exact trim left entries: there was no memory for more. */
  #fellShort = false;

  get trims(): boolean {
    return this.maxLength !== undefined || this.minId !== undefined;
  }

  /** Reads the options; `adds` for XADD, whose ID ends them. */
  read(call: Call, adds: boolean): void {
    this.#reset();
    const { count } = call;
    let at = 2;
    for (; at < count; at++) {
      const argument = call.at(at), more = count - 1 - at;
      if (adds && isByte(argument, STAR)) break;
      if (more > 0 && argument.equalsIgnoreCase(MAXLEN)) at = this.#readStrategy(call, at, true);
      else if (more > 0 && argument.equalsIgnoreCase(MINID)) {
        at = this.#readStrategy(call, at, false);
      } else if (more > 0 && argument.equalsIgnoreCase(LIMIT)) {
        this.limit = clampedIntegerOf(call.at(++at));
        if (this.limit < 0) throw NEGATIVE_LIMIT;
        this.#limitGiven = true;
      } else if (adds && argument.equalsIgnoreCase(NOMKSTREAM)) this.createsStream = false;
      else if (adds) {
        this.sequenceGiven = readId(this.id, argument, ADDED_ID) !== ID_OPEN_SEQUENCE;
        this.idGiven = true;
        break;
      } else throw ERR.syntax;
    }
    this.idPosition = at;
    this.#settle(call, adds);
  }

  #reset(): void {
    this.maxLength = this.minId = undefined;
    this.approximate =
      this.idGiven =
      this.sequenceGiven =
      this.#limitGiven =
      this.#fellShort =
        false;
    this.limit = 0;
    this.createsStream = true;
    this.id.set(0, 0);
  }

  #readStrategy(call: Call, at: number, byLength: boolean): number {
    if (this.trims) throw TWO_STRATEGIES;
    const more = call.count - 1 - at, next = call.at(at + 1);
    if (more >= 2 && isByte(next, TILDE)) {
      this.approximate = true;
      at++;
    } else if (more >= 2 && isByte(next, EQUALS_SIGN)) at++;
    const threshold = call.at(++at);
    if (byLength) {
      const length = clampedIntegerOf(threshold);
      if (length < 0) throw NEGATIVE_MAXLEN;
      this.maxLength = length;
    } else {
      const id = new StreamId();
      readId(id, threshold);
      this.minId = id;
    }
    return this.#thresholdPosition = at;
  }

  #settle(call: Call, adds: boolean): void {
    if (this.limit !== 0 && !this.trims) throw LIMIT_ALONE;
    if (!adds && !this.trims) throw NO_STRATEGY;
    // A master and the append-only file say with "=" what "~" came to, and leave LIMIT as it was.
    if (!call.origin.checksAcl) this.limit = 0;
    else if (this.#limitGiven) {
      if (!this.approximate) throw EXACT_LIMIT;
    } else if (this.approximate) {
      const { streamNodeMaxEntries } = call.services.keyspace.limits;
      const limit = DEFAULT_LIMIT_BLOCKS * streamNodeMaxEntries || DEFAULT_LIMIT_ENTRIES;
      this.limit = Math.min(limit, MAX_LIMIT_ENTRIES);
    }
  }

  /** Trims, and answers how many entries went. */
  trim(call: Call, stream: StreamValue): number {
    const removed = trimStream(streamsOf(call).tools, stream, this);
    this.#fellShort = !this.approximate && stream.length > 0 &&
      (this.maxLength !== undefined
        ? stream.length > this.maxLength
        : stream.firstId.compare(this.minId!) < 0);
    return removed;
  }

  /** Whether effects have to say in other words to where the trim came. */
  get isRewritten(): boolean {
    return this.approximate || this.#fellShort;
  }

  /**
   * Says in the words of an effect to where a trim came that was approximate, or for which there was no
   * memory, so that others come there too.
   */
  rewrite(words: Uint8Array[], stream: StreamValue, call: Call): void {
    if (!this.isRewritten) return;
    if (this.approximate) words[this.#thresholdPosition - 1] = EQUALS;
    words[this.#thresholdPosition] = this.maxLength !== undefined
      ? asciiBytes(String(stream.length))
      : firstIdDeletedOrNot(call, stream).text();
  }
}

/** The first ID in the blocks; the highest there is for a stream without any. */
function firstIdDeletedOrNot(call: Call, stream: StreamValue): StreamId {
  const id = new StreamId();
  const first = stream.blocks.first();
  if (first < 0) id.setMaximum();
  else {
    const { cursor } = streamsOf(call);
    cursor.readFirstOf(stream.blocks, first);
    id.copyFrom(cursor.id);
  }
  return id;
}

function isByte({ bytes, start, end }: Slice, byte: number): boolean {
  return end - start === 1 && bytes[start] === byte;
}
