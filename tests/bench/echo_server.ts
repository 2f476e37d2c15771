/**
 * The least a server on Deno can do: answer whatever comes with `+PONG`. The processor time of this
 * at one request a read is the floor of the runtime, measured in the same run as the server's.
 *
 * The read is a hand-written async iterator and the write is not awaited, as in the server itself.
 */

const PONG = new TextEncoder().encode("+PONG\r\n");
const READ_SIZE = 16 * 1024;

function reads(conn: Deno.Conn): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(READ_SIZE);
  const toResult = (count: number | null): IteratorResult<Uint8Array> =>
    count === null ? { done: true, value: undefined } : { done: false, value: buffer };
  const next = () => conn.read(buffer).then(toResult);
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

async function serve(conn: Deno.Conn): Promise<void> {
  try {
    for await (const _ of reads(conn)) conn.write(PONG).catch(() => {});
  } catch { /* the client went away */ }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(parsePort()) });
console.log("Ready to accept connections");
for await (const conn of listener) {
  (conn as Deno.TcpConn).setNoDelay(true);
  serve(conn);
}

function parsePort(): string {
  return Deno.args[Deno.args.indexOf("--port") + 1];
}
