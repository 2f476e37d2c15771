import { latin1, utf8Bytes } from "../../base/bytes.ts";
import { type Connection } from "./connection.ts";
import type { Session } from "./session.ts";

/** `--scan`: prints the keys, one a line. Returns the exit status. */
export async function runScan(session: Session, connection: Connection): Promise<number> {
  const { options, output, mode } = session.settings;
  const choices: Uint8Array[] = [];
  if (options.pattern !== undefined) choices.push(utf8Bytes("MATCH"), options.pattern);
  if (options.scanCount !== undefined) choices.push(...words("COUNT", options.scanCount));
  if (options.scanType !== undefined) choices.push(...words("TYPE", options.scanType));
  let cursor = "0";
  do {
    await connection.send([...words("SCAN", cursor), ...choices]);
    const reply = await connection.reply();
    if (reply.kind === "error") {
      await session.complain(`SCAN error: ${latin1(reply.bytes)}`);
      return 1;
    }
    const [next, keys] = reply.kind === "array" ? reply.items : [];
    if (next?.kind !== "bulk" || keys?.kind !== "array") {
      await session.complain("SCAN error: the reply is not a cursor and an array");
      return 1;
    }
    for (const key of keys.items) {
      if (key.kind !== "bulk") continue;
      if (mode === "standard") output.quoted(key.bytes);
      else output.bytes(key.bytes);
      output.ascii("\n");
    }
    await output.flush();
    cursor = latin1(next.bytes);
    if (options.intervalMs > 0 && cursor !== "0") {
      await new Promise((resolve) => setTimeout(resolve, options.intervalMs));
    }
  } while (cursor !== "0");
  return 0;
}

function words(...texts: string[]): Uint8Array[] {
  return texts.map(utf8Bytes);
}
