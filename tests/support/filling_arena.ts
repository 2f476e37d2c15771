import { Arena, ArenaFullError } from "../../src/memory/arena.ts";

/** An arena that takes so many more blocks, then it is full. */
export class FillingArena extends Arena {
  left = Infinity;
  /** How often it was full. */
  refused = 0;

  #take(): void {
    if (this.left-- > 0) return;
    this.refused++;
    throw new ArenaFullError();
  }

  override allocate(bytes: number): number {
    this.#take();
    return super.allocate(bytes);
  }

  override resize(ref: number, bytes: number, kept: number): number {
    this.#take();
    return super.resize(ref, bytes, kept);
  }
}
