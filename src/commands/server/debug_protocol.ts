// DEBUG PROTOCOL: one reply of every type, for the tests of clients.
import { wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";

const UNKNOWN = new CommandError(
  "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|" +
    "array|set|map|attrib|push|verbatim|true|false",
);
const RESP2 = new CommandError("ERR RESP2 is not supported by this command");

const SAMPLES: Record<string, (reply: ReplySink) => void> = {
  string: (reply) => reply.bulkText("Hello World"),
  integer: (reply) => reply.integer(12345),
  double: (reply) => reply.double(3.141),
  bignum: (reply) => reply.bigNumber("1234567999999999999999999999999999999"),
  null: (reply) => reply.null(),
  array: (reply) => {
    reply.array(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  },
  set: (reply) => {
    reply.set(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  },
  map: (reply) => {
    reply.map(3);
    for (let i = 0; i < 3; i++) {
      reply.integer(i);
      reply.boolean(i === 1);
    }
  },
  verbatim: (reply) => reply.verbatim("txt", "This is a verbatim\nstring"),
  true: (reply) => reply.boolean(true),
  false: (reply) => reply.boolean(false),
};

/** DEBUG PROTOCOL type */
export function debugProtocol(call: Call): void {
  const { reply, session } = call;
  const name = wordOf(call.at(2));
  if (name === "attrib") {
    if (reply.attributes(1)) {
      reply.bulkText("key-popularity");
      reply.array(2);
      reply.bulkText("key:123");
      reply.integer(90);
    }
    return reply.bulkText("Some real reply following the attribute");
  }
  if (name === "push") {
    // The one reply that cannot be written for every protocol.
    if (session.reply.protocol === 2) throw RESP2;
    reply.push(2);
    reply.bulkText("server-cpu-usage");
    reply.integer(42);
    return reply.bulkText("Some real reply following the push reply");
  }
  const sample = Object.hasOwn(SAMPLES, name) ? SAMPLES[name] : undefined;
  if (sample === undefined) throw UNKNOWN;
  sample(reply);
}
