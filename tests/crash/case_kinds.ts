/** Kinds of cases that are run by the thousand: damaged values, damaged files. */

import { join } from "node:path";
import {
  foreignValues,
  type FormedValue,
  ownValues,
  redisValues,
} from "../persistence/fuzz_values.ts";
import { type FuzzKind, ValueFuzz } from "../persistence/value_fuzz.ts";
import { redisServerPath } from "../support/redis_server.ts";
import { DamagedFiles, type DataFile } from "./damaged_files.ts";

/** What a worker is told. */
export interface CasesOptions {
  readonly kind: string;
  readonly cases: number;
  readonly seed: number;
  /** May be written to. */
  readonly folder: string;
  /** Holds files as a server leaves them. */
  readonly sample: string;
}

/** What it answers. */
export interface CasesResult {
  readonly figures: Record<string, number>;
  /** What was wrong. */
  readonly fault?: string;
}

export interface Cases {
  /** Throws what is wrong. */
  run(number: number): void;
  figures(): Record<string, number>;
}

export const KINDS: Record<string, (options: CasesOptions) => Promise<Cases>> = {
  "RESTORE, sanitize no": (options) => values(options, { what: "payload", sanitize: "no" }),
  "RESTORE, sanitize yes": (options) => values(options, { what: "payload", sanitize: "yes" }),
  "dump, sanitize no": (options) => values(options, { what: "dump", sanitize: "no" }),
  "dump, sanitize yes": (options) => values(options, { what: "dump", sanitize: "yes" }),
  "dump, cut": (options) => files(options, "dump", "cut"),
  "dump, bytes flipped": (options) => files(options, "dump", "flipped"),
  "base of an append-only file, cut": (options) => files(options, "base", "cut"),
  "base of an append-only file, bytes flipped": (options) => files(options, "base", "flipped"),
  "append-only file, cut": (options) => files(options, "incr", "cut"),
  "append-only file, bytes flipped": (options) => files(options, "incr", "flipped"),
  "manifest, cut": (options) => files(options, "manifest", "cut"),
  "manifest, bytes flipped": (options) => files(options, "manifest", "flipped"),
};

function files(
  options: CasesOptions,
  file: DataFile,
  damage: "cut" | "flipped",
): Promise<Cases> {
  return Promise.resolve(new DamagedFiles(options, file, damage));
}

async function values({ seed, folder }: CasesOptions, kind: FuzzKind): Promise<Cases> {
  const originals: FormedValue[] = [...ownValues(), ...foreignValues()];
  if (redisServerPath !== null) originals.push(...await redisValues());
  const fuzz = new ValueFuzz(kind, originals, seed, join(folder, "damaged.rdb"));
  return {
    run: (number) => fuzz.run(number),
    figures: () => {
      const { cases, taken, refused, commands, longestMs } = fuzz.figures;
      return { cases, taken, refused, commands, "longest ms": longestMs };
    },
  };
}
