// What ZUNION, ZINTER and ZDIFF work on: sorted sets, and sets, whose members all score 1.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_SET, TYPE_ZSET } from "../../store/entry.ts";
import type { SetValue } from "../../values/set_value.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { openSetApart } from "../set/open_set.ts";
import { openZsetApart } from "./open_zset.ts";

const SET_SCORE = 1;

/** One input. Between `begin` and `end` only other inputs may be asked for members. */
export interface Source {
  /** The key's entry, to tell when two keys are the same; 0 for a key that does not exist. */
  readonly ref: number;
  readonly size: number;
  /** Of the last step or of what {@link has} found. */
  readonly member: Slice;
  readonly score: number;
  weight: number;
  begin(): void;
  next(): boolean;
  end(): void;
  has(member: Slice): boolean;
}

/**
 * The inputs of `count` keys from argument `first` on. Throws WRONGTYPE. They may be read until the
 * database is written to.
 */
export function openSources(call: Call, first: number, count: number): Source[] {
  const { database } = call;
  const sources: Source[] = [];
  for (let i = first; i < first + count; i++) {
    const ref = database.read(call.at(i));
    const type = ref === 0 ? TYPE_ZSET : database.typeOf(ref);
    if (type === TYPE_SET) sources.push(new SetSource(ref, openSetApart(call, ref, i - first)));
    else if (type !== TYPE_ZSET) throw ERR.wrongType;
    else {sources.push(
        new ZsetSource(ref, ref === 0 ? undefined : openZsetApart(call, ref, i - first).elements),
      );}
  }
  return sources;
}

class ZsetSource implements Source {
  readonly ref: number;
  readonly size: number;
  weight = 1;
  readonly #elements: ZsetElements | undefined;
  #started = false;

  constructor(ref: number, elements: ZsetElements | undefined) {
    this.ref = ref;
    this.size = elements === undefined ? 0 : elements.size;
    this.#elements = elements;
  }

  get member(): Slice {
    return this.#elements!.member;
  }

  get score(): number {
    return this.#elements!.score;
  }

  begin(): void {
    this.#started = false;
  }

  next(): boolean {
    const elements = this.#elements;
    if (elements === undefined) return false;
    if (this.#started) return elements.next();
    this.#started = true;
    return elements.seekRank(0);
  }

  end(): void {}

  has(member: Slice): boolean {
    return this.#elements !== undefined && this.#elements.find(member);
  }
}

class SetSource implements Source {
  readonly ref: number;
  readonly size: number;
  readonly score = SET_SCORE;
  weight = 1;
  readonly #set: SetValue;

  constructor(ref: number, set: SetValue) {
    this.ref = ref;
    this.size = set.size;
    this.#set = set;
  }

  get member(): Slice {
    return this.#set.member;
  }

  begin(): void {
    this.#set.begin();
  }

  next(): boolean {
    return this.#set.next();
  }

  end(): void {
    this.#set.end();
  }

  has(member: Slice): boolean {
    return this.#set.has(member);
  }
}
