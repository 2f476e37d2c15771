// Where the tools that check files say what they find, and how they end.
import { utf8Bytes } from "../../base/bytes.ts";

/** Standard output and input of a tool. */
export interface CheckOutput {
  /** Writes a text as it is. */
  print(text: string): void;
  /** As {@link print}, to standard error. */
  printError(text: string): void;
  /** The first character of the answer to a question, undefined without one. */
  readAnswer(): string | undefined;
}

/** A tool has said all there is to say and ends with this status. */
export class CheckEnd extends Error {
  readonly status: number;

  constructor(status: number) {
    super();
    this.status = status;
  }
}

/** The process's own. */
export const STANDARD_OUTPUT: CheckOutput = {
  print: (text) => writeAll(Deno.stdout, text),
  printError: (text) => writeAll(Deno.stderr, text),
  readAnswer() {
    const byte = new Uint8Array(1);
    return Deno.stdin.readSync(byte) === 1 ? String.fromCharCode(byte[0]) : undefined;
  },
};

/** Runs a tool; answers its exit status. */
export function statusOf(check: () => void): number {
  try {
    check();
    return 0;
  } catch (error) {
    if (error instanceof CheckEnd) return error.status;
    throw error;
  }
}

function writeAll(target: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = utf8Bytes(text);
  for (let at = 0; at < bytes.length;) at += target.writeSync(bytes.subarray(at));
}
