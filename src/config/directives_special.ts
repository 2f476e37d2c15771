/** Directives whose values have a form of their own. */

import { DENY_LOADING, NO_EFFECT, PROTECTED } from "./directive.ts";
import {
  bindAddresses,
  eventClasses,
  outOfMemoryScores,
  outputLimits,
  percentiles,
  primaryAddress,
  savePoints,
  workingDirectory,
} from "./special_kinds.ts";

export const SPECIAL_DIRECTIVES = {
  bind: bindAddresses(["127.0.0.1"]),
  "client-output-buffer-limit": outputLimits(),
  dir: workingDirectory(PROTECTED | DENY_LOADING),
  "latency-tracking-info-percentiles": percentiles([50, 99, 99.9]),
  "notify-keyspace-events": eventClasses(NO_EFFECT),
  "oom-score-adj-values": outOfMemoryScores(NO_EFFECT),
  replicaof: primaryAddress(NO_EFFECT),
  save: savePoints(),
};
