// The slow log: the last commands that took longer than a threshold. Source: the Redis page "SLOWLOG GET".

const MAX_ARGUMENTS = 32;
const MAX_ARGUMENT_BYTES = 128;

/** One slow command. */
export interface SlowlogEntry {
  readonly id: number;
  /** Unix seconds. */
  readonly atSeconds: number;
  readonly microseconds: number;
  /** Shortened copies of the arguments. */
  readonly args: readonly Uint8Array[];
  readonly address: string;
  readonly clientName: Uint8Array;
}

/** A range of bytes to be copied. */
interface Range {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What a secret argument looks like in the log. */
const REDACTED = new TextEncoder().encode("(redacted)");
const NO_SECRETS: readonly number[] = [];

/** Newest first. */
export class Slowlog {
  /** `slowlog-log-slower-than`, microseconds; negative: off. */
  thresholdMicroseconds = 10000;
  /** `slowlog-max-len`. */
  #maxLength = 128;
  #entries: SlowlogEntry[] = [];
  #nextId = 0;

  get length(): number {
    return this.#entries.length;
  }

  set maxLength(length: number) {
    this.#maxLength = length;
    if (this.#entries.length > length) this.#entries.length = length;
  }

  /** Notes a command that took at least the threshold; arguments at positions `secrets` are hidden. */
  add(
    args: readonly Range[],
    count: number,
    entry: Omit<SlowlogEntry, "id" | "args">,
    secrets: readonly number[] = NO_SECRETS,
  ): void {
    if (this.#maxLength === 0) return;
    const { atSeconds, microseconds, address, clientName } = entry;
    const id = this.#nextId++;
    const shortened = shorten(args, count, secrets);
    this.#entries.unshift({ id, atSeconds, microseconds, args: shortened, address, clientName });
    if (this.#entries.length > this.#maxLength) this.#entries.length = this.#maxLength;
  }

  /** The newest `count` entries, all when negative. */
  newest(count: number): readonly SlowlogEntry[] {
    return count < 0 ? this.#entries : this.#entries.slice(0, count);
  }

  reset(): void {
    this.#entries = [];
  }
}

const encoder = new TextEncoder();

/** At most 32 arguments of 128 bytes; what is left out is said in the last one. */
function shorten(
  args: readonly Range[],
  count: number,
  secrets: readonly number[],
): Uint8Array[] {
  const kept = Math.min(count, MAX_ARGUMENTS);
  const result: Uint8Array[] = [];
  for (let i = 0; i < kept; i++) {
    if (kept !== count && i === kept - 1) {
      result.push(encoder.encode(`... (${count - kept + 1} more arguments)`));
      break;
    }
    if (secrets.includes(i)) {
      result.push(REDACTED);
      continue;
    }
    const { bytes, start, end } = args[i];
    const length = end - start;
    if (length <= MAX_ARGUMENT_BYTES) {
      result.push(Uint8Array.from(bytes.subarray(start, end)));
      continue;
    }
    const note = encoder.encode(`... (${length - MAX_ARGUMENT_BYTES} more bytes)`);
    const argument = new Uint8Array(MAX_ARGUMENT_BYTES + note.length);
    argument.set(bytes.subarray(start, start + MAX_ARGUMENT_BYTES));
    argument.set(note, MAX_ARGUMENT_BYTES);
    result.push(argument);
  }
  return result;
}
