/** Writes many keys over one pipelined connection, faster than redis-benchmark names them exactly. */

import { latin1 } from "../support/resp_client.ts";

/** Which commands are written. */
export interface Feed {
  port: number;
  from: number;
  to: number;
  /** The command for a number, encoded. */
  command: (number: number) => string;
  /** Bytes of one reply; all replies have to be of this length. */
  replyLength: number;
  /** At most so many commands a second; unlimited without one. */
  perSecond?: number;
  /** Called after each batch with how many commands are answered. */
  answered?: (count: number) => void;
}

const BATCH = 500;

/** A key of exactly 16 bytes. */
export function keyOf(number: number): string {
  return `key:${String(number).padStart(12, "0")}`;
}

/** SET of a 16-byte key and a value of `size` bytes, encoded; the values differ. */
export function setCommand(number: number, size: number): string {
  const value = String(number).padStart(Math.min(size, 8), "0").slice(-size).padEnd(size, "x");
  return `*3\r\n$3\r\nSET\r\n$16\r\n${keyOf(number)}\r\n$${size}\r\n${value}\r\n`;
}

export function deleteCommand(number: number): string {
  return `*2\r\n$3\r\nDEL\r\n$16\r\n${keyOf(number)}\r\n`;
}

/** Sends the commands in batches and waits for the replies of each. */
export async function feed(options: Feed): Promise<void> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: options.port });
  const buffer = new Uint8Array(64 * 1024);
  const began = performance.now();
  try {
    for (let start = options.from; start < options.to; start += BATCH) {
      const end = Math.min(start + BATCH, options.to);
      let text = "";
      for (let number = start; number < end; number++) text += options.command(number);
      let bytes = latin1(text);
      while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
      let left = (end - start) * options.replyLength;
      while (left > 0) {
        const count = await conn.read(buffer);
        if (count === null) throw new Error("the server closed the connection");
        if (buffer[0] === 45) throw new Error(new TextDecoder().decode(buffer.subarray(0, count)));
        left -= count;
      }
      options.answered?.(end - options.from);
      await pace(options, began, end - options.from);
    }
  } finally {
    conn.close();
  }
}

async function pace({ perSecond }: Feed, began: number, done: number): Promise<void> {
  if (perSecond === undefined) return;
  const aheadMs = done / perSecond * 1000 - (performance.now() - began);
  if (aheadMs > 1) await new Promise((resolve) => setTimeout(resolve, aheadMs));
}

// As a program: feed.ts PORT COUNT VALUE_SIZE PER_SECOND
if (import.meta.main) {
  const [port, count, size, perSecond] = Deno.args.map(Number);
  await feed({
    port,
    from: 0,
    to: count,
    command: (number) => setCommand(number, size),
    replyLength: 5,
    perSecond,
  });
}
