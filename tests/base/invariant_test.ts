import { assertThrows } from "@std/assert";
import { invariant, InvariantError, unreachable } from "../../src/base/invariant.ts";

Deno.test("a broken invariant throws an InvariantError with its message", () => {
  invariant(true, "holds");
  assertThrows(() => invariant(0, "no keys left"), InvariantError, "no keys left");
  assertThrows(() => unreachable("after the last case"), InvariantError, "after the last case");
});
