// Reads the argument notation of the command table into the structure that COMMAND DOCS answers.
// Notation and structure are those of the Redis pages "Command syntax" and "Command arguments".
import { invariant } from "../base/invariant.ts";
import type { CommandFacts, KeySpec } from "./facts.ts";

/** What a value must look like. */
export type ArgumentType =
  | "string"
  | "integer"
  | "double"
  | "key"
  | "pattern"
  | "unix-time"
  | "pure-token"
  | "oneof"
  | "block";

/** One argument of a command, or a group of them. */
export interface SyntaxArgument {
  name: string;
  type: ArgumentType;
  /** The literal word that stands before the value, or is the whole argument. */
  token?: string;
  /** Which key specification finds it, for keys. */
  keySpecIndex?: number;
  optional?: boolean;
  multiple?: boolean;
  /** The token is said again with each value. */
  multipleToken?: boolean;
  /** Of "oneof" and "block". */
  arguments?: SyntaxArgument[];
}

const KEY_NAMES = new Set(
  "key key1 key2 newkey source destination src dst destkey sourcekey storekey".split(" "),
);
const INTEGER_NAMES = new Set(
  ("start stop end numlocal numreplicas client-id slot count seconds min-idle-time limit offset port" +
    " destination-db numkeys numfields weight decrement increment start-slot end-slot protover bit" +
    " milliseconds ms cursor index len min-match-len config-epoch bits index1 index2 ttl frequency" +
    " version entries-read db entries-added rank num-matches cluster-bus-port").split(" "),
);
const DOUBLE_NAMES = new Set("timeout longitude latitude radius score width height".split(" "));

/** A word, a group, or the dots that say "and so on". */
type Node =
  | { kind: "word"; text: string }
  | { kind: "group"; optional: boolean; alternatives: Node[][] }
  | { kind: "again" };

const TOKENS = /"[^"]*"|\.\.\.|[[\]<>|]|[^\s[\]<>|"]+/g;

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(syntax: string) {
    this.#tokens = syntax.match(TOKENS) ?? [];
  }

  /** Alternatives up to `close`, or to the end of the text. */
  alternatives(close: string | undefined): Node[][] {
    const found: Node[][] = [[]];
    for (;;) {
      const token = this.#tokens[this.#at++];
      if (token === close) return found;
      invariant(token !== undefined, `the syntax lacks a ${close}`);
      const last = found[found.length - 1];
      if (token === "|") found.push([]);
      else if (token === "...") last.push({ kind: "again" });
      else if (token === "[" || token === "<") {
        const alternatives = this.alternatives(token === "[" ? "]" : ">");
        last.push({ kind: "group", optional: token === "[", alternatives });
      } else last.push({ kind: "word", text: token });
    }
  }
}

/** Words without a lower-case letter are typed as they stand. */
function isToken(node: Node): boolean {
  return node.kind === "word" && !/[a-z]/.test(node.text);
}

/** `[x ...]`: what stands before it may come again. */
function isRepetition(node: Node | undefined): boolean {
  if (node?.kind !== "group" || !node.optional) return false;
  const last = node.alternatives[node.alternatives.length - 1];
  return last.length > 0 && last[last.length - 1].kind === "again";
}

/** `[TOKEN x ...]`: the token is said again each time. */
function repeatsToken(node: Node): boolean {
  if (node.kind !== "group" || !isRepetition(node)) return false;
  return node.alternatives[0].length > 2 && isToken(node.alternatives[0][0]);
}

/** Turns the nodes of one command into arguments. */
class Builder {
  readonly #types: Readonly<Record<string, ArgumentType>>;
  readonly #keySpecs: readonly KeySpec[];
  #keys = 0;
  /** The key spec of patterns that stand for keys: those of SORT, which are one and the same. */
  #patternKeys = -1;

  constructor(facts: SyntaxFacts) {
    this.#types = facts.argumentTypes ?? {};
    this.#keySpecs = facts.keys ?? [];
  }

  /** `nested`: inside of brackets, where a token takes optional parts behind it along. */
  sequence(nodes: readonly Node[], nested: boolean): SyntaxArgument[] {
    const built: SyntaxArgument[] = [];
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at];
      if (node.kind === "again") continue;
      if (node.kind === "group") {
        if (isRepetition(node)) this.#repeat(built, node.alternatives[0].slice(0, -1));
        else built.push(this.#group(node));
      } else if (isToken(node)) {
        const end = this.#endOfValues(nodes, at + 1, nested);
        built.push(this.#withToken(node.text, nodes.slice(at + 1, end)));
        at = end - 1;
      } else built.push(this.#value(node.text));
    }
    return built;
  }

  #endOfValues(nodes: readonly Node[], at: number, nested: boolean): number {
    const first = at;
    for (; at < nodes.length; at++) {
      const node = nodes[at];
      if (isToken(node)) break;
      if (node.kind !== "group" || !node.optional || isRepetition(node)) continue;
      if (!nested || at === first) break; // a token with nothing but options behind it is bare
    }
    return at;
  }

  #withToken(token: string, nodes: readonly Node[]): SyntaxArgument {
    const name = token.toLowerCase();
    if (nodes.length === 0) return { name, type: "pure-token", token: unquoted(token) };
    const again = repeatsToken(nodes[nodes.length - 1]);
    const values = this.sequence(again ? nodes.slice(0, -1) : nodes, true);
    const whole: SyntaxArgument = values.length > 1
      ? { name, type: "block", token, arguments: values }
      : { ...values[0], token };
    if (again) whole.multiple = whole.multipleToken = true;
    return whole;
  }

  #value(name: string): SyntaxArgument {
    const type = this.#typeOf(name);
    const specs = this.#keySpecs;
    if (type === "pattern" && this.#patternKeys < 0 && specs[this.#keys]?.begin === "unknown") {
      this.#patternKeys = this.#keys++;
    }
    if (type === "pattern" && this.#patternKeys >= 0) {
      return { name, type, keySpecIndex: this.#patternKeys };
    }
    if (type !== "key" || specs.length === 0) return { name, type };
    return { name, type, keySpecIndex: Math.min(this.#keys++, specs.length - 1) };
  }

  #typeOf(name: string): ArgumentType {
    const stated = this.#types[name];
    if (stated !== undefined) return stated;
    if (KEY_NAMES.has(name) && this.#keySpecs.length > 0) return "key";
    if (INTEGER_NAMES.has(name)) return "integer";
    if (DOUBLE_NAMES.has(name)) return "double";
    if (name === "pattern") return "pattern";
    return name.startsWith("unix-time") ? "unix-time" : "string";
  }

  #group({ optional, alternatives }: Node & { kind: "group" }): SyntaxArgument {
    const last = alternatives[alternatives.length - 1];
    // `[a | b [a | b ...]]`: all of the choice may come again.
    const multiple = alternatives.length > 1 && isRepetition(last[last.length - 1]);
    const choices = multiple ? [...alternatives.slice(0, -1), last.slice(0, -1)] : alternatives;
    const built = choices.map((choice) => asOne(this.sequence(choice, true)));
    const whole: SyntaxArgument = built.length === 1
      ? built[0]
      : { name: built.map(({ name }) => name).join("-or-"), type: "oneof", arguments: built };
    if (optional) whole.optional = true;
    if (multiple) whole.multiple = true;
    return whole;
  }

  #repeat(built: SyntaxArgument[], nodes: readonly Node[]): void {
    const repeated = built.splice(-nodes.length);
    invariant(repeated.length === nodes.length, "what is repeated stands before its repetition");
    const whole = repeated.length === 1 ? repeated[0] : { ...asOne(repeated), name: "data" };
    built.push({ ...whole, multiple: true });
  }
}

/** The empty string is written as two quotes. */
function unquoted(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1) : token;
}

function asOne(built: SyntaxArgument[]): SyntaxArgument {
  if (built.length === 1) return built[0];
  return { name: built.map(({ name }) => name).join("-"), type: "block", arguments: built };
}

/** What {@link parseSyntax} reads of a command's facts. */
export type SyntaxFacts = Pick<CommandFacts, "syntax" | "keys" | "argumentTypes">;

/** The arguments that a row's `syntax` describes. Throws InvariantError on a malformed notation. */
export function parseSyntax(facts: SyntaxFacts): SyntaxArgument[] {
  const [nodes] = new Reader(facts.syntax).alternatives(undefined);
  return new Builder(facts).sequence(nodes, false);
}
