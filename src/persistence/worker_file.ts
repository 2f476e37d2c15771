// A file that a worker fills: strings are compressed, the checksum is computed and the disk is waited
// for on another thread.
import { FRAME_MAX_BYTES, type FrameSink, type RdbOutputOptions } from "../rdb/rdb_output.ts";
import type { FillerNews, FillOrder } from "./dump_filler.ts";
import { type DumpFile, ReplaceError } from "./dump_files.ts";
import {
  type Frame,
  FRAME_KIND,
  type FrameKind,
  type FrameRing,
  RING_STATE,
} from "./frame_ring.ts";
import { leaveRing, leaveWorker, takeSpare } from "./spare_worker.ts";

/** What may wait for the worker. */
const RING_BYTES = 2 << 20;
/** Who can wait does when so much is in the ring; the rest is for those who cannot. */
const FULL_BYTES = RING_BYTES >>> 1;
/** How often one looks for room at the end, ms. */
const KEPT_TURN_MS = 1;
/** A disk that takes nothing for so long has failed. */
const PATIENCE_MS = 30_000;

const START_MS = 10_000;

/** How a worker is started, and whether it stays. */
export interface WorkerPatience {
  /** A worker that has not begun after so long is not waited for. */
  readonly startMs?: number;
  /** So long it stays for the next file once it is done with this one. */
  readonly keepMs?: number;
  /** What may be kept in memory where it takes nothing for a while, bytes. */
  readonly keptBytes?: number;
}

const NOTHING = new Uint8Array(), NO_MARKS = new Int32Array();

/** There is no worker; `message` says why. */
export class NoWorkerError extends Error {
  override name = "NoWorkerError";
}

/** The file of a dump; it is complete when the dump is, and then it is on the disk. */
export class WorkerFile implements DumpFile, FrameSink {
  readonly #worker: Worker;
  readonly #ring: FrameRing;
  readonly #keepMs: number;
  /** Frames for which there was no room in the ring, in their order. */
  readonly #kept: Frame[] = [];
  #keptBytes = 0;
  /** Where kept frames stood: memory outside of the heap, which waits long for a collection. */
  readonly #rooms: Uint8Array<ArrayBuffer>[] = [];
  readonly #mostKeptBytes: number;
  /** The last frame is on its way. */
  #ended = false;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #isReady = false;
  /** The worker looks at the ring no more. */
  #isLetGo = false;
  #isClosed = false;
  /** Resolved when the worker has synced what it was asked to. */
  #synced: PromiseWithResolvers<void> | undefined;

  private constructor(worker: Worker, ring: FrameRing, { keepMs, keptBytes }: WorkerPatience) {
    this.#worker = worker;
    this.#ring = ring;
    this.#keepMs = keepMs ?? 0;
    this.#mostKeptBytes = keptBytes ?? 0;
    worker.onmessage = ({ data }: MessageEvent<FillerNews>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#broken(event.message);
    };
    worker.onmessageerror = () => this.#broken("a message cannot be read");
  }

  /**
   * Starts a worker that creates the file. Throws NoWorkerError where none can be started, and
   * ReplaceError where the file cannot be created.
   */
  static async create(
    path: string,
    output: RdbOutputOptions,
    patience: WorkerPatience = {},
  ): Promise<WorkerFile> {
    const { startMs = START_MS } = patience;
    const { ring, worker = startWorker() } = takeSpare(RING_BYTES);
    const file = new WorkerFile(worker, ring, patience);
    const order: FillOrder = { shared: ring.shared, path, output };
    worker.postMessage(order);
    const timer = setTimeout(() => file.#giveUpStart(startMs), startMs);
    try {
      await file.#ready.promise;
    } catch (error) {
      file.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return file;
  }

  /** Once it has begun, the file is its own, and the disk is what it waits for. */
  #giveUpStart(ms: number): void {
    if (this.#ring.giveUpStart()) this.#broken(`it did not begin in ${ms / 1000} seconds`);
  }

  #hear(news: FillerNews): void {
    if (news === "ready") this.#isReady = true;
    if (news === "ready") this.#ready.resolve();
    else if (news === "synced") this.#synced?.resolve();
    else {
      this.#isLetGo = true;
      this.#end();
    }
  }

  /** The worker let go of the file. */
  #end(): void {
    const failure = this.#failure();
    if (failure !== undefined || this.#keepMs === 0) this.#worker.terminate();
    if (!this.#isReady) this.#ready.reject(failure);
    if (failure === undefined) this.#synced?.resolve();
    else this.#synced?.reject(failure);
    this.#closed.resolve();
  }

  #broken(message: string): void {
    if (!this.#isReady) this.#ready.reject(new NoWorkerError(message));
    this.#isReady = true;
    this.#ring.fail(RING_STATE.broken, message);
    this.#end();
  }

  /** What went wrong over there. */
  #failure(): Error | undefined {
    const { state } = this.#ring;
    if (state === RING_STATE.failed) return new ReplaceError(this.#ring.failure);
    return state === RING_STATE.broken ? new Error(this.#ring.failure) : undefined;
  }

  /** Memory that is taken for what waits, bytes. */
  get memoryBytes(): number {
    return RING_BYTES + this.#keptBytes;
  }

  get isFull(): boolean {
    if (this.#isClosed || this.#failure() !== undefined) return false;
    return !this.#passKept() || this.#ring.waitingBytes > FULL_BYTES;
  }

  writeSync(bytes: Uint8Array): number {
    this.#put(FRAME_KIND.part, bytes, NO_MARKS);
    return bytes.length;
  }

  frame(bytes: Uint8Array, marks: Int32Array, isLast: boolean): void {
    this.#put(isLast ? FRAME_KIND.last : FRAME_KIND.part, bytes, marks);
    this.#ended ||= isLast;
  }

  /**
   * Who changes a key cannot go on before what it was is safe, and must not wait for a worker that has no
   * processor: what has no room in the ring is kept here. Only when that is full as well, because
   * the disk takes nothing for a while, everybody waits: memory for all that may change is what a
   * snapshot without copies is to avoid, and to give the dump up would have writes refused for longer.
   */
  #put(kind: FrameKind, bytes: Uint8Array, marks: Int32Array): void {
    const ring = this.#ring;
    if (this.#isClosed) throw new Error("a file that is closed takes nothing");
    for (;;) {
      const failure = this.#failure();
      if (failure !== undefined) throw failure;
      if (this.#passKept() && ring.put(kind, bytes, marks)) return;
      if (this.#keep(kind, bytes, marks)) return;
      if (ring.waitForRoom(PATIENCE_MS)) continue;
      ring.stop();
      throw new ReplaceError(
        `cannot write: the disk took nothing for ${PATIENCE_MS / 1000} seconds`,
      );
    }
  }

  /** False where too much is kept already. */
  #keep(kind: FrameKind, bytes: Uint8Array, marks: Int32Array): boolean {
    if (this.#keptBytes + bytes.length > this.#mostKeptBytes) return false;
    if (bytes.length > FRAME_MAX_BYTES) return false;
    const room = this.#rooms.pop() ?? new Uint8Array(FRAME_MAX_BYTES);
    room.set(bytes);
    this.#kept.push({ kind, bytes: room.subarray(0, bytes.length), marks: marks.slice() });
    this.#keptBytes += bytes.length;
    return true;
  }

  /** Puts what is kept where there is room by now; true when nothing is left. */
  #passKept(): boolean {
    const kept = this.#kept;
    while (kept.length > 0) {
      const { kind, bytes, marks } = kept[0];
      if (!this.#ring.put(kind, bytes, marks)) return false;
      this.#keptBytes -= bytes.length;
      this.#rooms.push(new Uint8Array(kept.shift()!.bytes.buffer as ArrayBuffer));
    }
    return true;
  }

  syncSync(): never {
    throw new Error("a file that a worker fills is synced while others work");
  }

  /** After the last frame, waits until the file is complete, on the disk and closed. */
  async sync(): Promise<void> {
    // The worker may hear of it, and answer, as soon as somebody else puts there what is kept.
    const synced = this.#synced = Promise.withResolvers<void>();
    synced.promise.catch(() => {}); // what failed is looked at below
    if (!this.#ended) this.#put(FRAME_KIND.sync, NOTHING, NO_MARKS);
    while (this.#failure() === undefined && !this.#isClosed && !this.#passKept()) {
      await new Promise((resolve) => setTimeout(resolve, KEPT_TURN_MS));
    }
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
    if (this.#ring.state === RING_STATE.complete) return;
    await synced.promise;
  }

  /** Stops the worker, unless it is done; it lets go of the file before this is over. */
  async settle(): Promise<void> {
    if (this.#isClosed) return;
    this.#ring.stop();
    await this.#closed.promise;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isLetGo) leaveRing(this.#ring);
    const stays = this.#isLetGo && this.#keepMs > 0 && this.#failure() === undefined;
    if (stays) leaveWorker(this.#worker, this.#keepMs);
    else this.#worker.terminate();
  }
}

function startWorker(): Worker {
  try {
    Deno.cwd(); // where that folder was removed, the runtime's thread ends without a word
    return new Worker(new URL("./dump_worker.ts", import.meta.url), { type: "module" });
  } catch (error) {
    throw new NoWorkerError((error as Error).message);
  }
}
