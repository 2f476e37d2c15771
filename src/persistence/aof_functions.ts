// Keeps the function libraries of an append-only file while no functions can be called: they are part of
// the data, and saved with it.
import { latin1 } from "../base/bytes.ts";
import { wordOf } from "../engine/arguments.ts";
import type { Request } from "../resp/request.ts";

const NAME = /^#![^\n]*?[ \t]name=([A-Za-z0-9_]+)/i;

/** Library sources by name, as FUNCTION LOAD, DELETE and FLUSH leave them. */
export class FunctionLog {
  readonly #libraries = new Map<string, Uint8Array>();

  constructor(sources: readonly Uint8Array[]) {
    for (const source of sources) this.#add(source);
  }

  get sources(): readonly Uint8Array[] {
    return [...this.#libraries.values()];
  }

  /** Whether this is one of these commands; then what it did is known. */
  take(request: Request): boolean {
    const { count } = request;
    if (count < 2 || wordOf(request.at(0)) !== "function") return false;
    const verb = wordOf(request.at(1));
    if (verb === "flush") this.#libraries.clear();
    else if (verb === "delete" && count === 3) {
      const { bytes, start, end } = request.at(2);
      this.#libraries.delete(latin1(bytes, start, end));
    } else if (verb === "load" && count >= 3) return this.#add(request.at(count - 1).copy());
    else return false;
    return true;
  }

  #add(source: Uint8Array): boolean {
    const name = NAME.exec(latin1(source))?.[1];
    if (name === undefined) return false;
    this.#libraries.set(name, source);
    return true;
  }
}
