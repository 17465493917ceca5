// SPDX-License-Identifier: MIT
//
// What a function finds in `this`: `this.page`, `this.ctx`, `this.env`, `this.eleventy`, and, for
// code that uses Nunjucks' own context, `this.lookup` and the like.
//
// All of it is fetched only when it is read: an answer that did not read its page is valid for
// every page.

import { request } from "./wire.mjs";
import { note } from "./reads.mjs";
import { decode, encodePlain, setResolvers } from "./values.mjs";

let context; // of the current question
let hasScope = false;
let question = 0;
const set = new Set(); // variables that the function set

const NOT_VARIABLES = new Set([
  "then",
  "toJSON",
  "constructor",
  "__proto__",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "toString",
  "valueOf",
]);

function makeContext() {
  const variables = {};
  const asked = new Set();
  const mine = question;
  const ask = (name) => {
    // Work that was not awaited must not read another question's page.
    if (mine !== question) throw new Error(`"${String(name)}" is read after its call has ended`);
    if (!hasScope || asked.has(name) || typeof name !== "string" || NOT_VARIABLES.has(name)) return;
    asked.add(name);
    note.variable(name);
    const value = decode(request({ get: "variable", name }));
    if (value !== undefined) variables[name] = value;
  };
  const names = () => {
    if (!hasScope) return;
    note.names();
    for (const name of decode(request({ get: "names" }))) ask(name);
  };
  const change = (name) => {
    if (typeof name !== "string") return;
    asked.add(name);
    set.add(name);
  };
  return new Proxy(variables, {
    get(target, name, receiver) {
      ask(name);
      return Reflect.get(target, name, receiver);
    },
    has(target, name) {
      ask(name);
      return Reflect.has(target, name);
    },
    set(target, name, value) {
      change(name);
      return Reflect.set(target, name, value);
    },
    defineProperty(target, name, descriptor) {
      change(name);
      return Reflect.defineProperty(target, name, descriptor);
    },
    deleteProperty(target, name) {
      change(name);
      return Reflect.deleteProperty(target, name);
    },
    ownKeys(target) {
      names();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, name) {
      ask(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}

// Begins a question; without a generation there is no scope.
export function beginScope(generation) {
  question++;
  hasScope = generation !== undefined && String(generation) !== "0";
  context = makeContext();
  set.clear();
}

export const currentContext = () => context;
export const scopeIsThere = () => hasScope;

// Variables that the function set, as effects.
export const takeVariables = () =>
  [...set].map((name) => ({ variable: name, value: encodePlain(context[name]) }));

// A context below another: what a template sets stays in it.
export function below(context) {
  const own = {};
  const fromAbove = (name) => !Object.hasOwn(own, name);
  return new Proxy(own, {
    get: (target, name) => (fromAbove(name) ? context[name] : target[name]),
    has: (target, name) => Object.hasOwn(target, name) || name in context,
    // Without the receiver, which is the proxy: members of the outer context would count as its
    // own.
    set: (target, name, value) => Reflect.set(target, name, value),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...Reflect.ownKeys(context)])],
    getOwnPropertyDescriptor: (target, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(fromAbove(name) ? context : target, name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}

// Properties that are computed on first read, and can be replaced.
export function lazily(target, getters) {
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(target, name, {
      enumerable: true,
      configurable: true,
      get,
      set: (value) =>
        Object.defineProperty(target, name, {
          value,
          enumerable: true,
          writable: true,
          configurable: true,
        }),
    });
  }
  return target;
}

// The `this` that Eleventy and Nunjucks give filters, shortcodes and globals.
export function thisOfTemplate(environment) {
  const mine = context;
  const self = {
    blocks: {},
    exported: [],
    lookup(name) {
      const globals = environment()?.globals ?? {};
      return name in globals && !(name in mine) ? globals[name] : mine[name];
    },
    setVariable(name, value) {
      mine[name] = value;
    },
    getVariables: () => mine,
    addExport() {},
  };
  for (const name of Object.keys(self)) Object.defineProperty(self, name, { enumerable: false });
  return lazily(self, {
    ctx: () => mine,
    env: environment,
    page: () => mine.page,
    eleventy: () => mine.eleventy,
  });
}

setResolvers({ context: () => context });
