import { assertEquals } from "@std/assert";
import { ReplyGate } from "../../src/engine/reply_gate.ts";
import { TurnOutputs } from "../../src/net/turn_outputs.ts";

function outputs() {
  const told: string[] = [];
  const gate = new ReplyGate();
  const output = (name: string) => ({
    flush: () => void told.push(`${name} sent`),
    hold: () => void told.push(`${name} held`),
    letOut: () => void told.push(`${name} let out`),
  });
  return { told, gate, output, turn: new TurnOutputs(gate) };
}

Deno.test("what batches of one turn wrote is sent after the last of them", async () => {
  const { told, output, turn } = outputs();
  const batches = ["first", "second"].map((name) =>
    Promise.resolve().then(() => {
      told.push(`${name} runs`);
      turn.add(output(name), false);
    })
  );
  await Promise.all(batches);
  await Promise.resolve();
  assertEquals(told, ["first runs", "second runs", "first sent", "second sent"]);
});

Deno.test("what is written in a later turn is sent then", async () => {
  const { told, output, turn } = outputs();
  for (let round = 0; round < 2; round++) {
    turn.add(output(`${round}`), false);
    await Promise.resolve();
  }
  assertEquals(told, ["0 sent", "1 sent"]);
});

Deno.test("much output is sent at once", () => {
  const { told, output, turn } = outputs();
  turn.add(output("large"), true);
  assertEquals(told, ["large sent"]);
});

Deno.test("a gate that closes before the end of the turn holds what was to be sent", async () => {
  const { told, gate, output, turn } = outputs();
  turn.add(output("early"), false);
  gate.closed = true;
  turn.add(output("late"), true);
  assertEquals(told, ["late held"]);
  await Promise.resolve();
  assertEquals(told, ["late held", "early held"]);
  gate.open();
  assertEquals(told.slice(2), ["late let out", "early let out"]);
});
