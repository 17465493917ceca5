// SPDX-License-Identifier: MIT
//
// The channel to the daemon: descriptor 3, blocking, frames of JSON (../README.md, "Transport").
//
// Reading and writing block on purpose: a function of the site that reads `item.data.title` in the
// middle of a synchronous call gets its value from `request` without the event loop turning.

import fs from "node:fs";

const CHANNEL = 3;
const LENGTH_BYTES = 4;
const LONGEST = 64 * 1024 * 1024;

// The originals: files.mjs replaces what the site sees.
const { readSync, writeSync } = fs;

// The descriptor is non-blocking after all (a test's pipe): wait a little and retry.
const pause = new Int32Array(new SharedArrayBuffer(4));
function retrying(operation) {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function readExactly(length) {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const got = retrying(() => readSync(CHANNEL, buffer, filled, length - filled, null));
    if (got === 0) return null; // the daemon is gone
    filled += got;
  }
  return buffer;
}

// The next message; null when the daemon has closed the channel.
export function receive() {
  const head = readExactly(LENGTH_BYTES);
  if (!head) return null;
  const body = readExactly(head.readUInt32LE(0));
  return body && JSON.parse(body.toString("utf8"));
}

export function send(message) {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  if (body.length > LONGEST) {
    throw new RangeError(`${body.length} bytes are more than a message holds (${LONGEST})`);
  }
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, LENGTH_BYTES);
  let sent = 0;
  while (sent < frame.length) {
    sent += retrying(() => writeSync(CHANNEL, frame, sent, frame.length - sent, null));
  }
}

// Asks the daemon something in the middle of a question. The value is not decoded yet.
export function request(message) {
  send(message);
  const reply = receive();
  if (!reply) process.reallyExit(0);
  if (reply.error !== undefined) throw new Error(reply.error);
  return reply.value;
}
