// Spans of pages inside the arena's address space: handed out best-fit, merged with free neighbours on return.
import { invariant } from "../base/invariant.ts";

const EXACT_LISTS = 256; // free spans of 1 to 255 pages have a list per length; longer ones share list 0
const FIRST_COLUMN = 8;
const IN_USE = 0;
const FREE = 1;

/** Grows an Int32Array to hold at least `length` elements. */
function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(Math.max(length, array.length * 2));
  bigger.set(array);
  return bigger;
}

/**
 * The page level of the arena. A span is a run of pages; span ids index the public columns.
 * Pages come from returned spans first and from the never used end of the memory after that.
 */
export class PageHeap {
  // Short at first: once they were replaced, V8 does not take them for constant any more, and the
  // whole hot path need not be compiled again when that happens under load.
  /** Span id of a page: every page of a span of small blocks, first and last page of the others. */
  pageSpan = new Int32Array(FIRST_COLUMN);
  /** First page of each span. */
  spanPage = new Int32Array(FIRST_COLUMN);
  /** Length of each span, in pages. */
  spanPages = new Int32Array(FIRST_COLUMN);
  /** Next and previous span in whatever list the span is in. */
  spanNext = new Int32Array(FIRST_COLUMN);
  spanPrevious = new Int32Array(FIRST_COLUMN);
  /** Pages in spans that are handed out. */
  usedPages = 0;
  /** First page that was never used; the pages from here on are still zero. */
  topPage = 1; // page 0 holds the null reference
  #state = new Uint8Array(FIRST_COLUMN);
  #spareIds: number[] = [];
  #nextId = 1;
  #heads = new Int32Array(EXACT_LISTS);
  #largestExact = 0; // no list above this one is occupied, so that a search ends early
  #growTo: (pages: number) => void;

  /** `growTo` makes the memory at least so many pages long, or throws. */
  constructor(growTo: (pages: number) => void) {
    this.#growTo = growTo;
  }

  /** Highest span id given so far; columns of others that run beside ours need this length. */
  get idLimit(): number {
    return this.spanPage.length;
  }

  /** Takes a span of exactly `pages` pages. */
  take(pages: number): number {
    return this.takeReturned(pages) || this.takeFresh(pages);
  }

  /** Takes a span that was used before, cut to exactly `pages` pages; 0 when there is none. */
  takeReturned(pages: number): number {
    const found = this.#findFree(pages);
    if (found === 0) return 0;
    this.#unlink(found);
    const rest = this.spanPages[found] - pages;
    if (rest > 0) {
      this.spanPages[found] = pages;
      this.#addFree(this.#newSpan(this.spanPage[found] + pages, rest));
    }
    this.#markUsed(found);
    return found;
  }

  /** Takes a span from the never used end of the memory: its bytes are zero. */
  takeFresh(pages: number): number {
    const page = this.topPage;
    this.#growTo(page + pages);
    this.topPage += pages;
    if (this.topPage > this.pageSpan.length) this.pageSpan = grown(this.pageSpan, this.topPage);
    const span = this.#newSpan(page, pages);
    this.#markUsed(span);
    return span;
  }

  /** Returns a span; it is merged with its free neighbours. */
  give(span: number): void {
    this.usedPages -= this.spanPages[span];
    let page = this.spanPage[span], pages = this.spanPages[span];
    const before = page > 1 ? this.pageSpan[page - 1] : 0;
    if (before !== 0 && this.#state[before] === FREE) {
      this.#unlink(before);
      page = this.spanPage[before];
      pages += this.spanPages[before];
      this.#spareIds.push(before);
    }
    const afterPage = this.spanPage[span] + this.spanPages[span];
    const after = afterPage < this.topPage ? this.pageSpan[afterPage] : 0;
    if (after !== 0 && this.#state[after] === FREE) {
      this.#unlink(after);
      pages += this.spanPages[after];
      this.#spareIds.push(after);
    }
    this.spanPage[span] = page;
    this.spanPages[span] = pages;
    this.#addFree(span);
  }

  /**
   * Makes a span `pages` pages long where it stands, out of what is free behind it; false when that
   * is not enough.
   */
  extend(span: number, pages: number): boolean {
    const extra = pages - this.spanPages[span];
    const behind = this.spanPage[span] + this.spanPages[span];
    if (behind === this.topPage) {
      this.#growTo(behind + extra);
      this.topPage += extra;
      if (this.topPage > this.pageSpan.length) this.pageSpan = grown(this.pageSpan, this.topPage);
    } else if (!this.#takeFront(this.pageSpan[behind], extra)) return false;
    this.spanPages[span] = pages;
    this.pageSpan[behind + extra - 1] = span;
    this.usedPages += extra;
    return true;
  }

  /** Cuts `pages` pages off the front of a span, if it is free and long enough. */
  #takeFront(span: number, pages: number): boolean {
    const rest = this.spanPages[span] - pages;
    if (this.#state[span] !== FREE || rest < 0) return false;
    this.#unlink(span);
    if (rest === 0) this.#spareIds.push(span);
    else {
      this.spanPage[span] += pages;
      this.spanPages[span] = rest;
      this.#addFree(span);
    }
    return true;
  }

  /** Marks every page of `span`, so that a block inside it finds its span. */
  coverPages(span: number): void {
    const first = this.spanPage[span];
    this.pageSpan.fill(span, first, first + this.spanPages[span]);
  }

  #markUsed(span: number): void {
    this.#state[span] = IN_USE;
    const first = this.spanPage[span], pages = this.spanPages[span];
    this.pageSpan[first] = span;
    this.pageSpan[first + pages - 1] = span;
    this.usedPages += pages;
  }

  #newSpan(page: number, pages: number): number {
    const id = this.#spareIds.pop() ?? this.#nextId++;
    if (id >= this.spanPage.length) {
      this.spanPage = grown(this.spanPage, id + 1);
      this.spanPages = grown(this.spanPages, id + 1);
      this.spanNext = grown(this.spanNext, id + 1);
      this.spanPrevious = grown(this.spanPrevious, id + 1);
      const state = new Uint8Array(this.spanPage.length);
      state.set(this.#state);
      this.#state = state;
    }
    this.spanPage[id] = page;
    this.spanPages[id] = pages;
    return id;
  }

  #findFree(pages: number): number {
    for (let n = pages; n <= this.#largestExact; n++) {
      if (this.#heads[n] !== 0) return this.#heads[n];
    }
    // All lists from `pages` up are empty: the next search need not look at them.
    if (pages <= this.#largestExact) this.#largestExact = pages - 1;
    let best = 0;
    for (let s = this.#heads[0]; s !== 0; s = this.spanNext[s]) {
      const length = this.spanPages[s];
      if (length >= pages && (best === 0 || length < this.spanPages[best])) best = s;
    }
    return best;
  }

  #addFree(span: number): void {
    this.#state[span] = FREE;
    const first = this.spanPage[span], pages = this.spanPages[span];
    this.pageSpan[first] = span;
    this.pageSpan[first + pages - 1] = span;
    const list = pages < EXACT_LISTS ? pages : 0;
    if (list > this.#largestExact) this.#largestExact = list;
    const head = this.#heads[list];
    this.spanNext[span] = head;
    this.spanPrevious[span] = 0;
    if (head !== 0) this.spanPrevious[head] = span;
    this.#heads[list] = span;
  }

  #unlink(span: number): void {
    const next = this.spanNext[span], previous = this.spanPrevious[span];
    if (next !== 0) this.spanPrevious[next] = previous;
    if (previous !== 0) this.spanNext[previous] = next;
    else {
      const pages = this.spanPages[span];
      const list = pages < EXACT_LISTS ? pages : 0;
      invariant(this.#heads[list] === span, "a free span heads no list but its own");
      this.#heads[list] = next;
    }
  }
}
