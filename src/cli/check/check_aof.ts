// `miniredis check-aof`: checks an append-only file, and cuts off what is not in order, as
// redis-check-aof 7.2 does; what was cut off is kept.
import { dirname, join } from "node:path";
import { latin1 } from "../../base/bytes.ts";
import { systemErrorWords } from "../../base/system_error.ts";
import {
  type AofFileInfo,
  type AofManifest,
  filesToLoad,
  ManifestError,
  parseManifest,
} from "../../persistence/aof_manifest.ts";
import { cutTail } from "../../persistence/aof_tail.ts";
import { type AofScan, AofScanner, BadTimestamp, type LineCount } from "./aof_scan.ts";
import { checkRdb } from "./check_rdb.ts";
import { CheckEnd, type CheckOutput, STANDARD_OUTPUT, statusOf } from "./output.ts";
import { TextFile } from "./text_file.ts";

const USAGE = "Usage: miniredis check-aof [--fix|--truncate-to-timestamp $timestamp] " +
  "<file.manifest|file.aof>\n";
const HEAD_BYTES = 64 << 10;
const SHORTEST_DUMP_BYTES = 8;

/** Runs the tool; answers its exit status: 0 for good files, 1 else. */
export function runCheckAof(args: readonly string[], output = STANDARD_OUTPUT): number {
  return statusOf(() => {
    if (args.length === 1 && (args[0] === "-h" || args[0] === "--help")) {
      return output.print(USAGE);
    }
    const { path, fix, untilSeconds } = readArguments(args, output);
    new AofCheck(output, fix, untilSeconds).run(path);
  });
}

interface Arguments {
  readonly path: string;
  readonly fix: boolean;
  /** Unix time, 0 for none. */
  readonly untilSeconds: number;
}

function readArguments(args: readonly string[], output: CheckOutput): Arguments {
  const plain = { fix: false, untilSeconds: 0 };
  if (args.length === 1) return { ...plain, path: args[0] };
  if (args.length === 2 && args[0] === "--fix") return { ...plain, path: args[1], fix: true };
  if (args.length === 3 && args[0] === "--truncate-to-timestamp") {
    if (/^\s*[+-]?\d+$/.test(args[1])) {
      return { ...plain, path: args[2], untilSeconds: Number(args[1]) };
    }
    output.print("Invalid timestamp, aborting...\n");
  } else output.print(USAGE);
  throw new CheckEnd(1);
}

/** What became of a file. */
type Outcome = "ok" | "empty" | "cut" | "cut at a time";

/** One file to check. */
interface Part {
  /** As it stands in the report. */
  readonly name: string;
  readonly path: string;
  readonly isLast: boolean;
}

/** One check, of all files of an append-only file. */
class AofCheck {
  readonly #output: CheckOutput;
  readonly #fix: boolean;
  readonly #untilSeconds: number;
  readonly #lines: LineCount = { line: 1 };

  constructor(output: CheckOutput, fix: boolean, untilSeconds: number) {
    this.#output = output;
    this.#fix = fix;
    this.#untilSeconds = untilSeconds;
  }

  /** Throws CheckEnd when something is not in order. */
  run(path: string): void {
    const head = this.#headOf(path);
    if (looksLikeManifest(head)) return this.#checkParts(path);
    this.#say("Start checking Old-Style AOF");
    const outcome = this.#checkFile({ name: path, path, isLast: true }, isDump(head));
    this.#sayOutcome(outcome, path, "AOF");
  }

  #checkParts(path: string): void {
    this.#say("Start checking Multi Part AOF");
    const manifest = this.#readManifest(path);
    const files = filesToLoad(manifest), { incrs } = manifest;
    for (const [index, file] of files.entries()) {
      const part = this.#partOf(path, file, index + 1 === files.length);
      const preamble = file.type === "b" && isDump(this.#headOf(part.path));
      if (file.type === "b") {
        this.#say(`Start to check BASE AOF (${preamble ? "RDB" : "RESP"} format).`);
      } else if (file === incrs[0]) this.#say("Start to check INCR files.");
      const outcome = this.#checkFile(part, preamble);
      this.#sayOutcome(outcome, file.name, file.type === "b" ? "BASE AOF" : "INCR AOF");
    }
    this.#say("All AOF files and manifest are valid");
  }

  #partOf(manifestPath: string, { name }: AofFileInfo, isLast: boolean): Part {
    return { name, path: join(dirname(manifestPath), name), isLast };
  }

  #readManifest(path: string): AofManifest {
    try {
      return parseManifest(Deno.readFileSync(path));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw this.#cannotOpen(path, error, "");
      this.#say("\n*** FATAL AOF MANIFEST FILE ERROR ***\n");
      if (error.line !== undefined) {
        this.#say(`Reading the manifest file, at line ${error.lineNumber}`);
        this.#say(`>>> '${error.line}'`);
      }
      throw this.#end(error.message);
    }
  }

  #checkFile(part: Part, preamble: boolean): Outcome {
    using file = this.#open(part.path);
    if (file.statSync().size === 0) return "empty";
    const offset = preamble ? this.#checkPreamble(part) : 0;
    const text = new TextFile(file, offset);
    const scan = this.#scan(part, text);
    if (scan.laterFrom !== undefined) return this.#cutAtTime(part, scan.laterFrom);
    if (scan.fault.trim() !== "") this.#say(scan.fault);
    const bytes = text.totalBytes - scan.validUpTo;
    if (bytes === 0 && this.#untilSeconds !== 0) {
      this.#say(`Truncate nothing in AOF ${part.name} to timestamp ${this.#untilSeconds}`);
      return "ok";
    }
    this.#say(
      `AOF analyzed: filename=${part.name}, size=${text.totalBytes}, ok_up_to=${scan.validUpTo}, ` +
        `ok_up_to_line=${this.#lines.line}, diff=${bytes}`,
    );
    return bytes === 0 ? "ok" : this.#repair(part, text.totalBytes, scan.validUpTo);
  }

  #checkPreamble({ path }: Part): number {
    const end = checkRdb(path, this.#output);
    if (end === undefined) throw this.#end("RDB preamble of AOF file is not sane, aborting.");
    this.#say("RDB preamble is OK, proceeding with AOF tail...");
    return end;
  }

  #scan(part: Part, text: TextFile): AofScan {
    try {
      return new AofScanner(text, part, this.#lines).run(this.#untilSeconds);
    } catch (error) {
      if (error instanceof BadTimestamp) throw this.#end("Invalid timestamp annotation");
      throw error;
    }
  }

  #repair({ name, path, isLast }: Part, totalBytes: number, keepBytes: number): Outcome {
    if (!this.#fix) {
      throw this.#end(`AOF ${name} is not valid. Use the --fix option to try fixing it.`);
    }
    if (!isLast) {
      throw this.#end(`Failed to truncate AOF ${name} because it is not the last file`);
    }
    this.#say(
      `This will shrink the AOF ${name} from ${totalBytes} bytes, with ${totalBytes - keepBytes} ` +
        `bytes, to ${keepBytes} bytes`,
    );
    this.#output.print("Continue? [y/N]: ");
    if (this.#output.readAnswer()?.toLowerCase() !== "y") throw this.#end("Aborting...");
    this.#cut(path, keepBytes, `Failed to truncate AOF ${name}`);
    return "cut";
  }

  #cutAtTime({ name, path, isLast }: Part, offset: number): Outcome {
    const seconds = this.#untilSeconds;
    if (offset === 0) {
      throw this.#end(`AOF ${path} has nothing before timestamp ${seconds}, aborting...`);
    }
    if (!isLast) {
      this.#say(
        `Failed to truncate AOF ${path} to timestamp ${seconds} to offset ${offset} because it is` +
          " not the last file.",
      );
      throw this.#end(
        "If you insist, please delete all files after this file according to the manifest file and" +
          " delete the corresponding records in manifest file manually. Then re-run it.",
      );
    }
    this.#cut(path, offset, `Failed to truncate AOF ${name} to timestamp ${seconds}`);
    return "cut at a time";
  }

  #cut(path: string, keepBytes: number, failure: string): void {
    try {
      this.#say(`The removed bytes are kept in ${cutTail(path, keepBytes)}`);
    } catch (error) {
      throw this.#end(`${failure}: ${systemErrorWords(error)}`);
    }
  }

  #sayOutcome(outcome: Outcome, name: string, title: string): void {
    if (outcome === "ok") this.#say(`${title} ${name} is valid`);
    else if (outcome === "empty") this.#say(`${title} ${name} is empty`);
    else if (outcome === "cut") this.#say(`Successfully truncated AOF ${name}`);
    else this.#say(`Successfully truncated AOF ${name} to timestamp ${this.#untilSeconds}`);
  }

  #headOf(path: string): Uint8Array {
    try {
      using file = Deno.openSync(path);
      const head = new Uint8Array(HEAD_BYTES);
      return head.subarray(0, file.readSync(head) ?? 0);
    } catch (error) {
      throw this.#cannotOpen(path, error, "");
    }
  }

  #open(path: string): Deno.FsFile {
    try {
      return Deno.openSync(path);
    } catch (error) {
      throw this.#cannotOpen(path, error, ", aborting...");
    }
  }

  #cannotOpen(path: string, error: unknown, consequence: string): CheckEnd {
    return this.#end(`Cannot open file ${path}: ${systemErrorWords(error)}${consequence}`);
  }

  #say(line: string): void {
    this.#output.print(`${line}\n`);
  }

  /** Says why the check ends here. */
  #end(line: string): CheckEnd {
    this.#say(line);
    return new CheckEnd(1);
  }
}

/** Comments, then a line about a file. */
function looksLikeManifest(head: Uint8Array): boolean {
  return /^(#[^\n]*\n)*file/.test(latin1(head));
}

function isDump(head: Uint8Array): boolean {
  return head.length >= SHORTEST_DUMP_BYTES && /^(REDIS|VALKEY)/.test(latin1(head, 0, 6));
}
