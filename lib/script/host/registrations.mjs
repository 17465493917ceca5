// SPDX-License-Identifier: MIT
//
// Who registered what: every filter, shortcode, collection and so on of a configuration, with the
// file that did. Eleventy keeps only names and functions; the caller's file is in the stack.
//
// This shows which are Eleventy's own, or a plugin's that guidanced implements natively, so that
// they need not be asked for, and what to name in an error.

const METHODS = {
  filter: ["addFilter", "addAsyncFilter", "addNunjucksFilter", "addNunjucksAsyncFilter"],
  shortcode: [
    "addShortcode",
    "addAsyncShortcode",
    "addNunjucksShortcode",
    "addNunjucksAsyncShortcode",
    "addPairedShortcode",
    "addPairedAsyncShortcode",
    "addPairedNunjucksShortcode",
    "addPairedNunjucksAsyncShortcode",
  ],
  global: ["addNunjucksGlobal"],
  tag: ["addNunjucksTag"],
  collection: ["addCollection"],
  transform: ["addTransform"],
  linter: ["addLinter"],
};

const FRAME = /\(?((?:file:\/\/)?\/[^()\n]*?):\d+:\d+\)?$/;

function callerOutside(directory) {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of stack.split("\n").slice(2)) {
    const file = FRAME.exec(line)?.[1].replace(/^file:\/\//, "");
    if (!file || file === here) continue;
    if (!file.startsWith(`${directory}/src/UserConfig.js`)) return file;
  }
  return "";
}

const here = new URL(import.meta.url).pathname;

export function watchRegistrations(directory) {
  const files = new Map(); // "filter date" → file
  const functions = new Map(); // the same → the function, before Eleventy wraps it
  const defaults = new Map(); // the same, of Eleventy's default configuration
  const counts = new Map(); // event → how many listeners the default configuration has
  let depth = 0; // addFilter registers by addNunjucksFilter

  function wrap(userConfig, kind, method) {
    const original = userConfig[method];
    if (typeof original !== "function") return;
    userConfig[method] = function (name, ...rest) {
      if (depth === 0) {
        const key = `${kind} ${this.getNamespacedName?.(name) ?? name}`;
        files.set(key, callerOutside(directory));
        functions.set(key, rest[0]);
      }
      depth++;
      try {
        return original.call(this, name, ...rest);
      } finally {
        depth--;
      }
    };
  }

  return {
    watch(userConfig) {
      for (const [kind, methods] of Object.entries(METHODS)) {
        for (const method of methods) wrap(userConfig, kind, method);
      }
    },
    // Everything registered so far belongs to the defaults.
    endOfDefaults({ events }) {
      for (const name of events?.eventNames?.() ?? []) counts.set(name, events.listenerCount(name));
      for (const [key, file] of files) defaults.set(key, file);
      files.clear();
      functions.clear();
    },
    listeners: (name) => counts.get(name) ?? 0,
    // [name, function] pairs.
    functionsOf: (kind) =>
      [...functions]
        .filter(([key, f]) => key.startsWith(`${kind} `) && typeof f === "function")
        .map(([key, f]) => [key.slice(kind.length + 1), f]),
    // The file that registered it; undefined: it is Eleventy's own.
    fileOf: (kind, name) => files.get(`${kind} ${name}`),
    isDefault: (kind, name) => defaults.has(`${kind} ${name}`) && !files.has(`${kind} ${name}`),
  };
}
