/** Splits a line into arguments with redis-cli's quoting; the result is Latin-1, one character a byte. */

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** The arguments of a line. Throws where the quotes are not balanced. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (true) {
    while (/\s/.test(line[at] ?? "x")) at++;
    if (at >= line.length) return words;
    let word = "";
    while (at < line.length && !/\s/.test(line[at])) {
      if (line[at] === '"' || line[at] === "'") {
        const quoted = line[at] === '"' ? readDoubleQuoted(line, at) : readSingleQuoted(line, at);
        word += quoted.text;
        at = quoted.end;
        if (at < line.length && !/\s/.test(line[at])) throw unbalanced(line);
      } else {
        word += line[at++];
      }
    }
    words.push(word);
  }
}

function readDoubleQuoted(line: string, start: number): { text: string; end: number } {
  let text = "";
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === '"') return { text, end: at + 1 };
    if (line[at] !== "\\") {
      text += line[at];
      continue;
    }
    const byte = line.slice(at).match(/^\\x([0-9a-fA-F]{2})/);
    if (byte !== null) {
      text += String.fromCharCode(parseInt(byte[1], 16));
      at += 3;
    } else {
      at++;
      text += ESCAPES[line[at]] ?? line[at];
    }
  }
  throw unbalanced(line);
}

function readSingleQuoted(line: string, start: number): { text: string; end: number } {
  let text = "";
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === "'") return { text, end: at + 1 };
    if (line[at] === "\\" && line[at + 1] === "'") at++;
    text += line[at];
  }
  throw unbalanced(line);
}

function unbalanced(line: string): Error {
  return new Error(`unbalanced quotes: ${line}`);
}
