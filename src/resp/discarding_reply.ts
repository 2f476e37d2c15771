// A reply that nobody reads: only errors are remembered.
import type { ReplySink } from "./reply_sink.ts";

const ignore = () => {};

/** Takes replies in and drops them, for commands that no client sent. */
export class DiscardingReply implements ReplySink {
  readonly protocol = 2;
  errorCount = 0;
  lastError = "";
  readonly ok = ignore;
  readonly pong = ignore;
  readonly simple = ignore;
  readonly bulk = ignore;
  readonly bulkRange = ignore;
  readonly bulkRanges = ignore;
  readonly bulkText = ignore;
  readonly bulkInteger = ignore;
  readonly integer = ignore;
  readonly double = ignore;
  readonly humanDouble = ignore;
  readonly bigNumber = ignore;
  readonly boolean = ignore;
  readonly verbatim = ignore;
  readonly null = ignore;
  readonly nullArray = ignore;
  readonly array = ignore;
  readonly map = ignore;
  readonly set = ignore;
  readonly push = ignore;
  readonly pairs = ignore;
  readonly pair = ignore;
  readonly closeArray = ignore;
  readonly closeMap = ignore;
  readonly closeMapOfEntries = ignore;
  readonly mapEntry = ignore;
  readonly closeSet = ignore;
  readonly rollback = ignore;

  attributes(): boolean {
    return false;
  }

  openArray(): number {
    return 0;
  }

  mark(): number {
    return 0;
  }

  error(message: string): void {
    this.errorCount++;
    this.lastError = message;
  }
}
