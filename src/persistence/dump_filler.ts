// The other end of a save in the background: fills a file with what comes through a ring.
import { FrameEncoder } from "../rdb/frame_encoder.ts";
import { RdbOutput, type RdbOutputOptions } from "../rdb/rdb_output.ts";
import { attempt, type DumpFile, ReplaceError, writeAll } from "./dump_files.ts";
import { type Frame, FRAME_KIND, type FrameRing, RING_STATE } from "./frame_ring.ts";

/** How long one sleeps without being woken. */
const SLEEP_MS = 20;
/** The same while a sync runs, whose end only the event loop tells. */
const NAP_MS = 1;

/** What the filler is told, besides what is in the ring. */
export interface FillOrder {
  readonly shared: SharedArrayBuffer;
  readonly path: string;
  /** How the dump is written. */
  readonly output: RdbOutputOptions;
}

/** What it says: the file is there; what was to be synced is; it lets go of the file. */
export type FillerNews = "ready" | "synced" | "closed";

/** What a filler works with; `create` opens the file. */
export interface FillerDoors {
  readonly ring: FrameRing;
  readonly output: RdbOutputOptions;
  readonly create: () => DumpFile;
  readonly say: (news: FillerNews) => void;
}

/** Fills a file until the dump is complete, the writer stops it, or something fails; never rejects. */
export async function fillDump({ ring, output, create, say }: FillerDoors): Promise<void> {
  if (!ring.begin()) return say("closed"); // the file may be somebody else's by now
  let file: DumpFile | undefined;
  try {
    file = create();
    say("ready");
    if (await new Filling(ring, file, output, say).run()) {
      const complete = file;
      file = undefined;
      complete.close();
      ring.state = RING_STATE.complete;
    }
  } catch (error) {
    if (error instanceof ReplaceError) ring.fail(RING_STATE.failed, error.message);
    else ring.fail(RING_STATE.broken, (error as Error).stack ?? String(error));
  }
  file?.close();
  say("closed");
}

class Filling {
  readonly #ring: FrameRing;
  readonly #file: DumpFile;
  readonly #say: (news: FillerNews) => void;
  readonly #output: RdbOutput;
  readonly #encoder: FrameEncoder;
  #syncing: Promise<void> | undefined;
  #syncFailure: unknown;

  constructor(
    ring: FrameRing,
    file: DumpFile,
    options: RdbOutputOptions,
    say: (news: FillerNews) => void,
  ) {
    this.#ring = ring;
    this.#file = file;
    this.#say = say;
    const sink = { write: (bytes: Uint8Array) => writeAll(file, bytes) };
    this.#output = new RdbOutput(sink, options);
    this.#encoder = new FrameEncoder(this.#output);
  }

  /** True when the dump is complete and on the disk, false when it was stopped before. */
  async run(): Promise<boolean> {
    const ring = this.#ring;
    while (!ring.isStopped) {
      const frame = ring.take();
      if (frame === undefined) await this.#rest();
      else if (this.#take(frame)) {
        await this.#syncing;
        this.#throwSyncFailure();
        attempt("cannot sync", () => this.#file.syncSync());
        return true;
      }
    }
    await this.#syncing;
    return false;
  }

  /** True when the frame was the last one. */
  #take({ kind, bytes, marks }: Frame): boolean {
    if (kind === FRAME_KIND.sync) this.#sync();
    else this.#encoder.take(bytes, marks);
    if (kind === FRAME_KIND.last) this.#output.checksum();
    return kind === FRAME_KIND.last;
  }

  /** Begins to sync what is in the file by now, and says when that is done. */
  #sync(): void {
    this.#syncing = this.#file.sync().then(() => this.#say("synced"), (error) => {
      this.#syncFailure = error;
    }).finally(() => this.#syncing = undefined);
  }

  #throwSyncFailure(): void {
    if (this.#syncFailure !== undefined) throw new ReplaceError("cannot sync", this.#syncFailure);
  }

  async #rest(): Promise<void> {
    this.#throwSyncFailure();
    if (this.#syncing === undefined) this.#ring.waitForFrame(SLEEP_MS);
    else await new Promise((resolve) => setTimeout(resolve, NAP_MS));
  }
}
