/**
 * Random commands from a syntax. A syntax is written as in Redis's documentation:
 *
 *     SET <key> <value> [NX|XX] [GET] [EX <seconds>|PX <milliseconds>|KEEPTTL]
 *
 * `<name>` is a word of the vocabulary, `[..]` may be left out, `a|b` is one of the two, `(..)` groups,
 * and `+` or `*` after an element repeats it.
 */

import type { Seeded } from "../support/seeded.ts";

/** Makes a word for each `<name>`. */
export type Vocabulary = Record<string, (random: Seeded) => string>;

export type Syntax =
  | { kind: "word"; text: string }
  | { kind: "slot"; name: string }
  | { kind: "sequence"; parts: Syntax[] }
  | { kind: "choice"; choices: Syntax[] }
  | { kind: "repeat"; part: Syntax; least: number; most: number };

const TOKEN = /<[^>]+>|[[\]()|+*]|[^\s[\]()|<>]+/g;

/** Reads a syntax. A `+` or `*` counts as a repeat only directly after `>`, `)` or `]`. */
export function parseSyntax(source: string): Syntax {
  const tokens = source.match(TOKEN) ?? [];
  let at = 0;

  function choice(end: string | undefined): Syntax {
    const choices: Syntax[] = [];
    while (true) {
      const parts: Syntax[] = [];
      while (at < tokens.length && tokens[at] !== "|" && tokens[at] !== end) parts.push(part());
      choices.push({ kind: "sequence", parts });
      if (tokens[at] !== "|") break;
      at++;
    }
    if (tokens[at] !== end) throw new Error(`${end} is missing in: ${source}`);
    at++;
    return choices.length === 1 ? choices[0] : { kind: "choice", choices };
  }

  function part(): Syntax {
    const token = tokens[at++];
    let found: Syntax;
    if (token === "[") {
      found = { kind: "repeat", part: choice("]"), least: 0, most: 1 };
    } else if (token === "(") {
      found = choice(")");
    } else if (token.startsWith("<")) {
      found = { kind: "slot", name: token.slice(1, -1) };
    } else {
      return { kind: "word", text: token };
    }
    if (tokens[at] !== "+" && tokens[at] !== "*") return found;
    return { kind: "repeat", part: found, least: tokens[at++] === "+" ? 1 : 0, most: 4 };
  }

  return choice(undefined);
}

/** A random command of this syntax. */
export function generate(syntax: Syntax, vocabulary: Vocabulary, random: Seeded): string[] {
  switch (syntax.kind) {
    case "word":
      return [random.chance(0.1) ? syntax.text.toLowerCase() : syntax.text];
    case "slot": {
      const make = vocabulary[syntax.name];
      if (make === undefined) throw new Error(`the vocabulary has no <${syntax.name}>`);
      return [make(random)];
    }
    case "sequence":
      return syntax.parts.flatMap((part) => generate(part, vocabulary, random));
    case "choice":
      return generate(random.pick(syntax.choices), vocabulary, random);
    case "repeat": {
      const words: string[] = [];
      for (let left = random.between(syntax.least, syntax.most); left > 0; left--) {
        words.push(...generate(syntax.part, vocabulary, random));
      }
      return words;
    }
  }
}
