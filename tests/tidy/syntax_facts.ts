/** What the rules need to know of a file's syntax, read from the tree that `deno lint` makes. */

export interface FunctionFact {
  name: string;
  line: number;
  lines: number;
}

export interface SyntaxFacts {
  functions: FunctionFact[];
  /** Calls and names of the ambient state of the process: `Date.now`, `Deno.env`, ... */
  ambient: { name: string; line: number }[];
  /** Whether the file exports something by default. */
  hasDefaultExport: boolean;
  /** How many `export ... from` it has, and how many other statements besides imports. */
  reexports: number;
  statements: number;
  /** Whether some statement decides or repeats: a file without any is a table of facts. */
  hasLogic: boolean;
}

/** Time, randomness and environment that only the edges of the program may touch. */
const AMBIENT = new Set([
  "Date.now",
  "performance.now",
  "Math.random",
  "crypto.getRandomValues",
  "crypto.randomUUID",
  "Deno.env",
  "process.env",
]);

const FUNCTIONS = "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression";
const LOGIC =
  "IfStatement, SwitchStatement, ForStatement, ForOfStatement, ForInStatement, WhileStatement, " +
  "DoWhileStatement, TryStatement";

/** Reads one file. */
export function syntaxFacts(path: string, source: string): SyntaxFacts {
  const facts: SyntaxFacts = {
    functions: [],
    ambient: [],
    hasDefaultExport: false,
    reexports: 0,
    statements: 0,
    hasLogic: false,
  };
  const starts = lineStarts(source);
  const plugin: Deno.lint.Plugin = {
    name: "tidy",
    rules: { facts: { create: () => visitorOf(facts, starts, source) } },
  };
  Deno.lint.runPlugin(plugin, path, source);
  return facts;
}

function visitorOf(
  facts: SyntaxFacts,
  starts: readonly number[],
  source: string,
): Deno.lint.LintVisitor {
  return {
    [FUNCTIONS](node: Deno.lint.Node) {
      const line = lineAt(starts, node.range[0]);
      const lines = lineAt(starts, node.range[1]) - line + 1;
      facts.functions.push({ name: nameOf(node), line, lines });
    },
    MemberExpression(node) {
      const name = source.slice(node.range[0], node.range[1]);
      if (AMBIENT.has(name)) facts.ambient.push({ name, line: lineAt(starts, node.range[0]) });
    },
    NewExpression(node) {
      if (source.slice(node.range[0], node.range[1]).replace(/\s/g, "") !== "newDate()") return;
      facts.ambient.push({ name: "new Date()", line: lineAt(starts, node.range[0]) });
    },
    ExportDefaultDeclaration() {
      facts.hasDefaultExport = true;
    },
    [LOGIC]() {
      facts.hasLogic = true;
    },
    Program(node) {
      for (const statement of node.body) {
        const { type } = statement;
        const isReexport = type === "ExportAllDeclaration" ||
          type === "ExportNamedDeclaration" && statement.source !== null;
        if (isReexport) facts.reexports++;
        else if (type !== "ImportDeclaration") facts.statements++;
      }
    },
  };
}

/** The function's own name, else that of the variable, property or method it is the value of. */
function nameOf(node: Deno.lint.Node): string {
  const named = node as { id?: Named; parent?: { key?: Named; id?: Named } };
  return (named.id ?? named.parent?.key ?? named.parent?.id)?.name ?? "(function)";
}

interface Named {
  name?: string;
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

/** The line of an offset, from 1, by binary search. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
