// SPDX-License-Identifier: MIT
//
// Places of syntax errors and missing imports. Node's errors for ES modules say what is wrong but
// not where: the file and line are found here, afterwards.

import vm from "node:vm";
import { closure, isModule } from "./modules.mjs";
import { unwrapped } from "./files.mjs";

const blank = (text) => text.replace(/[^\n]/g, " ");

// An ES module as the body of a function, with every character in its place: syntax that only
// modules have is blanked out.
const REPLACED = [
  [
    /^([ \t]*)(import\s*(?:[\w$*\s{},]+?from\s*)?["'][^"'\n]+["'](?:\s*with\s*\{[^}]*\})?)/gm,
    (_, indent, found) => indent + blank(found),
  ],
  [
    /^([ \t]*)(export\s*(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})(?:\s*from\s*["'][^"'\n]+["'])?)/gm,
    (_, indent, found) => indent + blank(found),
  ],
  [/^([ \t]*)export(\s+)default\b/gm, (_, indent, space) => `${indent}_     ${space}=      `],
  [
    /^([ \t]*)export(?=\s+(?:const|let|var|function|async|class)\b)/gm,
    (_, indent) => `${indent}      `,
  ],
  [/\bimport\.meta\b/g, () => "({})       "],
];

const BEFORE = '"use strict";let _;(async()=>{';

// The place of the error with that message; undefined: the file has no such error.
function placeOfError(file, message) {
  let source = unwrapped.readFileSync(file, "utf8");
  for (const [pattern, replacement] of REPLACED) source = source.replace(pattern, replacement);
  try {
    new vm.Script(`${BEFORE}${source}\n})`, { filename: file, columnOffset: -BEFORE.length });
  } catch (error) {
    if (error.message === message) return placeIn(file, String(error.stack));
  }
  return undefined;
}

// "/x/y.mjs:2", the line, and a caret below the column.
function placeIn(file, stack) {
  const [head, ...rest] = stack.split("\n");
  const line = Number(/:(\d+)$/.exec(head)?.[1] ?? 1);
  const caret = rest.find((each) => /^\s*\^/.test(each));
  return {
    file,
    line,
    column: Math.max(1, (caret?.indexOf("^") ?? 0) + (line === 1 ? 1 - BEFORE.length : 1)),
  };
}

function ofSyntaxError({ message }, file) {
  for (const each of closure(file)) {
    const found = /\.[cm]?js$/.test(each) && isModule(each) && placeOfError(each, message);
    if (found) return found;
  }
  return undefined;
}

// "Cannot find module '/x/y.js' imported from /x/z.js": the line of z.js that has y.js in it.
function ofMissingModule({ message }) {
  const [, missing, importer] = /'([^']+)' imported from (\/\S+)/.exec(message) ?? [];
  if (!importer || !unwrapped.existsSync(importer)) return undefined;
  const name = missing.split("/").at(-1);
  const lines = unwrapped.readFileSync(importer, "utf8").split("\n");
  const index = lines.findIndex((each) => each.includes(name));
  if (index < 0) return { file: importer, line: 1, column: 1 };
  return { file: importer, line: index + 1, column: lines[index].indexOf(name) + 1 };
}

// Adds a missing place to the error: `file` is the file being loaded.
export function locate(error, file) {
  for (let each = error; each; each = each.originalError ?? each.cause) {
    if (each.code === "ERR_MODULE_NOT_FOUND") each.place ??= ofMissingModule(each);
    else if (each instanceof SyntaxError && file) each.place ??= ofSyntaxError(each, file);
  }
}
