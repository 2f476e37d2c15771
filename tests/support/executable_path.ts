// Which executable a tool tries.
import { resolve } from "node:path";

/** The executable a flag or MINIREDIS_EXECUTABLE names, else the built one, else none. */
export function executablePath(flag: string | undefined): string | undefined {
  const named = flag ?? Deno.env.get("MINIREDIS_EXECUTABLE");
  if (named) return resolve(named);
  try {
    return Deno.realPathSync("dist/miniredis");
  } catch {
    return undefined;
  }
}
