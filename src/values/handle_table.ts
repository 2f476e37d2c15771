// Large collections by number: an entry of the keyspace holds 32 bits, not a JavaScript object.
import { invariant } from "../base/invariant.ts";

/** Objects under positive integers. A handle that was released is given out again. */
export class HandleTable<T extends object> {
  #objects: (T | undefined)[] = [undefined]; // 0 is no handle
  #released: number[] = [];

  /** Number of objects. */
  get size(): number {
    return this.#objects.length - 1 - this.#released.length;
  }

  /** Keeps the object and answers its handle. */
  add(object: T): number {
    const handle = this.#released.pop() ?? this.#objects.length;
    this.#objects[handle] = object;
    return handle;
  }

  /** The object of a handle that is in use. */
  get(handle: number): T {
    const object = this.#objects[handle];
    invariant(object !== undefined, "a handle is used until it is released");
    return object;
  }

  /** Puts another object in the place of a handle's. */
  replace(handle: number, object: T): void {
    this.get(handle);
    this.#objects[handle] = object;
  }

  /** Forgets the object and answers it, for its owner to free what it holds. */
  release(handle: number): T {
    const object = this.get(handle);
    this.#objects[handle] = undefined;
    this.#released.push(handle);
    // After a flush the arrays of a full keyspace are worth giving back.
    if (this.#released.length === this.#objects.length - 1) {
      this.#objects = [undefined];
      this.#released = [];
    }
    return object;
  }
}
