// What whoever writes a large structure in pieces asks of it: to say so before it changes.

/** Told before a part of a structure changes or goes: the hash of an entry, a node, a block. */
export interface ChangeGuard {
  beforeChange(part: number): void;
}
