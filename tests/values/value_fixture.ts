/** What values are built from, for their tests. */

import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { Slice } from "../../src/base/slice.ts";
import { Arena } from "../../src/memory/arena.ts";
import { defaultValueLimits, type ValueLimits } from "../../src/values/limits.ts";
import type { ValueServices } from "../../src/values/table_values.ts";

export function valueServices(limits: Partial<ValueLimits> = {}, maxBytes = 64 << 20) {
  const services: ValueServices = {
    arena: new Arena(maxBytes),
    hashKey: { k0: 1, k1: 2 },
    random: new SeededRandom(5),
    limits: { ...defaultValueLimits(), ...limits },
  };
  return services;
}

/** A text as an argument is: one character a byte. */
export function slice(text: string): Slice {
  return new Slice(latin1Bytes(text));
}

export function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end);
}
