/** `--pipe`: standard input goes to the server as it is, and the replies are counted. */

import { latin1, utf8Bytes } from "../../base/bytes.ts";
import { ReplyProtocolError } from "../../resp/reply.ts";
import { type Connection, ConnectionLost } from "./connection.ts";
import type { Session } from "./session.ts";

const MARKER_BYTES = 20;

interface PipeCounts {
  errors: number;
  replies: number;
}

/**
 * Sends `pieces`, waits for the last reply, prints the counts.
 * @returns the exit status: 1 when there were error replies or the link failed.
 */
export async function runPipe(
  session: Session,
  connection: Connection,
  pieces: AsyncIterable<Uint8Array>,
): Promise<number> {
  const { output, options } = session.settings;
  const counts: PipeCounts = { errors: 0, replies: 0 };
  const marker = crypto.getRandomValues(new Uint8Array(MARKER_BYTES));
  const patience = new Patience(options.pipeTimeoutMs, () => connection.close());
  // Reading goes on beside writing: a server whose replies nobody takes stops taking requests.
  const reading = readReplies(session, connection, { counts, marker, patience });
  const sending = sendAll(session, connection, { pieces, marker, patience });
  try {
    const first = await Promise.race([reading, sending.then(() => reading)]);
    if (first) output.ascii("Last reply received from server.\n");
  } catch (error) {
    if (!patience.isOver) {
      if (!(error instanceof ConnectionLost || error instanceof ReplyProtocolError)) throw error;
      await session.complain(`Error reading replies from server: ${error.message}`);
      return 1;
    }
    await session.complain(`No replies for ${options.pipeTimeoutMs / 1000} seconds: exiting.`);
    counts.errors++;
  } finally {
    patience.stop();
    connection.close();
    // A read of standard input cannot be taken back, so the sender is not waited for.
    reading.catch(() => {});
    sending.catch(() => {});
  }
  await output.ascii(`errors: ${counts.errors}, replies: ${counts.replies}\n`).flush();
  return counts.errors === 0 ? 0 : 1;
}

/** A timer that runs out when no reply comes for too long after everything was sent. */
class Patience {
  readonly #timeoutMs: number;
  readonly #giveUp: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #heardAtMs = 0;
  isOver = false;

  constructor(timeoutMs: number, giveUp: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#giveUp = giveUp;
  }

  start(): void {
    this.heard();
    if (this.#timeoutMs === 0) return;
    this.#timer = setInterval(() => {
      if (performance.now() - this.#heardAtMs < this.#timeoutMs) return;
      this.isOver = true;
      this.stop();
      this.#giveUp();
    }, Math.min(this.#timeoutMs, 250));
  }

  heard(): void {
    this.#heardAtMs = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

interface Sending {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly marker: Uint8Array;
  readonly patience: Patience;
}

async function sendAll(session: Session, connection: Connection, sending: Sending): Promise<void> {
  const { output } = session.settings;
  // Each piece is written before the next is read, so memory does not grow with the input.
  for await (const piece of sending.pieces) await connection.write(piece);
  // The empty line first ends a last command that has no line end of its own.
  const request = utf8Bytes(`\r\n*2\r\n$4\r\nECHO\r\n$${MARKER_BYTES}\r\n`);
  const end = new Uint8Array(request.length + MARKER_BYTES + 2);
  end.set(request);
  end.set(sending.marker, request.length);
  end.set([13, 10], request.length + MARKER_BYTES);
  await output.ascii("All data transferred. Waiting for the last reply...\n").flush();
  sending.patience.start();
  await connection.write(end);
}

interface Reading {
  readonly counts: PipeCounts;
  readonly marker: Uint8Array;
  readonly patience: Patience;
}

/** Counts replies until the marker comes back. */
async function readReplies(
  session: Session,
  connection: Connection,
  { counts, marker, patience }: Reading,
): Promise<boolean> {
  const { errors } = session.settings;
  const markerText = latin1(marker);
  for (;;) {
    for (let reply = connection.received(); reply; reply = connection.received()) {
      if (reply.kind === "bulk" && reply.bytes.length === MARKER_BYTES) {
        if (latin1(reply.bytes) === markerText) {
          await errors.flush();
          return true;
        }
      } else if (reply.kind === "error") {
        errors.bytes(reply.bytes).ascii("\n");
        counts.errors++;
      } else if (reply.kind === "push") continue;
      counts.replies++;
    }
    patience.heard();
    await errors.flush();
    await connection.receive();
  }
}
