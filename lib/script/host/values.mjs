// SPDX-License-Identifier: MIT
//
// Values across the boundary, both ways (../README.md, "Values").
//
// What arrived as a reference goes back as one: pages, collections and functions are in a weak
// table with their wire form. A function in an answer stays here, under the question's key; the
// daemon gets its path.

import { types } from "node:util";

const DEEPEST = 200;

const wires = new WeakMap(); // value → its wire form
const answers = new Map(); // question's key → its answer, if it contains functions
const lasting = new Map(); // the same, for the configuration and its data

// Limits memory on a site that formats ten thousand dates: the daemon asks again for a dropped one.
const MOST_ANSWERS = 1000;

function keep(question, value, lasts) {
  if (lasts) {
    lasting.set(question, value);
    return;
  }
  answers.delete(question);
  answers.set(question, value);
  if (answers.size > MOST_ANSWERS) answers.delete(answers.keys().next().value);
}

export const remember = (value, wire) => {
  wires.set(value, wire);
  return value;
};
export const wireOf = (value) => wires.get(value);

// Nunjucks' class, so that `instanceof` holds in the site's code; a copy of its shape otherwise.
let SafeString = class extends String {
  constructor(text) {
    super(text);
    this.val = text;
  }
  toString() {
    return this.val;
  }
  valueOf() {
    return this.val;
  }
};
export const setSafeString = (constructor) => (SafeString = constructor);
export const safe = (text) => new SafeString(text);
const isSafe = (value) => value instanceof String && typeof value.val === "string";

// ---- to the daemon ----

const ITERATED = "@@iterator"; // in a path: the iterated values, by number

const isNamespace = (value) => types.isModuleNamespaceObject(value);

// Objects with nothing but own properties, from this or another realm (`vm`).
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || isNamespace(value)) return true;
  return (
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf") &&
    !(Symbol.toStringTag in value && typeof value.then === "function")
  );
}

function number(value) {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { $: "n", v: Object.is(value, -0) ? "-0" : String(value) };
}

class Encoder {
  #containers = new Map();
  hasFunctions = false;

  constructor(question, withFunctions) {
    this.question = question;
    this.withFunctions = withFunctions;
  }

  value(value, path, inside) {
    switch (typeof value) {
      case "undefined":
        return { $: "u" };
      case "number":
        return number(value);
      case "bigint":
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      case "symbol":
        return String(value);
      case "function":
        return this.#function(value, path);
      case "object":
        return value === null ? null : this.#object(value, path, inside);
      default:
        return value;
    }
  }

  #function(value, path) {
    const known = wires.get(value);
    if (known) return known;
    if (!this.withFunctions) return { $: "u" };
    this.hasFunctions = true;
    return { $: "f", q: this.question, p: path, name: value.name ?? "" };
  }

  #object(value, path, inside) {
    const known = wires.get(value);
    if (known)
      return typeof known === "function"
        ? (known(value) ?? this.#container(value, path, inside))
        : known;
    if (types.isDate(value))
      return { $: "d", v: Number.isNaN(value.getTime()) ? null : value.getTime() };
    if (isSafe(value)) return { $: "s", v: value.val };
    if (types.isBoxedPrimitive(value)) return this.value(value.valueOf(), path, inside);
    if (types.isRegExp(value)) return { $: "r", v: value.source, f: value.flags };
    return this.#container(value, path, inside);
  }

  #container(value, path, inside) {
    const earlier = this.#containers.get(value);
    if (earlier !== undefined) return { $: "b", v: earlier };
    if (path.length > DEEPEST) throw new Error(`a value nests deeper than ${DEEPEST}`);
    this.#containers.set(value, this.#containers.size);
    if (Array.isArray(value)) return this.#list(value, path);
    if (isPlain(value)) return this.#record(value, path);
    return this.#instance(value, path, inside);
  }

  #list(value, path) {
    return Array.from(value, (each, i) => this.value(each, [...path, i]));
  }

  #entries(value, path) {
    return Object.keys(value).map((key) => [key, this.value(value[key], [...path, key])]);
  }

  #record(value, path) {
    const entries = this.#entries(value, path);
    const special = entries.some(([key]) => key === "$" || key === "__proto__");
    return special ? { $: "o", v: entries } : Object.fromEntries(entries);
  }

  // Its readable members and methods. An instance inside an instance (a date's time zone) has only
  // plain members: its own instances could lead anywhere.
  #instance(value, path, inside) {
    if (!this.withFunctions) return { $: "u" };
    this.hasFunctions = true;
    const members = Object.fromEntries(
      [...membersOf(value)].flatMap((name) => this.#member(value, name, path, inside)),
    );
    const wire = {
      $: "f",
      q: this.question,
      p: path,
      name: className(value),
      i: true,
      t: textOf(value),
      m: members,
    };
    const iterated = iteratedOf(value);
    if (iterated) wire.l = this.#list(iterated, [...path, ITERATED]);
    return wire;
  }

  #member(value, name, path, inside) {
    let member;
    try {
      member = value[name];
    } catch {
      return []; // a getter that fails for this instance
    }
    if (inside && typeof member === "object" && member !== null && !types.isDate(member)) return [];
    return [[name, this.value(member, [...path, name], true)]];
  }
}

const className = (value) => value.constructor?.name ?? "Object";

// How Nunjucks prints it: with autoescaping as its text; without, it adds the value to the output,
// which turns Luxon's dates into numbers.
let printed = String;

export function printAsSums(sums) {
  printed = sums ? (value) => "" + value : String;
}

function textOf(value) {
  try {
    return Buffer.isBuffer(value) ? value.toString("utf8") : printed(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function membersOf(value) {
  const names = new Set();
  if (!ArrayBuffer.isView(value)) for (const name of Object.keys(value)) names.add(name);
  for (
    let prototype = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name !== "constructor" && !name.startsWith("_")) names.add(name);
    }
  }
  names.delete("__proto__");
  return names;
}

const MOST_ITERATED = 100_000;

// The values a loop over it yields: for maps, sets and other iterables, but not texts and bytes.
function iteratedOf(value) {
  if (typeof value[Symbol.iterator] !== "function" || ArrayBuffer.isView(value)) return undefined;
  if (types.isMap(value) || types.isSet(value)) return [...value];
  if (typeof value.next === "function") return undefined; // reading it would use it up
  const items = [];
  for (const item of value) {
    if (items.length >= MOST_ITERATED) break;
    items.push(item);
  }
  return items;
}

// Encodes the answer to a question. It is kept if it contains functions.
export function encodeAnswer(value, question, lasts) {
  const encoder = new Encoder(question, true);
  const wire = encoder.value(value, []);
  if (encoder.hasFunctions) keep(question, value, lasts);
  return wire;
}

// Without functions: effects and arguments.
export const encodePlain = (value) => new Encoder("", false).value(value, []);

// ---- from the daemon ----

export class UnknownQuestion extends Error {
  code = "unknown-question";
}

// A function or instance of an earlier answer, and what it is a member of.
export function lookUp({ q: question, p: path }) {
  const of = lasting.has(question) ? lasting : answers;
  if (!of.has(question)) throw new UnknownQuestion(`no answer to ${question} is known here`);
  let holder;
  let value = of.get(question);
  for (const key of path) {
    holder = value;
    value = key === ITERATED ? [...value] : value?.[key];
  }
  return { holder, value };
}

const NUMBERS = { NaN, Infinity, "-Infinity": -Infinity, "-0": -0 };

// What pages.mjs, scope.mjs and the configuration know: {page, collections, frozen, context,
// configured}, set once they exist.
let resolvers = {};
export const setResolvers = (functions) => (resolvers = { ...resolvers, ...functions });

const SPECIAL = {
  u: () => undefined,
  n: (wire) => NUMBERS[wire.v],
  d: (wire) => new Date(wire.v ?? NaN),
  s: (wire) => safe(wire.v),
  o: (wire) => record(wire.v),
  r: (wire) => new RegExp(wire.v, wire.f),
  f: (wire) => callable(wire),
  p: (wire) => resolvers.page(wire.id, wire.m ?? "item"),
  c: () => resolvers.collections(),
  z: (wire) => resolvers.frozen(wire.id),
  x: () => resolvers.context(),
  b: (wire) => begun[wire.v],
};

// The arrays and objects of the value being decoded, in the order they begin: one that contains
// itself names itself by its number.
let begun = [];
const begin = (container) => {
  begun.push(container);
  return container;
};

function callable(wire) {
  if (wire.op) return remember(resolvers.configured(wire.op, wire.name), wire);
  const { holder, value } = lookUp(wire);
  const known = wires.get(value);
  if (!known) remember(value, wire);
  // A method that is passed on alone keeps its object.
  return typeof value === "function" && wire.bound ? value.bind(holder) : value;
}

function record(entries) {
  const object = begin({});
  for (const [key, wire] of entries) {
    const value = read(wire);
    if (key === "__proto__") {
      Object.defineProperty(object, key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else {
      object[key] = value;
    }
  }
  return object;
}

function list(wires) {
  const items = begin([]);
  for (const wire of wires) items.push(read(wire));
  return items;
}

function read(wire) {
  if (typeof wire !== "object" || wire === null) return wire;
  if (Array.isArray(wire)) return list(wire);
  if (typeof wire.$ === "string") return SPECIAL[wire.$](wire);
  return record(Object.entries(wire));
}

// What a reference stands for is decoded on its own, in the middle of another value.
export function decode(wire) {
  const before = begun;
  begun = [];
  try {
    return read(wire);
  } finally {
    begun = before;
  }
}
