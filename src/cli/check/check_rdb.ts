// `miniredis check-rdb`: reads a dump from end to end and reports as redis-check-rdb does.
import { basename } from "node:path";
import { systemErrorWords } from "../../base/system_error.ts";
import { MINIREDIS_VERSION } from "../../base/version.ts";
import { ByteSource } from "../../rdb/byte_source.ts";
import { FIRST_VERSION_WITH_CHECKSUM } from "../../rdb/opcodes.ts";
import { RdbError } from "../../rdb/rdb_error.ts";
import { RdbReader } from "../../rdb/reader.ts";
import { CheckEnd, type CheckOutput, STANDARD_OUTPUT, statusOf } from "./output.ts";
import { RdbCounter, unquoted } from "./rdb_counter.ts";

const WINDOW_BYTES = 1 << 20;
const HEADER_BYTES = 9;
const USAGE = "Usage: miniredis check-rdb <rdb-file-name>\n";

/** Runs the tool; answers its exit status: 0 for a good file, 1 else. */
export function runCheckRdb(args: readonly string[], output = STANDARD_OUTPUT): number {
  return statusOf(() => {
    if (args.length === 1 && (args[0] === "-v" || args[0] === "--version")) {
      return output.print(`miniredis check-rdb ${MINIREDIS_VERSION}\n`);
    }
    if (args.length === 1 && (args[0] === "-h" || args[0] === "--help")) {
      return output.print(USAGE);
    }
    if (args.length !== 1) {
      output.printError(USAGE);
      throw new CheckEnd(1);
    }
    if (checkRdb(args[0], output) === undefined) throw new CheckEnd(1);
  });
}

/** Checks the dump that a file begins with; answers where it ends, or undefined when it is not sane. */
export function checkRdb(path: string, output: CheckOutput): number | undefined {
  output.print(`[offset 0] Checking RDB file ${path}\n`);
  let file: Deno.FsFile;
  try {
    if (!Deno.statSync(path).isFile) throw new Error("it is not a regular file");
    file = Deno.openSync(path);
  } catch (error) {
    output.printError(`Cannot open ${basename(path)}: ${systemErrorWords(error)}\n`);
    return undefined;
  }
  try {
    return new RdbCheck(file, output).run();
  } finally {
    file.close();
  }
}

/** One check. */
class RdbCheck {
  readonly #output: CheckOutput;
  readonly #counter: RdbCounter;
  readonly #reader: RdbReader;
  readonly #totalBytes: number;

  constructor(file: Deno.FsFile, output: CheckOutput) {
    this.#output = output;
    this.#totalBytes = file.statSync().size;
    const source = ByteSource.overFile(file, this.#totalBytes, WINDOW_BYTES);
    const nowMs = Date.now();
    this.#counter = new RdbCounter({
      aux: (name, value) => this.#info(`AUX FIELD ${name} = '${value}'`),
      database: (index) => this.#info(`Selecting DB ID ${index}`),
    }, nowMs);
    this.#reader = new RdbReader(source, this.#counter, {
      nowMs,
      checksum: true,
      keepExpired: true,
      sanitize: true,
    });
  }

  run(): number | undefined {
    try {
      while (!this.#reader.run(WINDOW_BYTES)) { /* until it is complete */ }
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      this.#fail(error);
      return undefined;
    }
    if (this.#reader.checksumVerified) this.#info("Checksum OK");
    else if (this.#counter.formatVersion >= FIRST_VERSION_WITH_CHECKSUM) {
      this.#info("RDB file was saved with checksum disabled: no check performed.");
    }
    this.#info("\\o/ RDB looks OK! \\o/");
    this.#summarize(0);
    return this.#reader.progress.loadedBytes;
  }

  #info(text: string): void {
    this.#output.print(`[offset ${this.#reader.progress.loadedBytes}] ${text}\n`);
  }

  #fail(error: RdbError): void {
    const { key, phase, reason, type } = this.#reader.failure;
    const { text, offset } = this.#inRedisWords(reason, error.offset);
    this.#output.print(`--- RDB ERROR DETECTED ---\n[offset ${offset}] ${text}\n`);
    this.#tell(`While doing: ${phase}`);
    if (key !== undefined) this.#tell(`Reading key '${unquoted(key)}'`);
    if (type !== undefined) this.#tell(`Reading type ${type.number} (${type.name})`);
    this.#summarize(phase === "read-object-value" ? 1 : 0);
  }

  #tell(text: string): void {
    this.#output.print(`[additional info] ${text}\n`);
  }

  /** `begun`: keys of which the value could not be read. */
  #summarize(begun: number): void {
    const { keysLoaded, emptyKeysSkipped } = this.#reader.counts;
    const { expires, alreadyExpired } = this.#counter;
    this.#output.print(
      `[info] ${keysLoaded + emptyKeysSkipped + begun} keys read\n` +
        `[info] ${expires} expires\n` +
        `[info] ${alreadyExpired} already expired\n`,
    );
  }

  /** What redis-check-rdb says to the same, and its place: how much it had read. */
  #inRedisWords(reason: string, offset: number): { text: string; offset: number } {
    const version = /^(Can't handle RDB format version \d+)/.exec(reason);
    const type = /^unknown opcode or value type (\d+)/.exec(reason);
    if (version !== null) return { text: reason, offset: HEADER_BYTES };
    if (type !== null) return { text: `Invalid object type: ${type[1]}`, offset: offset + 1 };
    if (reason.startsWith("not an RDB file")) {
      if (this.#totalBytes < HEADER_BYTES) return { text: EARLY_END, offset: 0 };
      return { text: "Wrong signature trying to load DB from file", offset: HEADER_BYTES };
    }
    if (reason.startsWith("unexpected end of file")) return { text: EARLY_END, offset };
    if (reason.startsWith("wrong checksum")) return { text: "RDB CRC error", offset: offset + 8 };
    return { text: reason, offset };
  }
}

const EARLY_END = "Unexpected EOF reading RDB file";
