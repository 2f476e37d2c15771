// LOLWUT: a picture that is never the same twice, and the version.
import { integerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import type { Random } from "../../base/random.ts";
import { REDIS_VERSION } from "../../base/version.ts";

const VERSION = keyword("version");
const WIDTH = 66;
const HEIGHT = 22;
const MAX_WIDTH = 160;
const MAX_HEIGHT = 80;

/** LOLWUT [VERSION version [width [height]]] */
export function lolwut(call: Call): void {
  let at = 1, version = 7;
  if (call.count > 2 && call.at(1).equalsIgnoreCase(VERSION)) {
    version = integerOf(call.at(2));
    at = 3;
  }
  // Only the pictures of 5 and 6 take sizes; arguments of any other say nothing, as in Redis.
  const sized = version === 5 || version === 6;
  const width = sized && at < call.count ? clamp(integerOf(call.at(at)), MAX_WIDTH) : WIDTH;
  const height = sized && at + 1 < call.count
    ? clamp(integerOf(call.at(at + 1)), MAX_HEIGHT)
    : HEIGHT;
  const { random } = call.services.keyspace;
  const picture = version < 6 ? weave(random, width, height) : mountains(random, width, height);
  call.reply.verbatim("txt", `${picture}\nRedis ver. ${REDIS_VERSION}\n`);
}

function clamp(value: number, most: number): number {
  return Math.max(1, Math.min(most, value));
}

/** A cloth: every row is woven from the one above by a rule drawn by lot. */
function weave(random: Random, width: number, height: number): string {
  const rule = [30, 45, 73, 90, 110, 150][random.below(6)];
  let row: number[] = Array.from({ length: width }, () => random.below(5) === 0 ? 1 : 0);
  const lines: string[] = [];
  for (let y = 0; y < height; y++) {
    lines.push(row.map((thread) => thread === 1 ? "▓" : "·").join(""));
    row = row.map((thread, x) => {
      const left = row[(x + width - 1) % width], right = row[(x + 1) % width];
      return rule >> (left * 4 + thread * 2 + right) & 1;
    });
  }
  return lines.join("\n") + "\n";
}

const SHADES = ["░", "▒", "▓"];

/** A mountain range at night: ridges one before the other, and stars where the sky is left. */
function mountains(random: Random, width: number, height: number): string {
  const picture: string[][] = Array.from(
    { length: height },
    () => Array.from({ length: width }, () => random.below(40) === 0 ? "*" : " "),
  );
  for (const [nearness, shade] of SHADES.entries()) {
    const base = height * (nearness + 1) / (SHADES.length + 2);
    const ridge = ridgeLine(random, width, height / (3 + nearness));
    for (let x = 0; x < width; x++) {
      for (let y = Math.max(0, Math.floor(base + ridge[x])); y < height; y++) picture[y][x] = shade;
    }
  }
  return picture.map((line) => line.join("").trimEnd()).join("\n") + "\n";
}

/** Heights by midpoint displacement: halves are bent at random, ever less. */
function ridgeLine(random: Random, width: number, roughness: number): number[] {
  const line = new Array<number>(width).fill(0);
  const bend = (from: number, to: number, amount: number): void => {
    if (to - from < 2) return;
    const middle = from + to >> 1;
    line[middle] = (line[from] + line[to]) / 2 + (random.nextDouble() - 0.5) * amount;
    bend(from, middle, amount / 2);
    bend(middle, to, amount / 2);
  };
  line[0] = (random.nextDouble() - 0.5) * roughness;
  line[width - 1] = (random.nextDouble() - 0.5) * roughness;
  bend(0, width - 1, roughness);
  return line;
}
