// Sets and hashes in pieces.
import { Slice } from "../../base/slice.ts";
import type { HashTable } from "../../memory/hash_table.ts";
import type { FieldTable } from "../../values/hash_value_table.ts";
import { memberInto } from "../../values/table_values.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { TableWalk } from "./table_walk.ts";

/** The number of elements, then the elements in any order. */
abstract class TablePieces extends TableWalk<RdbOutput> {
  head(output: RdbOutput): void {
    output.length(this.table.size);
  }
}

/** A set. */
export class SetPieces extends TablePieces {
  readonly object: object;

  constructor(table: HashTable) {
    super(table);
    this.object = table;
  }

  protected override element(output: RdbOutput, ref: number): void {
    memberInto(this.table.arena, ref, this.member);
    output.string(this.member);
  }
}

/** A hash whose fields do not expire. */
export class HashPieces extends TablePieces {
  readonly object: FieldTable;
  readonly #content = new Slice();

  constructor(fields: FieldTable) {
    super(fields.table);
    this.object = fields;
  }

  protected override element(output: RdbOutput, ref: number): void {
    memberInto(this.table.arena, ref, this.member);
    output.string(this.member);
    this.object.valueInto(ref, this.#content);
    output.string(this.#content);
  }
}

/**
 * A hash with fields that expire: the earliest expiry, then before each field its own, counted from
 * there on; 0 for none.
 */
export class ExpiringHashPieces extends HashPieces {
  readonly #earliestMs: number;

  constructor(fields: FieldTable, earliestMs: number) {
    super(fields);
    this.#earliestMs = earliestMs;
  }

  override head(output: RdbOutput): void {
    output.instant(this.#earliestMs);
    super.head(output);
  }

  protected override element(output: RdbOutput, ref: number): void {
    const expireAtMs = this.object.expireAtOf(ref);
    output.length(expireAtMs < 0 ? 0 : expireAtMs - this.#earliestMs + 1);
    super.element(output, ref);
  }
}
