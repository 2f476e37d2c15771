// What writes keys into a file, large values in pieces.
import type { Database } from "../store/database.ts";
import type { PieceOutput, ValuePieces } from "./pieces/value_pieces.ts";
import type { EntryPasser } from "./plain_entries.ts";
import type { ByteSink } from "./rdb_output.ts";

/** Writes keys of one database after the other. Pieces are written to its output, or to that of an aside. */
export interface EntryWriter {
  readonly output: PieceOutput;
  /** The keys that follow belong to this database. */
  database(index: number): void;
  /** How many keys, and keys with an expiry, the database will get; once for each database. */
  resize(keys: number, expires: number): void;
  /** A key with its value, expiry and access. */
  entry(database: Database, ref: number): void;
  /** A value that is large where `elements` is the limit, to be written by the caller after {@link beginEntry}. */
  piecesOf(database: Database, ref: number, elements: number): ValuePieces | undefined;
  /** Writes what comes before the value of a key. */
  beginEntry(database: Database, ref: number): void;
}

/** Writes a file. */
export interface KeyWriter extends EntryWriter {
  /** Where somebody else encodes keys: passes on those that need nothing but their entry. */
  readonly passer?: EntryPasser;
  /** A writer of what is to become part of this file later, by `output.raw`. */
  aside(sink: ByteSink): EntryWriter;
}
