// What a reader was doing when it failed, in the words of redis-check-rdb.
import type { Slice } from "../base/slice.ts";
import { OPCODE } from "./opcodes.ts";

/** A part of the file. */
export type RdbPhase =
  | "start"
  | "read-type"
  | "read-expire"
  | "read-key"
  | "read-object-value"
  | "check-sum"
  | "read-len"
  | "read-aux"
  | "read-module-aux"
  | "read-functions";

/** Why and where reading stopped. */
export interface RdbFailure {
  /** The reason without key and place. */
  readonly reason: string;
  readonly phase: RdbPhase;
  /** Key of the value that was being read. */
  readonly key: Slice | undefined;
  /** Type of the key that was being read. */
  readonly type: { readonly number: number; readonly name: string } | undefined;
}

const PHASES: ReadonlyMap<number, RdbPhase> = new Map([
  [OPCODE.expireTime, "read-expire"],
  [OPCODE.expireTimeMs, "read-expire"],
  [OPCODE.selectDb, "read-len"],
  [OPCODE.resizeDb, "read-len"],
  [OPCODE.aux, "read-aux"],
  [OPCODE.moduleAux, "read-module-aux"],
  [OPCODE.function2, "read-functions"],
  [OPCODE.endOfFile, "check-sum"],
]);

/** `recordType` begins the record; `valueType` is -1 before its value; `name` that of a type of values. */
export function phaseOf(
  recordType: number,
  valueType: number,
  name: string | undefined,
): RdbPhase {
  if (valueType >= 0) return "read-object-value";
  if (name !== undefined) return "read-key";
  return PHASES.get(recordType) ?? "read-type";
}
