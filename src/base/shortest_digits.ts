// The fewest digits that read back as the same double: those of JavaScript's own texts, as bytes.
import { writeDigits } from "./int64.ts";
import { POWERS_OF_TEN } from "./plain_decimal.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const LETTER_E = 0x65;
/** A number of no more digits is the only one of so many that reads as its double. */
const EXACT_DIGITS = 15;
const LOW_DIGITS = 8;
const LOW_LIMIT = 10 ** LOW_DIGITS;
const NEGATIVE_POWERS_OF_TEN = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

/** Where digits are found; one serves any number of doubles in turn. */
export class ShortestDigits {
  /** The digits in ASCII, zeros at neither end. */
  readonly ascii = new Uint8Array(20);
  count = 0;
  /** Power of ten of the first digit. */
  firstPower = 0;

  /** Finds the digits of a finite double above zero. */
  find(value: number): void {
    if (!(value >= 1e-7 && value < 1e15 && this.#findExact(value))) this.#read(String(value));
  }

  /** A product and a quotient find what people write, in a tenth of the time that a text takes. */
  #findExact(value: number): boolean {
    let power = 0;
    if (value < 1) { while (value < NEGATIVE_POWERS_OF_TEN[-power]) power--; }
    else while (value >= POWERS_OF_TEN[power + 1]) power++;
    const divisor = POWERS_OF_TEN[EXACT_DIGITS - 1 - power];
    const integer = Math.round(value * divisor);
    // Both numbers are exact, so this is the double as which their digits are read.
    if (integer / divisor !== value) return false;
    this.firstPower = power;
    this.#write(integer);
    return true;
  }

  /** Writes the 15 digits of an integer, those zeros excepted that are its last. */
  #write(integer: number): void {
    const { ascii } = this;
    const high = Math.floor(integer / LOW_LIMIT);
    let low = (integer - high * LOW_LIMIT) | 0, count = EXACT_DIGITS, lowFrom = count - LOW_DIGITS;
    if (low === 0) {
      low = high | 0;
      count = lowFrom;
      lowFrom = 0;
    }
    for (let rest = (low / 10) | 0; rest * 10 === low; rest = (low / 10) | 0) {
      low = rest;
      count--;
    }
    this.count = count;
    writeDigits(low, ascii, lowFrom, count);
    if (lowFrom > 0) writeDigits(high | 0, ascii, 0, lowFrom);
  }

  /** Takes the digits out of JavaScript's text. */
  #read(text: string): void {
    const { ascii } = this;
    const { length } = text;
    let count = 0, zeros = 0, first = -1, at = 0, pointAt = -1, exponent = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === ZERO) zeros++;
      else if (code === POINT) pointAt = at;
      else if (code === LETTER_E) {
        exponent = Number(text.slice(at + 1));
        break;
      } else {
        if (first < 0) first = at;
        else for (; zeros > 0; zeros--) ascii[count++] = ZERO;
        zeros = 0;
        ascii[count++] = code;
      }
    }
    if (pointAt < 0) pointAt = at;
    this.count = count;
    this.firstPower = exponent + pointAt - first - (first < pointAt ? 1 : 0);
  }
}
