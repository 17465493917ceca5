// The transport of lib/script/README.md, as little of it as tests need: `serve` hands each question
// to a function, and `get` asks the daemon in the middle of one.
import fs from "node:fs";

function readBytes(count) {
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count; ) {
    const n = fs.readSync(3, bytes, at, count - at, null);
    if (n === 0) process.exit(0);
    at += n;
  }
  return bytes;
}

export function writeRaw(bytes) {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(3, bytes, at);
}

export function frame(text) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

export const send = (message) => writeRaw(frame(JSON.stringify(message)));

export const receive = () => JSON.parse(readBytes(readBytes(4).readUInt32LE()));

export function get(request) {
  send(request);
  const reply = receive();
  if ("error" in reply) throw new Error(reply.error);
  return reply.value;
}

export async function serve(answer) {
  for (;;) {
    const question = receive();
    try {
      const result = await answer(question);
      if (result) send({ answer: question.ask, ...result });
    } catch (error) {
      const { message, name, code, file, line, column } = error;
      send({ answer: question.ask, error: { message, name, code, file, line, column } });
    }
  }
}
