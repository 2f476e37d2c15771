// Files of an append-only file that its manifest does not know, though they are newer than all it
// knows: a manifest that lost its last lines, or is gone, must not take the data with it.
import { type AofManifest, manifestName } from "./aof_manifest.ts";

/** A file that is no part of the data as its manifest has it. */
interface UnlistedFile {
  readonly name: string;
  readonly sequence: number;
  readonly bytes: number;
}

/** What there is beside a manifest, in the order of their sequence. */
export interface UnlistedFiles {
  readonly bases: readonly UnlistedFile[];
  readonly incrs: readonly UnlistedFile[];
  /** The highest sequences that any name has, those of the manifest included. */
  readonly baseSequence: number;
  readonly incrSequence: number;
}

/** Finds the files that are newer than a manifest, by their names, which say all that it would. */
export function findUnlisted(
  manifest: AofManifest,
  { appendFilename, names, sizeOf }: {
    appendFilename: string;
    /** Names in the folder. */
    names: readonly string[];
    /** Bytes of a file. */
    sizeOf: (name: string) => number;
  },
): UnlistedFiles {
  const bases: UnlistedFile[] = [], incrs: UnlistedFile[] = [];
  let { baseSequence, incrSequence } = manifest;
  for (const name of names) {
    if (!name.startsWith(`${appendFilename}.`)) continue;
    const ending = name.slice(appendFilename.length + 1);
    const parts = /^(\d{1,15})\.(base\.(?:rdb|aof)|incr\.aof)$/.exec(ending);
    if (parts === null) continue;
    const sequence = Number(parts[1]), isIncr = parts[2] === "incr.aof";
    if (isIncr) incrSequence = Math.max(incrSequence, sequence);
    else baseSequence = Math.max(baseSequence, sequence);
    if (sequence <= (isIncr ? manifest.incrSequence : manifest.baseSequence)) continue;
    (isIncr ? incrs : bases).push({ name, sequence, bytes: sizeOf(name) });
  }
  bases.sort((a, b) => a.sequence - b.sequence);
  incrs.sort((a, b) => a.sequence - b.sequence);
  return { bases, incrs, baseSequence, incrSequence };
}

/**
 * The manifest that was about to take its place when a server was stopped, or that is gone, where there
 * can be only one: of one base and what came behind it. Undefined for none.
 */
export function manifestMissed(
  manifest: AofManifest,
  { bases, incrs }: UnlistedFiles,
): AofManifest | undefined {
  const isGone = manifest.base === undefined && manifest.incrs.length === 0;
  const enough = isGone || incrs.some(({ bytes }) => bytes > 0);
  if (!enough || bases.length !== 1 || incrs.length > 1 || bases[0].bytes === 0) return undefined;
  const { history } = manifest, [{ name, sequence }] = bases;
  const old = [...manifest.base === undefined ? [] : [manifest.base], ...manifest.incrs];
  return {
    base: { name, sequence, type: "b" },
    history: [...old.map((file) => ({ ...file, type: "h" as const })), ...history],
    incrs: incrs.map((incr) => ({ name: incr.name, sequence: incr.sequence, type: "i" as const })),
    baseSequence: sequence,
    incrSequence: incrs.at(-1)?.sequence ?? manifest.incrSequence,
  };
}

/** Why a manifest cannot be believed, undefined where it can be: data would be passed over. */
export function refusalOf(
  manifest: AofManifest,
  { bases, incrs }: UnlistedFiles,
  appendFilename: string,
): string | undefined {
  const isGone = manifest.base === undefined && manifest.incrs.length === 0;
  // A base alone is what a rewrite leaves that did not come to its end.
  const files = [...isGone ? bases : [], ...incrs].filter(({ bytes }) => bytes > 0);
  if (files.length === 0) return undefined;
  const named = files.map(({ name, bytes }) => `${name} (${bytes} bytes)`).join(", ");
  const line = `file ${files[0].name} seq ${files[0].sequence} type ${
    bases.includes(files[0]) ? "b" : "i"
  }`;
  return `The AOF manifest ${manifestName(appendFilename)} does not name ${named}, newer than all` +
    " it names: it may have lost lines. Where the data goes on there, give the manifest its lines" +
    ` again ('${line}'); else move away what it does not name.`;
}
