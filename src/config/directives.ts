/**
 * The table of directives: everything a configuration file, a flag and CONFIG SET may name, as in
 * Redis 7.2. It is made of one table per kind so that `Config` knows the type of each value.
 */

import { CHOICE_DIRECTIVES } from "./directives_choice.ts";
import { NUMBER_DIRECTIVES } from "./directives_number.ts";
import { SPECIAL_DIRECTIVES } from "./directives_special.ts";
import { TEXT_DIRECTIVES } from "./directives_text.ts";
import { YES_NO_DIRECTIVES } from "./directives_yes_no.ts";
import type { Directive } from "./directive.ts";

const TABLE = {
  ...YES_NO_DIRECTIVES,
  ...NUMBER_DIRECTIVES,
  ...TEXT_DIRECTIVES,
  ...CHOICE_DIRECTIVES,
  ...SPECIAL_DIRECTIVES,
};

export type DirectiveName = keyof typeof TABLE;
export type YesNoName = keyof typeof YES_NO_DIRECTIVES;
export type NumberName = keyof typeof NUMBER_DIRECTIVES;
export type TextName = keyof typeof TEXT_DIRECTIVES;

/** What the program reads of a directive. */
export type ViewOf<Name extends DirectiveName> = (typeof TABLE)[Name] extends
  Directive<infer _Stored, infer View> ? View : never;

/** Rows by primary name, in alphabetical order. */
export const DIRECTIVES: ReadonlyMap<DirectiveName, Directive> = new Map(
  // Names are sorted, not pairs: a comparison in the program would cost a millisecond of each start.
  (Object.keys(TABLE) as DirectiveName[]).sort().map((name) => [name, TABLE[name]]),
);

/** Primary names by every name, old names included, in alphabetical order. */
export const NAMES: ReadonlyMap<string, DirectiveName> = primaryNames();

function primaryNames(): Map<string, DirectiveName> {
  const primary = new Map<string, DirectiveName>();
  for (const [name, { alias }] of DIRECTIVES) {
    primary.set(name, name);
    if (alias !== undefined) primary.set(alias, name);
  }
  return new Map([...primary.keys()].sort().map((name) => [name, primary.get(name)!]));
}

/**
 * Directives of old versions that a file may still hold, with one word each, and that mean nothing any
 * more.
 */
export const FORGOTTEN_DIRECTIVES: ReadonlySet<string> = new Set([
  "list-max-ziplist-entries",
  "list-max-ziplist-value",
  "lua-replicate-commands",
]);
