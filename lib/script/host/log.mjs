// SPDX-License-Identifier: MIT
//
// What the site prints becomes lines of the daemon's log: console.*, and whatever is written to
// standard output and error. Endless output of a question is cut off, with a note.

import { format } from "node:util";
import { send } from "./wire.mjs";

const LINE_LIMIT = 4096; // characters of one message
const QUESTION_LIMIT = 200; // messages of one question

let written = 0;
let dropped = 0;

export function log(level, text) {
  if (written >= QUESTION_LIMIT) {
    dropped++;
    return;
  }
  written++;
  const line = text.length > LINE_LIMIT ? `${text.slice(0, LINE_LIMIT)} …` : text;
  send({ log: line, level });
}

// Ends a question: reports how much was left out, and allows the next one to print.
export function endOfQuestion() {
  const left = dropped;
  written = dropped = 0;
  if (left > 0) send({ log: `${left} more messages were left out`, level: "warning" });
}

const LEVELS = {
  log: "info",
  info: "info",
  debug: "info",
  dir: "info",
  table: "info",
  group: "info",
  warn: "warning",
  error: "error",
  trace: "error",
};

// Escape sequences for colours are useless in a log.
const COLOUR = /\u001b\[[0-9;]*m/g;

function emit(level, text) {
  if (written >= QUESTION_LIMIT) {
    dropped++;
    return;
  }
  const plain = text.replace(COLOUR, "").trimEnd();
  if (plain) log(level, plain);
}

// From here on nothing of this process writes to standard output.
export function captureOutput() {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = (...args) => {
      if (written >= QUESTION_LIMIT) dropped++;
      else emit(level, format(...args));
    };
  }
  console.assert = (fine, ...args) => fine || emit("error", format("Assertion failed:", ...args));
  for (const [stream, level] of [
    [process.stdout, "info"],
    [process.stderr, "warning"],
  ]) {
    stream.write = (chunk, encoding, done) => {
      emit(level, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
  }
}
