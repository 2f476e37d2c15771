/** The plain kinds of directives: yes or no, numbers, texts, and choices from a list of names. */

import { Buffer } from "node:buffer";
import { latin1Bytes, printable } from "../base/bytes.ts";
import type { Directive, Facts } from "./directive.ts";
import {
  asciiLower,
  formatMemory,
  parseCanonicalInteger,
  parseLooseInteger,
  parseMemory,
  untilNul,
} from "./numbers.ts";

type Row<Stored, View> = Directive<Stored, View>;

function common(facts: Facts): Pick<Directive, "alias" | "flags"> {
  return { alias: facts.alias, flags: facts.flags ?? 0 };
}

/** `yes` or `no`. `refuse` answers why a value cannot be had here. */
export function yesNo(
  initial: boolean,
  facts: Facts & { refuse?: (value: boolean) => string | undefined } = {},
): Row<boolean, boolean> {
  return {
    ...common(facts),
    initial: () => initial,
    parse([word]) {
      const text = asciiLower(untilNul(word));
      if (text !== "yes" && text !== "no") return { error: "argument must be 'yes' or 'no'" };
      const value = text === "yes";
      const refusal = facts.refuse?.(value);
      return refusal === undefined ? { value } : { error: refusal };
    },
    view: (stored) => stored,
    render: (stored) => stored ? "yes" : "no",
    rewrite: (name, stored) => [
      { text: `${name} ${stored ? "yes" : "no"}`, force: stored !== initial },
    ],
  };
}

/** How a number is written, and its bounds. */
export interface NumberFacts extends Facts {
  readonly initial: number;
  readonly min: number | bigint;
  readonly max: number | bigint;
  /** `memory`: bytes with an optional unit; a percentage is stored as its negative. */
  readonly form?: "plain" | "memory" | "memory or percent" | "octal";
  /** A C type without sign: negative numbers count as huge ones in the bounds check. */
  readonly unsigned?: boolean;
  /** Accepted values beyond these are brought to the nearest of them. */
  readonly usedMin?: number;
  readonly usedMax?: number;
}

/** A number. The view is a JavaScript number; what CONFIG GET shows is exact up to 64 bits. */
export function number(facts: NumberFacts): Row<bigint, number> {
  const form = facts.form ?? "plain";
  const initial = BigInt(facts.initial);
  return {
    ...common(facts),
    initial: () => initial,
    parse([word]) {
      const value = parseNumber(word, form);
      if (value === undefined) return { error: NUMBER_ERRORS[form] };
      const error = outOfBounds(value, facts);
      if (error !== undefined) return { error };
      if (facts.usedMin !== undefined && value < facts.usedMin) {
        return { value: BigInt(facts.usedMin) };
      }
      const { usedMax } = facts;
      return { value: usedMax !== undefined && value > usedMax ? BigInt(usedMax) : value };
    },
    view: (stored) => Number(facts.unsigned ? BigInt.asUintN(64, stored) : stored),
    render: (stored) => renderNumber(stored, form),
    rewrite: (name, stored) => [
      { text: `${name} ${rewriteNumber(stored, form)}`, force: stored !== initial },
    ],
  };
}

type NumberForm = NonNullable<NumberFacts["form"]>;

const NUMBER_ERRORS: Readonly<Record<NumberForm, string>> = {
  "plain": "argument couldn't be parsed into an integer",
  "memory": "argument must be a memory value",
  "memory or percent": "argument must be a memory or percent value",
  "octal": "argument couldn't be parsed as an octal number",
};

function parseNumber(word: string, form: NumberForm): bigint | undefined {
  if (form === "plain") return parseCanonicalInteger(word);
  if (form === "octal") {
    const octal = parseLooseInteger(word, 8);
    return octal && !octal.overflow ? octal.value : undefined;
  }
  const memory = parseMemory(word);
  if (memory !== undefined) return BigInt.asIntN(64, memory);
  if (form === "memory or percent" && word.endsWith("%")) {
    const percent = parseCanonicalInteger(word.slice(0, -1));
    if (percent !== undefined && percent >= 0n) return -percent;
  }
  return undefined;
}

function outOfBounds(value: bigint, facts: NumberFacts): string | undefined {
  const min = BigInt(facts.min);
  const max = BigInt(facts.max);
  if (facts.form === "memory or percent" && value < 0n) {
    return value < min ? `percentage argument must be less or equal to ${-min}` : undefined;
  }
  const compared = facts.unsigned ? BigInt.asUintN(64, value) : value;
  if (compared >= min && compared <= max) return undefined;
  const radix = facts.form === "octal" ? 8 : 10;
  return `argument must be between ${min.toString(radix)} and ${max.toString(radix)} inclusive`;
}

function renderNumber(stored: bigint, form: NumberForm): string {
  if (form === "octal") return stored.toString(8);
  if (form === "memory or percent" && stored < 0n) return `${-stored}%`;
  return String(form === "plain" ? stored : BigInt.asUintN(64, stored));
}

function rewriteNumber(stored: bigint, form: NumberForm): string {
  return form === "memory" || (form === "memory or percent" && stored >= 0n)
    ? formatMemory(BigInt.asUintN(64, stored))
    : renderNumber(stored, form);
}

/** What a text directive is. */
export interface TextFacts extends Facts {
  /** May hold any byte; otherwise the value ends at its first NUL. */
  readonly binary?: boolean;
  /** Answers why a value is refused. */
  readonly refuse?: (value: string) => string | undefined;
}

/**
 * A text. With `initial` undefined the empty text means "not set" and is never written to a file;
 * otherwise it is a value like any other. Stored as a byte string, viewed as the text it is in UTF-8.
 */
export function text(initial: string | undefined, facts: TextFacts = {}): Row<string, string> {
  return {
    ...common(facts),
    initial: () => initial ?? "",
    parse([word]) {
      const value = facts.binary ? word : untilNul(word);
      const refusal = facts.refuse?.(value);
      return refusal === undefined ? { value } : { error: refusal };
    },
    view: (stored) => Buffer.from(stored, "latin1").toString("utf8"),
    render: (stored) => stored,
    rewrite(name, stored) {
      if (initial === undefined && stored === "") return [];
      const bytes = latin1Bytes(stored);
      const quoted = printable({ bytes, start: 0, end: bytes.length });
      return [{ text: `${name} ${quoted}`, force: stored !== initial }];
    },
  };
}

function choiceError(names: readonly string[]): { error: string } {
  return { error: `argument(s) must be one of the following: ${names.join(", ")}` };
}

/** One name from a list. `synonyms` are other spellings of a name, shown as that name. */
export function oneOf<const Name extends string>(
  names: readonly Name[],
  initial: NoInfer<Name>,
  facts: Facts & { synonyms?: Readonly<Record<string, NoInfer<Name>>> } = {},
): Row<Name, Name> {
  return {
    ...common(facts),
    initial: () => initial,
    parse([word]) {
      const text = asciiLower(untilNul(word));
      const value = names.find((name) => name === text);
      if (value === undefined) return choiceError(names);
      return { value: facts.synonyms?.[value] ?? value };
    },
    view: (stored) => stored,
    render: (stored) => stored,
    rewrite: (name, stored) => [{ text: `${name} ${stored}`, force: stored !== initial }],
  };
}

/** Any of some names beside `nothing`, which stands for none of them. The view is the list. */
export function anyOf<const Name extends string>(
  nothing: string,
  names: readonly Name[],
  facts: Facts & { refuse?: (chosen: readonly NoInfer<Name>[]) => string | undefined },
): Row<string, readonly Name[]> {
  // Stored as the rendered text, so that equal sets are equal values.
  const render = (chosen: readonly Name[]) => chosen.length === 0 ? nothing : chosen.join(" ");
  const chosenIn = (stored: string) => names.filter((name) => stored.split(" ").includes(name));
  return {
    ...common(facts),
    initial: () => nothing,
    parse(words) {
      const given = words.map((word) => asciiLower(untilNul(word)));
      const known = (word: string) => word === nothing || names.some((name) => name === word);
      if (given.length === 0 || !given.every(known)) return choiceError([nothing, ...names]);
      const chosen = names.filter((name) => given.includes(name));
      const refusal = facts.refuse?.(chosen);
      return refusal === undefined ? { value: render(chosen) } : { error: refusal };
    },
    view: chosenIn,
    render: (stored) => stored,
    rewrite: (name, stored) => [{ text: `${name} ${stored}`, force: stored !== nothing }],
  };
}
