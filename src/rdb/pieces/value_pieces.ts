// A large value on its way into a file in pieces, as it was when the first one was asked for.

/** So many bytes are as much work as an element. */
export const ELEMENT_BYTES = 256;

/** Where pieces go: a dump, or commands. */
export interface PieceOutput {
  /** Bytes so far. */
  readonly bytes: number;
  /** Bytes as they are. */
  raw(bytes: Uint8Array, start: number, end: number): void;
  /** Hands on what is gathered. */
  flush(): void;
}

/** Who is told, by way of the value's structure, that something in it is about to change. */
export interface PieceGuard {
  /** A part (an entry or its hash, a node, a block) is about to change or to go. */
  beforeChange(part: number): void;
}

/**
 * What is left to write of one large value. Whoever writes it attaches a guard, through which the
 * structure says what is about to change, and hands that on to {@link before}. So what is written is
 * the value as it was when it was attached. Outputs are such as the writer has that made the pieces.
 */
export interface ValuePieces<Output extends PieceOutput = PieceOutput> {
  /** What the value's handle stands for: a handle may be given out again, an object is itself. */
  readonly object: object;
  /** Bytes of the copies that are kept of what changed before its turn. */
  readonly keptBytes: number;
  /** From now on changes are told to the guard. */
  attach(guard: PieceGuard): void;
  /** Lets the structure go. */
  detach(): void;
  /** Writes what comes before the elements. Called once, first. */
  head(output: Output): void;
  /**
   * A part is about to change: writes the elements in it, or keeps a copy where elements have an
   * order. Nothing is written for a part that is written already, or new.
   */
  before(output: Output, part: number): void;
  /** What the value's word names stands elsewhere now: the block of a string. */
  moved?(value: number): void;
  /** Writes about so many elements more; true when the value is complete. */
  step(output: Output, elements: number): boolean;
}
