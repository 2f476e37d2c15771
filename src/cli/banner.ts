/** What a person sees who starts the server at a terminal. */

/** What the banner tells. */
export interface BannerFacts {
  /** Of this program, as in `0.1.0`. */
  readonly version: string;
  /** Version of Redis whose behaviour it has. */
  readonly redisVersion: string;
  readonly port: number;
  readonly pid: number;
}

const CUBE = [
  String.raw`    ________ `,
  String.raw`   /       /|`,
  String.raw`  /_______/ |`,
  String.raw`  |  | |  | |`,
  String.raw`  |  | |  | /`,
  String.raw`  |_______|/ `,
];

/** A picture with the facts beside it, and an empty line around them; ends in a line break. */
export function banner({ version, redisVersion, port, pid }: BannerFacts): string {
  const facts = [
    "",
    `miniredis ${version}`,
    `serves as Redis ${redisVersion}`,
    `port ${port}`,
    `process ${pid}`,
    `stop with Ctrl-C`,
  ];
  const lines = CUBE.map((row, i) => `${row}   ${facts[i]}`.trimEnd());
  return `\n${lines.join("\n")}\n\n`;
}
