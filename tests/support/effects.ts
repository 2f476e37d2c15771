/** Effects of an engine, unit by unit, in a list or wherever a test wants them. */

import { asciiBytes } from "../../src/base/bytes.ts";
import type { PropagationSink } from "../../src/engine/propagation.ts";
import { Request } from "../../src/resp/request.ts";

export interface Effect {
  readonly databaseIndex: number;
  /** A copy. */
  readonly request: Request;
}

/** Takes effects as they would be written: MULTI and EXEC around those of one unit, if several. */
export class Effects implements PropagationSink {
  readonly kind: "aof" | "replicas";
  readonly #take: (effect: Effect) => void;
  #unit: Effect[] = [];

  constructor(take: (effect: Effect) => void, kind: "aof" | "replicas" = "aof") {
    this.#take = take;
    this.kind = kind;
  }

  append(databaseIndex: number, request: Request): void {
    this.#unit.push({ databaseIndex, request: request.copy() });
  }

  endUnit(asOne: boolean): void {
    const unit = this.#unit;
    this.#unit = [];
    if (asOne && unit.length > 1) {
      const word = (text: string) => Request.of(asciiBytes(text));
      unit.unshift({ databaseIndex: unit[0].databaseIndex, request: word("MULTI") });
      unit.push({ databaseIndex: unit.at(-1)!.databaseIndex, request: word("EXEC") });
    }
    unit.forEach(this.#take);
  }

  endBatch(): void {}
}
