// Reads a dump record by record into a sink.
import type { Slice } from "../base/slice.ts";
import { readFrom } from "../base/words.ts";
import type { ByteSource } from "./byte_source.ts";
import { moduleTypeName, skipModuleData } from "./module_data.ts";
import {
  type Dialect,
  FIRST_VERSION_WITH_CHECKSUM,
  MODULE_OPCODE,
  NEWEST_REDIS_VERSION,
  OPCODE,
  VALKEY_VERSION,
  VALUE_TYPE,
  valueTypeName,
} from "./opcodes.ts";
import { printableKey, RdbError, RdbRejection } from "./rdb_error.ts";
import { RdbInput, StringSlot } from "./rdb_input.ts";
import { DISCARDING_SINK } from "./discarding_sink.ts";
import type { KeyMeta } from "./key_meta.ts";
import type { RdbSink } from "./sink.ts";
import { ValueContext } from "./value_context.ts";
import { phaseOf, type RdbFailure } from "./rdb_failure.ts";
import { type ValueReaders, valueReadersFor } from "./value_readers.ts";

const HEADER_BYTES = 9;
// Type, length of the key, length of the value.
const SHORTEST_RECORD_BYTES = 3;
// The same after an opcode and four bytes of seconds.
const SHORTEST_EXPIRING_RECORD_BYTES = 8;

export interface RdbReaderOptions {
  /** The present, in Unix milliseconds: what expired before is skipped. */
  nowMs: number;
  /** Whether to verify the CRC-64 (`rdbchecksum`). */
  checksum: boolean;
  /** Deliver expired keys too, as replicas and the preamble of an AOF must. */
  keepExpired?: boolean;
  /** Look for duplicates in packed values (`sanitize-dump-payload`). */
  sanitize?: boolean;
}

/** What a reader has seen so far. */
export interface RdbCounts {
  keysLoaded: number;
  keysExpired: number;
  /** Keys of empty values, which an old bug of Redis saved: they are skipped, not loaded. */
  emptyKeysSkipped: number;
}

/**
 * Reads a dump, record by record, and hands what it finds to a sink. `run` does a slice of the
 * work, so that a server can answer its clients between slices.
 *
 * Whatever is wrong with the file is an `RdbError`; after one the reader must not be used again.
 */
export class RdbReader {
  readonly counts: RdbCounts = { keysLoaded: 0, keysExpired: 0, emptyKeysSkipped: 0 };
  /** Whether the file had a checksum and it was right; false also where there is none. */
  checksumVerified = false;

  readonly #input: RdbInput;
  readonly #source: ByteSource;
  readonly #sink: RdbSink;
  readonly #options: RdbReaderOptions;
  // Not small integers at first, see RdbInput.lengthLow.
  readonly #meta: KeyMeta = { offset: NaN, expireAtMs: NaN, idleSeconds: -1, frequency: -1 };
  readonly #key = new StringSlot();
  readonly #value = new StringSlot();
  #version = 0;
  #dialect: Dialect = "redis";
  #valueReaders: ValueReaders = {};
  #values: ValueContext | undefined;
  #complete = false;
  #recordOffset = 0;
  // Type of the value being read, for error messages; -1 outside of values.
  #valueType = -1;
  // First byte of the record being read, -1 before it has come.
  #recordType = -1;
  #reason = "";

  constructor(source: ByteSource, sink: RdbSink, options: RdbReaderOptions) {
    this.#source = source;
    this.#input = new RdbInput(source);
    this.#sink = sink;
    this.#options = options;
    this.#value.outside = (length) => this.#roomOutside(length);
    this.#forgetMeta();
    if (!options.checksum) source.stopChecksum();
  }

  /** How far the reader is, in bytes of the file. A dump may end before the file does. */
  get progress(): { loadedBytes: number; totalBytes: number } {
    return { loadedBytes: this.#source.offset, totalBytes: this.#source.totalBytes };
  }

  /** What was being read when {@link run} threw. */
  get failure(): RdbFailure {
    const name = valueTypeName(this.#recordType, this.#dialect);
    return {
      reason: this.#reason,
      phase: this.#version === 0 ? "start" : phaseOf(this.#recordType, this.#valueType, name),
      key: this.#valueType < 0 ? undefined : this.#key.slice,
      type: name === undefined ? undefined : { number: this.#recordType, name },
    };
  }

  /**
   * Reads whole records until about `maxBytes` are consumed. Returns true when the dump is complete.
   * Throws RdbError.
   */
  run(maxBytes: number): boolean {
    if (this.#complete) return true;
    const { offset, bytes, view } = this.#source;
    const stopAt = offset + maxBytes;
    // Hashed and copied by words. Clients may have had their turn since.
    readFrom(bytes, view);
    try {
      if (this.#version === 0) this.#readHeader();
      this.#readRecords(stopAt);
    } catch (error) {
      throw this.#explain(error);
    }
    return this.#complete;
  }

  #readHeader(): void {
    const source = this.#source;
    if (source.totalBytes < HEADER_BYTES) {
      throw new RdbError(`not an RDB file: only ${source.totalBytes} bytes long`, 0);
    }
    source.need(HEADER_BYTES);
    const { bytes, position } = source;
    const header = String.fromCharCode(...bytes.subarray(position, position + HEADER_BYTES));
    const match = /^(?:REDIS(\d{4})|VALKEY(\d{3}))$/.exec(header);
    if (match === null) {
      throw new RdbError(
        "not an RDB file: it does not begin with REDIS or VALKEY and a version",
        source.offset,
      );
    }
    const version = Number(match[1] ?? match[2]);
    const isValkey = match[2] !== undefined;
    const known = isValkey
      ? version === VALKEY_VERSION
      : version >= 1 && version <= NEWEST_REDIS_VERSION;
    if (!known) {
      const newest = isValkey ? `VALKEY0${VALKEY_VERSION}` : `version ${NEWEST_REDIS_VERSION}`;
      throw new RdbError(
        `Can't handle RDB format version ${version} of ${isValkey ? "Valkey" : "Redis"}, ` +
          `the newest understood is ${newest}`,
        source.offset,
      );
    }
    source.position += HEADER_BYTES;
    if (version < FIRST_VERSION_WITH_CHECKSUM) source.stopChecksum();
    this.#version = version;
    this.#dialect = isValkey ? "valkey" : "redis";
    this.#valueReaders = valueReadersFor(this.#dialect);
    this.#sink.version(version, isValkey);
  }

  // Records are an opcode with what belongs to it, or a key. One function, not one a record that is
  // compiled by itself and again in the loop.
  #readRecords(stopAt: number): void {
    const source = this.#source, input = this.#input;
    do {
      source.heldAt = source.position;
      this.#recordOffset = source.windowOffset + source.position;
      this.#recordType = -1;
      const type = this.#recordType = input.readByte();
      if (type === VALUE_TYPE.string) this.#readStringRecord();
      else if (type === OPCODE.expireTimeMs) this.#meta.expireAtMs = input.readInt64();
      else if (valueTypeName(type, this.#dialect) !== undefined) this.#readValueRecord(type);
      else this.#readOpcode(type);
    } while (!this.#complete && source.offset < stopAt);
  }

  #readStringRecord(): void {
    const input = this.#input;
    const key = this.#key;
    const value = this.#value;
    input.readString(key);
    const moves = this.#source.moves;
    this.#valueType = VALUE_TYPE.string;
    value.isOutside = false;
    input.readString(value);
    if (this.#source.moves !== moves) key.follow(this.#source);
    if (this.#isExpired()) this.counts.keysExpired++;
    else if (value.isOutside) this.counts.keysLoaded++;
    else {
      this.#meta.offset = this.#recordOffset;
      this.#sink.string(key.slice, value.slice, this.#meta, value.isInteger);
      this.counts.keysLoaded++;
    }
    this.#valueType = -1;
    this.#forgetMeta();
  }

  /** Room for a long value of the string that is being read. */
  #roomOutside(length: number): Slice | undefined {
    const sink = this.#sink, key = this.#key;
    if (this.#valueType !== VALUE_TYPE.string || this.#isExpired()) return undefined;
    if (sink.longString === undefined) return undefined;
    key.follow(this.#source);
    key.detach();
    this.#meta.offset = this.#recordOffset;
    return sink.longString(key.slice, length, this.#meta);
  }

  #readValueRecord(type: number): void {
    const key = this.#key;
    this.#input.readString(key);
    key.detach();
    this.#valueType = type;
    const readValue = this.#valueReaders[type];
    const expired = this.#isExpired();
    const valueSink = expired ? DISCARDING_SINK : this.#sink.valueSink;
    if (readValue === undefined || valueSink === undefined) {
      throw new RdbError(this.#refusal(type), this.#recordOffset);
    }
    this.#values ??= new ValueContext(this.#input, this.#options.sanitize === true, {
      key: key.slice,
      meta: this.#meta,
      sink: valueSink,
    });
    this.#values.sink = valueSink;
    this.#meta.offset = this.#recordOffset;
    if (!readValue(this.#values, type)) this.counts.emptyKeysSkipped++;
    else if (expired) this.counts.keysExpired++;
    else this.counts.keysLoaded++;
    this.#valueType = -1;
    this.#forgetMeta();
  }

  #refusal(type: number): string {
    if (type === VALUE_TYPE.modulePreGa) {
      return "values of modules of Redis 4.0 release candidates cannot be read";
    }
    if (type === VALUE_TYPE.module2) {
      this.#input.readLength();
      const name = moduleTypeName(this.#input.lengthHigh, this.#input.lengthLow);
      return `the value belongs to the module type "${name}", which is not available`;
    }
    return "values of this type cannot be loaded yet";
  }

  #readOpcode(opcode: number): void {
    const input = this.#input;
    switch (opcode) {
      case OPCODE.expireTime:
        this.#meta.expireAtMs = (input.readUint32() | 0) * 1000;
        return;
      case OPCODE.frequency:
        this.#meta.frequency = input.readByte();
        return;
      case OPCODE.idle:
        this.#meta.idleSeconds = input.readLength();
        return;
      case OPCODE.selectDb:
        return this.#sink.selectDatabase(input.readLength());
      case OPCODE.resizeDb:
        return this.#readResize();
      case OPCODE.aux:
        return this.#readAux();
      case OPCODE.function2:
        input.readString(this.#value);
        return this.#sink.functionLibrary(this.#value.slice);
      case OPCODE.moduleAux:
        return this.#skipModuleAux();
      case OPCODE.endOfFile:
        return this.#finish();
      default:
        return this.#readRareOpcode(opcode);
    }
  }

  // Records about clusters and storage of the server that wrote the file mean nothing to this one.
  #readRareOpcode(opcode: number): void {
    const input = this.#input;
    if (opcode === OPCODE.slotInfo) {
      input.readLength();
      input.readLength();
      input.readLength();
    } else if (opcode === OPCODE.slotImport && this.#dialect === "valkey") {
      input.skipString();
      for (let ranges = input.readLength(); ranges > 0; ranges--) {
        input.readLength();
        input.readLength();
      }
    } else if (opcode === OPCODE.ramLru && this.#dialect === "redis") {
      input.readLength();
    } else if (opcode === OPCODE.functionPreGa) {
      throw new RdbError(
        "functions in the format of Redis 7.0 release candidates cannot be read",
        this.#recordOffset,
      );
    } else {
      throw new RdbError(`unknown opcode or value type ${opcode}`, this.#recordOffset);
    }
  }

  #readResize(): void {
    const keys = this.#input.readLength();
    const expires = this.#input.readLength();
    // The counts may lie; the number of bytes left cannot.
    const { remaining } = this.#source;
    const mostKeys = Math.floor(remaining / SHORTEST_RECORD_BYTES);
    const mostExpires = Math.floor(remaining / SHORTEST_EXPIRING_RECORD_BYTES);
    this.#sink.resize(Math.min(keys, mostKeys), Math.min(expires, mostExpires));
  }

  #readAux(): void {
    this.#input.readString(this.#key);
    const moves = this.#source.moves;
    this.#input.readString(this.#value);
    if (this.#source.moves !== moves) this.#key.follow(this.#source);
    this.#sink.aux(this.#key.slice, this.#value.slice);
  }

  // What a module kept beside the keys. Without the module it has no meaning, and losing it loses
  // no key.
  #skipModuleAux(): void {
    const input = this.#input;
    input.readLength();
    const name = moduleTypeName(input.lengthHigh, input.lengthLow);
    const opcode = input.readLength();
    if (opcode !== MODULE_OPCODE.unsignedInteger) {
      throw input.error(`bad AUX data of the module "${name}": opcode ${opcode} where 2 is due`);
    }
    input.readLength();
    skipModuleData(input, name);
  }

  #finish(): void {
    if (this.#version >= FIRST_VERSION_WITH_CHECKSUM) {
      const computed = this.#source.checksum();
      const offset = this.#source.offset;
      const stored = this.#input.readUint64();
      // Zero is what a server with `rdbchecksum no` writes.
      if (computed !== undefined && stored !== 0n && stored !== computed) {
        throw new RdbError(
          `wrong checksum: the bytes give ${hex64(computed)}, the file says ${hex64(stored)}`,
          offset,
        );
      }
      this.checksumVerified = computed !== undefined && stored !== 0n;
    }
    this.#sink.end();
    this.#complete = true;
  }

  #isExpired(): boolean {
    const { expireAtMs } = this.#meta;
    return expireAtMs !== -1 && expireAtMs < this.#options.nowMs &&
      this.#options.keepExpired !== true;
  }

  #forgetMeta(): void {
    const meta = this.#meta;
    meta.expireAtMs = -1;
    meta.idleSeconds = -1;
    meta.frequency = -1;
  }

  // Says in which key reading stopped, and gives the refusals of a sink their place.
  #explain(error: unknown): unknown {
    let reason: string;
    let offset = this.#recordOffset;
    if (error instanceof RdbRejection) {
      reason = error.message;
      if (error.offset !== undefined) return new RdbError(reason, error.offset);
    } else if (error instanceof RdbError) ({ reason, offset } = error);
    else return error;
    this.#reason = reason;
    if (this.#valueType >= 0) {
      this.#key.follow(this.#source);
      const typeName = valueTypeName(this.#valueType, this.#dialect);
      reason += `; key ${printableKey(this.#key.slice)}, type ${typeName} (${this.#valueType})`;
    }
    return new RdbError(reason, offset);
  }
}

function hex64(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}
