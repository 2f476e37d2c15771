// MEMORY DOCTOR: the account of memory in words.
import { humanBytes, type MemoryReport, ratio } from "./memory_report.ts";

const MEBIBYTE = 1 << 20;
/** With less data than this, shares of memory say nothing. */
const LEAST_USED = 5 * MEBIBYTE;
const LEAST_WASTE = 10 * MEBIBYTE;
const LARGE_CLIENT = 200 * 1024;

/** A text for people. */
export function memoryAdvice(report: MemoryReport, clients: number): string {
  const { used, peak, active, arenaResident, resident } = report;
  if (used < LEAST_USED) {
    return "There is little or no data in this server: nothing can be said of how it uses memory.\n";
  }
  const found: string[] = [];
  const wasted = (part: number, whole: number, limit: number): boolean =>
    ratio(part, whole) > limit && part - whole > LEAST_WASTE;
  if (peak / used > 1.5) {
    found.push(
      `Once there were ${humanBytes(peak)} of data, now there are ${
        humanBytes(used)
      }. The memory of` +
        " then is kept and used again for new data; a restart gives it back.",
    );
  }
  if (wasted(active, used, 1.1)) {
    found.push(
      `${
        humanBytes(active - used)
      } lie in free blocks between used ones. New values of the same sizes` +
        " will fill them.",
    );
  }
  if (wasted(arenaResident, active, 1.1)) {
    found.push(`${humanBytes(arenaResident - active)} of pages are free and wait for new data.`);
  }
  if (wasted(resident, arenaResident, 1.4)) {
    found.push(
      `The process takes ${
        humanBytes(resident - arenaResident)
      } beside the data: program, buffers of` +
        " connections and the JavaScript heap.",
    );
  }
  if (report.clients / Math.max(1, clients) > LARGE_CLIENT) {
    found.push(
      `The ${clients} connections hold ${
        humanBytes(report.clients)
      }: large requests, or readers that` +
        " do not keep up. CLIENT LIST shows which.",
    );
  }
  if (found.length === 0) return "Memory is used well.\n";
  return `What was noticed:\n\n${found.map((line) => ` * ${line}\n`).join("")}`;
}
