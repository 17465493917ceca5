// SPDX-License-Identifier: MIT
//
// Errors as the daemon prints them: what went wrong, and where in the *site*: file, line and
// column. Eleventy wraps errors in errors; the innermost one knows the place, the outer ones say
// what was being done.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { isInput } from "./files.mjs";

let root = "/";
export const setRoot = (directory) => (root = directory);

const inner = (error) => error?.originalError ?? error?.cause;

function chain(error) {
  const all = [];
  for (let each = error; each && !all.includes(each); each = inner(each)) all.push(each);
  return all;
}

// "at name (file:///x/y.mjs:3:14)", "at /x/y.js:3:14", and, for syntax errors, "/x/y.js:3".
const FRAME = /(?:\(|at |^)((?:file:\/\/|\/)[^\n()]*?):(\d+)(?::(\d+))?\)?$/gm;

function frames(stack) {
  return [...String(stack ?? "").matchAll(FRAME)].map(([, name, line, column]) => ({
    file: (name.startsWith("file://") ? fileURLToPath(name) : name).replace(/\?.*$/, ""),
    line: Number(line),
    column: Number(column ?? 1),
  }));
}

const ofSite = (frame) => isInput(frame.file) && !frame.file.startsWith("/node:");

function place(errors) {
  for (const error of [...errors].reverse()) {
    const found = error?.place ?? frames(error?.stack).find(ofSite);
    if (found) return found;
  }
  return undefined;
}

// "eleventy.config.js:3: ", of the caller in the site; "" if there is none.
export function placeInSite() {
  const found = place([new Error()]);
  return found ? `${path.relative(root, path.resolve(root, found.file))}:${found.line}: ` : "";
}

const text = (value) => (typeof value?.message === "string" ? value.message : String(value));

const sentence = (messages) =>
  messages
    .map((each, i) => (i < messages.length - 1 ? each.replace(/\.\s*$/, "") : each))
    .join(": ");

// Thrown things of any kind, as the answer's `error`.
export function describeError(thrown) {
  const errors = chain(thrown);
  const deepest = errors.at(-1);
  const messages = errors.map(text).filter((each, i, all) => each && all.indexOf(each) === i);
  const found = place(errors);
  return {
    message: sentence(messages) || "something was thrown that is no error",
    name: deepest?.name ?? typeof thrown,
    stack: String(deepest?.stack ?? ""),
    ...(found && { file: path.resolve(root, found.file), line: found.line, column: found.column }),
    ...(typeof thrown?.code === "string" && { code: thrown.code }),
  };
}
