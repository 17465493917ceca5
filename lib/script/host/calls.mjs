// SPDX-License-Identifier: MIT
//
// Calling what the configuration registered, as Nunjucks and Eleventy call it.

import { beginCollecting, endCollecting, withAdditions } from "./bundles.mjs";
import { thisOfTemplate } from "./scope.mjs";
import { Missing, site } from "./site.mjs";
import { lookUp, safe } from "./values.mjs";

const self = () => thisOfTemplate(() => site.environment);

// A function that ends by calling its last argument.
const calledBack = (f, of, args) =>
  new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    Promise.resolve(f.call(of, ...args, done)).catch(reject);
  });

export function filter({ name }, args) {
  const { config, environment } = site;
  const asynchronous = config.nunjucksAsyncFilters?.[name];
  if (asynchronous) return calledBack(asynchronous, self(), args);
  const f = config.nunjucksFilters?.[name];
  if (f) return f.apply(self(), args);
  const own = environment?.filters?.[name];
  if (own && environment.asyncFilters?.includes(name)) return calledBack(own, self(), args);
  const other = own ?? config.javascriptFunctions?.[name] ?? config.liquidFilters?.[name];
  if (!other) throw new Missing("filter", name);
  return other.apply(self(), args);
}

async function runShortcode(f, kind, name, args) {
  if (!f) throw new Missing(kind, name);
  beginCollecting();
  try {
    const text = await f.apply(self(), args);
    return safe(withAdditions(String(text)));
  } finally {
    endCollecting();
  }
}

// Nunjucks cannot call a tag without arguments; Eleventy gives it an empty text.
export function shortcode({ name }, args) {
  const f = site.config.nunjucksAsyncShortcodes?.[name] ?? site.config.nunjucksShortcodes?.[name];
  return runShortcode(f, "shortcode", name, args.length === 0 ? [""] : args);
}

export function paired({ name }, [body, ...args]) {
  const { nunjucksAsyncPairedShortcodes, nunjucksPairedShortcodes } = site.config;
  const f = nunjucksAsyncPairedShortcodes?.[name] ?? nunjucksPairedShortcodes?.[name];
  return runShortcode(f, "paired shortcode", name, [String(body), ...args]);
}

export function global({ name }, args) {
  const f = site.config.nunjucksGlobals?.[name] ?? site.environment?.globals?.[name];
  if (typeof f !== "function") throw new Missing("global function", name);
  return f.apply(self(), args);
}

// Computed data and the like find the configuration's functions in `this`; methods find their
// object.
function thisOf(holder) {
  const own = Object.create(typeof holder === "object" ? holder : Object.prototype);
  for (const [name, f] of Object.entries(site?.config.javascriptFunctions ?? {})) {
    if (!(name in own)) own[name] = f;
  }
  return own;
}

// Front matter in JavaScript runs in a separate context with a different Object.
function isPlainHolder(holder) {
  const prototype = holder === undefined ? null : Object.getPrototypeOf(holder);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function call({ fn }, args, decoded) {
  const found = fn.op ? { value: decoded.fn } : lookUp(fn);
  if (typeof found.value !== "function") throw new TypeError(`${fn.name || "it"} is no function`);
  if (decoded.self !== undefined) return found.value.apply(decoded.self, args);
  const of = isPlainHolder(found.holder) ? thisOf(found.holder) : found.holder;
  return found.value.apply(of, args);
}
