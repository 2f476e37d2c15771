/** Words of a configuration line, with Redis's quoting. Texts are byte strings. */

const BLANK = /[ \t-\r]/;
const LETTER_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  a: "\x07",
};

/**
 * Splits a line into words. Between double quotes `\xHH`, `\n \r \t \b \a` and a backslash before any
 * other byte are escapes; between single quotes only `\'`. A quote may begin in the middle of a
 * word, and ends it: what follows must be blank. Undefined when it is not, or a quote stays open.
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (true) {
    while (at < line.length && BLANK.test(line[at])) at++;
    if (at >= line.length || line[at] === "\0") return words;
    const word = readWord(line, at);
    if (!word) return undefined;
    words.push(word.text);
    at = word.next;
  }
}

type Word = { text: string; next: number } | undefined;

function readWord(line: string, start: number): Word {
  let text = "";
  for (let at = start; at < line.length; at++) {
    const character = line[at];
    if (character === '"') return readDoubleQuoted(line, at + 1, text);
    if (character === "'") return readSingleQuoted(line, at + 1, text);
    // Only these end a bare word; a vertical tab or a form feed separates words but stays inside one.
    if (character === " " || character === "\n" || character === "\r" || character === "\t") {
      return { text, next: at + 1 };
    }
    if (character === "\0") return { text, next: at };
    text += character;
  }
  return { text, next: line.length };
}

function readDoubleQuoted(line: string, start: number, before: string): Word {
  let text = before;
  for (let at = start; at < line.length && line[at] !== "\0"; at++) {
    if (line[at] === '"') return closeQuote(line, at + 1, text);
    if (line[at] !== "\\" || at + 1 >= line.length) {
      text += line[at];
      continue;
    }
    const hex = /^x[0-9a-f]{2}/i.exec(line.slice(at + 1, at + 4));
    if (hex) {
      text += String.fromCharCode(parseInt(hex[0].slice(1), 16));
      at += 3;
    } else {
      at++;
      text += LETTER_ESCAPES[line[at]] ?? line[at];
    }
  }
  return undefined;
}

function readSingleQuoted(line: string, start: number, before: string): Word {
  let text = before;
  for (let at = start; at < line.length && line[at] !== "\0"; at++) {
    if (line[at] === "'") return closeQuote(line, at + 1, text);
    if (line[at] === "\\" && line[at + 1] === "'") at++;
    text += line[at];
  }
  return undefined;
}

function closeQuote(line: string, next: number, text: string): Word {
  const closed = next >= line.length || line[next] === "\0" || BLANK.test(line[next]);
  return closed ? { text, next } : undefined;
}
