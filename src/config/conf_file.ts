/** Configuration files: lines of a directive and its words. Texts are byte strings. */

import { MINIREDIS_VERSION } from "../base/version.ts";
import type { Config } from "./config.ts";
import { MULTI_ARGUMENT } from "./directive.ts";
import { type DirectiveName, DIRECTIVES, FORGOTTEN_DIRECTIVES, NAMES } from "./directives.ts";
import { asciiLower } from "./numbers.ts";
import { splitWords } from "./quoting.ts";

const MAX_INCLUDE_DEPTH = 32;
const BYTE_ORDER_MARK = "\xef\xbb\xbf";
const NO_MODULES = "modules are not supported";

/** Why a configuration is refused, and by which line. `message` is what the user is shown. */
export class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";

  /** `place` is missing where the fault lies in no single line. */
  constructor(
    readonly reason: string,
    readonly place: { readonly number: number; readonly line: string } | undefined,
  ) {
    const title = `*** FATAL CONFIG FILE ERROR (miniredis ${MINIREDIS_VERSION}) ***`;
    const where = place
      ? `Reading the configuration file, at line ${place.number}\n>>> '${place.line}'\n`
      : "";
    super(`${title}\n${where}${reason}`);
  }
}

/** Text of the file, or files where the path has wildcards, that an `include` line names. */
export type ReadInclude = (path: string) => string;

/**
 * Gives `config` the values in a configuration text. A later line wins over an earlier one, and each
 * takes effect at once: after `dir`, relative paths start there. Throws ConfigFileError, and whatever
 * `readInclude` throws.
 */
export function loadConfigText(config: Config, text: string, readInclude: ReadInclude): void {
  new Loading(config, readInclude).load(text, 0);
}

class Loading {
  readonly #config: Config;
  readonly #readInclude: ReadInclude;
  readonly #seen = new Set<DirectiveName>();

  constructor(config: Config, readInclude: ReadInclude) {
    this.#config = config;
    this.#readInclude = readInclude;
  }

  load(text: string, depth: number): void {
    const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(3) : text).split("\n");
    for (const [i, raw] of lines.entries()) {
      const line = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
      if (line === "" || line.startsWith("#")) continue;
      const reason = this.#line(line, depth);
      if (reason !== undefined) throw new ConfigFileError(reason, { number: i + 1, line });
    }
  }

  #line(line: string, depth: number): string | undefined {
    const words = splitWords(line);
    if (!words) return "Unbalanced quotes in configuration line";
    if (words.length === 0) return undefined;
    const name = asciiLower(words[0]);
    const values = words.slice(1);
    const directive = NAMES.get(name);
    if (directive !== undefined) return this.#directive(directive, values);
    if (FORGOTTEN_DIRECTIVES.has(name) && values.length === 1) return undefined;
    return this.#declaration(name, values, depth);
  }

  #directive(name: DirectiveName, values: readonly string[]): string | undefined {
    const multiple = (DIRECTIVES.get(name)!.flags & MULTI_ARGUMENT) !== 0;
    if (!multiple && values.length !== 1) return "wrong number of arguments";
    // One quoted word may hold the whole list: --save "900 1 300 10".
    const words = multiple && values.length === 1 && values[0] !== ""
      ? splitWords(values[0]) ?? []
      : values;
    const repeated = this.#seen.has(name);
    this.#seen.add(name);
    return this.#config.assign(name, words, { repeated });
  }

  #declaration(name: string, values: readonly string[], depth: number): string | undefined {
    const { users, renamedCommands } = this.#config.declarations;
    if (name === "include" && values.length === 1) {
      if (depth >= MAX_INCLUDE_DEPTH) return "Files include each other without end";
      this.load(this.#readInclude(values[0]), depth + 1);
    } else if (name === "rename-command" && values.length === 2) {
      renamedCommands.push([values[0], values[1]]);
    } else if (name === "user" && values.length >= 1) {
      users.push(values);
    } else if (name === "loadmodule" && values.length >= 1) {
      return NO_MODULES;
    } else if (name.includes(".")) {
      return values.length === 0 ? "Module config specified without value" : NO_MODULES;
    } else if (name === "sentinel") {
      return "sentinel directive while not in sentinel mode";
    } else {
      return "Bad directive or wrong number of arguments";
    }
    return undefined;
  }
}
