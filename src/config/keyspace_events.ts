/** Classes of keyspace events, as the letters of `notify-keyspace-events` and as bits of a mask. */

export const KEYSPACE = 1 << 0;
export const KEYEVENT = 1 << 1;
export const GENERIC = 1 << 2;
export const STRING = 1 << 3;
export const LIST = 1 << 4;
export const SET = 1 << 5;
export const HASH = 1 << 6;
export const SORTED_SET = 1 << 7;
export const EXPIRED = 1 << 8;
export const EVICTED = 1 << 9;
export const STREAM = 1 << 10;
export const KEY_MISS = 1 << 11;
export const MODULE = 1 << 13;
export const NEW_KEY = 1 << 14;

// In the order CONFIG GET shows the letters.
const CLASSES: readonly (readonly [letter: string, bit: number])[] = [
  ["g", GENERIC],
  ["$", STRING],
  ["l", LIST],
  ["s", SET],
  ["h", HASH],
  ["z", SORTED_SET],
  ["x", EXPIRED],
  ["e", EVICTED],
  ["t", STREAM],
  ["d", MODULE],
  ["n", NEW_KEY],
];
const CHANNELS: readonly (readonly [letter: string, bit: number])[] = [
  ["K", KEYSPACE],
  ["E", KEYEVENT],
  ["m", KEY_MISS],
];

/** What `A` stands for: everything but new keys and misses, which are asked for by their letters. */
export const ALL_CLASSES = CLASSES.reduce(
  (mask, [letter, bit]) => letter === "n" ? mask : mask | bit,
  0,
);

const BITS: ReadonlyMap<string, number> = new Map([
  ...CLASSES,
  ...CHANNELS,
  ["A", ALL_CLASSES] as const,
]);

/** The mask of some letters, or undefined when one of them is unknown. */
export function parseEventClasses(letters: string): number | undefined {
  let mask = 0;
  for (const letter of letters) {
    const bit = BITS.get(letter);
    if (bit === undefined) return undefined;
    mask |= bit;
  }
  return mask;
}

/** The letters of a mask, in Redis's order. */
export function formatEventClasses(mask: number): string {
  const present = ([, bit]: readonly [string, number]) => (mask & bit) !== 0;
  const letter = ([name]: readonly [string, number]) => name;
  // With `A` Redis leaves `n` out even when it is set.
  const classes = (mask & ALL_CLASSES) === ALL_CLASSES
    ? "A"
    : CLASSES.filter(present).map(letter).join("");
  return classes + CHANNELS.filter(present).map(letter).join("");
}
