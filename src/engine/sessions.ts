// All connected clients, by id.
import type { Session } from "./session.ts";

/** Sessions in the order in which they came. */
export class Sessions {
  readonly #byId = new Map<number, Session>();
  #nextId = 1;
  /** Most clients at once, and the largest buffers seen lately (INFO clients). */
  maxSeen = 0;

  /** The id for the next client; never used twice. */
  takeId(): number {
    return this.#nextId++;
  }

  get count(): number {
    return this.#byId.size;
  }

  add(session: Session): void {
    this.#byId.set(session.id, session);
    this.maxSeen = Math.max(this.maxSeen, this.#byId.size);
  }

  remove(session: Session): void {
    this.#byId.delete(session.id);
  }

  get(id: number): Session | undefined {
    return this.#byId.get(id);
  }

  /** A snapshot: closing clients while walking is safe. */
  all(): Session[] {
    return [...this.#byId.values()];
  }
}
