// SPDX-License-Identifier: MIT
//
// Shortcodes that keep something between calls: panels that a surrounding shortcode puts together,
// numbers that count up. An answer for each call would lose that, so the texts that use them are
// rendered whole by the site's own engine.
//
// A function keeps something if it changes a variable of the code around it, or calls a function
// there that does. V8 knows those variables; what the function does with them is read from its
// text. A wrong yes costs time only.

import inspector from "node:inspector";
import { fileURLToPath } from "node:url";
import { isInput } from "./files.mjs";

const HELD = "guidanced looks at"; // a global variable, for a moment
const MOST = 64; // functions to read for one shortcode

const ASSIGNS = String.raw`\s*(?:(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?![=>])|\+\+|--)`;
const MEMBERS = String.raw`(?:\s*\.[\w$]+|\[[^\]]*\])`;
const CHANGES =
  "push|unshift|pop|shift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear";

const quoted = (name) => name.replace(/\$/g, String.raw`\$`);
const alone = (name) => String.raw`(?<![\w$.])${quoted(name)}(?![\w$])`;

function declares(text, name) {
  const own = alone(name);
  return new RegExp(
    String.raw`(?:const|let|var|function|class)\s+(?:[{[][^=;]*)?${own}`,
  ).test(text);
}

function changes(text, name) {
  const own = alone(name);
  return new RegExp(
    String.raw`(?:\+\+|--)\s*${own}|${own}${MEMBERS}*(?:${ASSIGNS}|\s*\.(?:${CHANGES})\s*\()`,
  ).test(text);
}

const calls = (text, name) =>
  new RegExp(String.raw`${alone(name)}\s*(?:\(|\.(?:call|apply)\s*\()`).test(text);

// The inspector of this process, without a debugger outside it. Its calls are synchronous.
class Looker {
  #session = new inspector.Session();
  #files = new Map(); // script → file

  constructor() {
    this.#session.connect();
    this.#session.on("Debugger.scriptParsed", ({ params: { scriptId, url } }) =>
      this.#files.set(scriptId, url.startsWith("file:") ? fileURLToPath(url) : url),
    );
    this.#post("Debugger.enable");
    this.#post("Debugger.disable");
  }

  close() {
    this.#session.disconnect();
  }

  #post(method, parameters) {
    let answer;
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw new Error(error.message);
      answer = result;
    });
    return answer;
  }

  #members(objectId) {
    return this.#post("Runtime.getProperties", { objectId, ownProperties: true });
  }

  // A handle of the function.
  hold(f) {
    globalThis[HELD] = f;
    try {
      const expression = `globalThis[${JSON.stringify(HELD)}]`;
      return this.#post("Runtime.evaluate", { expression }).result;
    } finally {
      delete globalThis[HELD];
    }
  }

  // Its file, and the variables around it, the nearest first.
  look({ objectId }) {
    const { internalProperties = [] } = this.#members(objectId);
    const internal = (name) => internalProperties.find((each) => each.name === name)?.value;
    const variables = new Map();
    const scopes = internal("[[Scopes]]");
    for (const { value: scope } of scopes ? this.#members(scopes.objectId).result : []) {
      if (!scope?.objectId || scope.description === "Global") continue;
      for (const { name, value } of this.#members(scope.objectId).result) {
        if (!variables.has(name)) variables.set(name, value);
      }
    }
    return { file: this.#files.get(internal("[[FunctionLocation]]")?.value.scriptId), variables };
  }
}

function keepsState(looker, held, read) {
  const text = held.description;
  if (read.has(text) || read.size >= MOST) return false;
  read.add(text);
  const { file, variables } = looker.look(held);
  if (file === undefined || !isInput(file)) return false;
  for (const [name, value] of variables) {
    if (!text.includes(name) || declares(text, name)) continue;
    if (changes(text, name)) return true;
    if (value?.type === "function" && calls(text, name) && keepsState(looker, value, read))
      return true;
  }
  return false;
}

// The names, of [name, function] pairs, of functions that keep something.
export function keepers(functions) {
  const looker = new Looker();
  try {
    return functions
      .filter(([, f]) => keepsState(looker, looker.hold(f), new Set()))
      .map(([name]) => name);
  } finally {
    looker.close();
  }
}
