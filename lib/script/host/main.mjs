// SPDX-License-Identifier: MIT
//
// The script host: loads a site's Eleventy configuration and answers questions about it, one at a
// time, until its channel closes. ../README.md is the protocol; each file here is one idea:
//
//     wire         the channel                 scope, pages   what functions see
//     values       values both ways            reads          what an answer depends on
//     files        the file system             modules        the site's own modules
//     eleventy     the site's Eleventy         recorder       a configuration without one
//     describe     what a configuration says   operations     the questions

import module from "node:module";
import path from "node:path";
import { beginReads, takeReads, watchClockAndChance } from "./reads.mjs";
import { captureOutput, endOfQuestion, log } from "./log.mjs";
import { decode, encodeAnswer, encodePlain, wireOf } from "./values.mjs";
import { describeError, setRoot } from "./errors.mjs";
import { watchDenied } from "./denied.mjs";
import { OPERATIONS } from "./operations.mjs";
import { locate } from "./syntax.mjs";
import { receive, send } from "./wire.mjs";
import { beginPages, takeEffects } from "./pages.mjs";
import { beginScope, takeVariables } from "./scope.mjs";
import { takeWritten, watchFiles } from "./files.mjs";
import { watchModules } from "./modules.mjs";

// Questions whose answers' functions are called as long as the site is.
const LASTING = new Set(["open", "data", "customdata", "globaldata", "compile", "frontmatter"]);

let pending; // makes the current question fail from outside its call

class Exit extends Error {
  code = "process-exit";
}

// The site's code must not end the process, which all questions share.
function guardProcess() {
  const refuse = (name) => (status) => {
    throw new Exit(`process.${name}(${status ?? ""}) was called; a server does not end for that`);
  };
  process.exit = refuse("exit");
  process.abort = refuse("abort");
  process.on("uncaughtException", (error) => {
    if (pending) pending(error);
    else log("error", `uncaught: ${describeError(error).message}`);
  });
  process.on("unhandledRejection", (error) => {
    log("error", `a promise was rejected and nobody looked: ${describeError(error).message}`);
  });
  // Nothing is left to wait for, and there is no answer. The immediate keeps the loop turning.
  process.on("beforeExit", () => {
    setImmediate(() => pending?.(new Error("its promise is never settled")));
  });
}

let prepared = false;

function prepare({ root, scratch }) {
  if (prepared) throw new Error("a host opens one site, once");
  prepared = true;
  process.chdir(root);
  setRoot(root);
  watchFiles(root, scratch, [new URL(".", import.meta.url).pathname.replace(/\/$/, "")]);
  watchModules();
  // Node 22 and later keep what they have compiled.
  module.enableCompileCache?.(`${scratch}/compiled`);
  watchClockAndChance();
}

// Large lists of pages know whether they are still as they came; other names stand for what is the
// daemon's.
const isName = (wire, arg) => "$" in wire && !(wire.$ === "z" && typeof wireOf(arg) === "function");

// Arguments that a function has changed in place.
function changedArguments(wires, args) {
  return wires.flatMap((wire, i) => {
    if (typeof wire !== "object" || wire === null || isName(wire, args[i])) return [];
    const now = encodePlain(args[i]);
    return JSON.stringify(now) === JSON.stringify(wire) ? [] : [{ argument: i, value: now }];
  });
}

async function run(question) {
  const operation = OPERATIONS[question.op];
  if (!operation) throw new Error(`no operation "${question.op}" is known`);
  const args = (question.args ?? []).map(decode);
  const decoded = {
    self: question.self === undefined ? undefined : decode(question.self),
    fn: question.fn?.op ? decode(question.fn) : undefined,
  };
  const failed = new Promise((_, reject) => (pending = reject));
  const value = await Promise.race([operation(question, args, decoded), failed]);
  const answer = { value: encodeAnswer(value, question.q, LASTING.has(question.op)) };
  const effects = [
    ...takeEffects(),
    ...takeVariables(),
    ...changedArguments(question.args ?? [], args),
  ];
  const written = takeWritten().map((file) => ({ file }));
  if (effects.length + written.length > 0) answer.effects = [...effects, ...written];
  return answer;
}

// The module that a question loads.
function loadedBy({ op, root, config, name }) {
  if (op === "open") return path.resolve(root, config);
  return op === "data" || op === "compile" || op === "render"
    ? path.resolve(name ?? "")
    : undefined;
}

async function answer(question) {
  beginReads();
  beginPages(question.generation);
  beginScope(question.generation);
  try {
    if (question.op === "open") prepare(question);
    const { value, effects } = await run(question);
    return { answer: question.ask, value, reads: takeReads(), ...(effects && { effects }) };
  } catch (error) {
    const reads = takeReads();
    locate(error, loadedBy(question));
    return { answer: question.ask, error: describeError(error), reads };
  } finally {
    pending = undefined;
  }
}

function reply(question, answered) {
  endOfQuestion();
  try {
    send(answered);
  } catch (error) {
    send({ answer: question.ask, error: describeError(error), reads: answered.reads });
  }
}

captureOutput();
guardProcess();
watchDenied();
for (let question = receive(); question; question = receive()) {
  reply(question, await answer(question));
}
process.reallyExit(0);
