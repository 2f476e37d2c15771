// Steps by which the files of an append-only file change. Each is complete when the manifest is in its
// place; where one fails the old manifest holds, and all that it names is there.
import type { AofFile } from "./aof_files.ts";
import type { AofFolder } from "./aof_folder.ts";
import {
  type AofManifest,
  withIncrsAsHistory,
  withNextBase,
  withNextIncr,
} from "./aof_manifest.ts";

/** An incremental file that takes commands from now on. */
export interface OpenIncr {
  readonly file: AofFile;
  readonly name: string;
  /** Whether there was none before. */
  readonly isNew: boolean;
}

/** Opens the last incremental file of a manifest, or the first one, and persists it if it is new. */
export function openLastIncr(folder: AofFolder, manifest: AofManifest): OpenIncr {
  const isNew = manifest.incrs.length === 0;
  if (!isNew) {
    const { name } = manifest.incrs.at(-1)!;
    const file = folder.files.open(folder.pathOf(name), { empty: false });
    return { file: persisted(folder, manifest, file), name, isNew };
  }
  return { ...openNextIncr(folder, manifest), isNew };
}

/** Opens one more incremental file behind those of a manifest. Throws ReplaceError. */
export function openNextIncr(folder: AofFolder, manifest: AofManifest): OpenIncr {
  const next = withNextIncr(manifest, folder.name);
  const { name } = next.incrs.at(-1)!;
  return { file: persisted(folder, next, folder.openEmpty(name)), name, isNew: true };
}

function persisted(folder: AofFolder, manifest: AofManifest, file: AofFile): AofFile {
  try {
    if (manifest !== folder.manifest) folder.persist(manifest);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A base that was rewritten and has its place, and what stands behind it. */
export interface RewrittenBase {
  readonly name: string;
  /** Whether it is a dump. */
  readonly preamble: boolean;
  /** Where commands went meanwhile: nowhere, into the last incremental file, or into the first one. */
  readonly appended: "off" | "on" | "waiting";
}

/** The new base file stands beside the others: the manifest says so from now on. Throws ReplaceError. */
export function commitBase(folder: AofFolder, { name, preamble, appended }: RewrittenBase): void {
  let manifest = withNextBase(folder.manifest, folder.name, preamble);
  let incr: string | undefined;
  try {
    if (appended === "waiting") {
      manifest = withNextIncr(manifest, folder.name);
      incr = manifest.incrs.at(-1)!.name;
      folder.rename(folder.temporaryIncr, incr);
    }
    folder.persist(withIncrsAsHistory(manifest, appended !== "off"));
  } catch (error) {
    folder.discard(name);
    if (incr !== undefined) folder.discard(incr);
    throw error;
  }
}
