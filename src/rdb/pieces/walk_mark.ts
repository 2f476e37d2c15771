// What walks leave on the elements that they have passed.

/** Marks of this run of the program so far: no two walks have the same. */
let lastMark = 0;

/** A mark that no walk has yet, a signed 32-bit integer; 0 is none. */
export function nextMark(): number {
  return lastMark = lastMark + 1 | 0 || 1;
}
