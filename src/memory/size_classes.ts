// The size classes of the arena: which block size serves a request, and how many pages a span of it takes.

/** Bytes of the unit in which the arena counts and addresses. */
export const UNIT_BYTES = 8;
/** Bytes of a page, the granularity of spans. */
export const PAGE_BYTES = 4096;
/** Units of a page. */
export const PAGE_UNITS = PAGE_BYTES / UNIT_BYTES;
/** The largest block, in units, that is served from a span shared with others of its size. */
export const MAX_SMALL_UNITS = 4096;

const FINE_UNITS = 64; // up to 512 bytes every multiple of 8 has a class of its own
const STEPS_PER_DOUBLING = 16; // above it a block wastes at most a sixteenth
const WASTE_LIMIT = 96; // a span is long enough that at most this part of it is no block

function buildClassUnits(): number[] {
  const units = [0]; // class 0 is "not small"
  for (let u = 1; u <= FINE_UNITS; u++) units.push(u);
  for (let base = FINE_UNITS; base < MAX_SMALL_UNITS; base *= 2) {
    const step = base / STEPS_PER_DOUBLING;
    for (let u = base + step; u <= base * 2; u += step) units.push(u);
  }
  return units;
}

function pagesFor(units: number): number {
  const minimum = 4; // 16 KiB: below it the bookkeeping of a span weighs too much
  for (let pages = minimum; pages < 64; pages++) {
    const blocks = Math.floor(pages * PAGE_UNITS / units);
    const waste = pages * PAGE_UNITS - blocks * units;
    if (blocks >= 4 && waste * WASTE_LIMIT <= pages * PAGE_UNITS) return pages;
  }
  return 64;
}

const classUnits = buildClassUnits();

/** Number of classes, class 0 (large blocks) included. */
export const CLASS_COUNT = classUnits.length;
/** Units of a block of each class. */
export const CLASS_UNITS = Int32Array.from(classUnits);
/** Pages of a span of each class. */
export const CLASS_PAGES = Int32Array.from(classUnits, (u) => u === 0 ? 0 : pagesFor(u));
/** Blocks in a span of each class. */
export const CLASS_BLOCKS = Int32Array.from(
  classUnits,
  (u, c) => u === 0 ? 1 : Math.floor(CLASS_PAGES[c] * PAGE_UNITS / u),
);
/** The class that serves a request of a number of units, for 0 to {@link MAX_SMALL_UNITS}. */
export const CLASS_OF_UNITS = new Uint8Array(MAX_SMALL_UNITS + 1);
for (let units = 0, c = 1; units <= MAX_SMALL_UNITS; units++) {
  if (units > CLASS_UNITS[c]) c++;
  CLASS_OF_UNITS[units] = c;
}
