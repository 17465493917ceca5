// SPDX-License-Identifier: MIT
//
// Pages of the snapshot, as JavaScript sees them: objects that are fetched on first access, record
// reads, and report writes.
//
// `item.data.title = "x"` in a collection's function changes the page for the rest of that question
// here, and, as an effect of the answer, for the daemon. The next question begins with what the
// daemon has.

import { withoutMarks } from "./bundles.mjs";
import { request } from "./wire.mjs";
import { note } from "./reads.mjs";
import { decode, encodePlain, remember, setResolvers, wireOf } from "./values.mjs";

let generation;
let pages = new Map(); // "5 data" → proxy
let effects = new Map(); // "5 data title" → {page, path, holder}
const frozen = new Map(); // id → what the daemon wrote, for the generation

// Begins a question in a generation. Forgets what the last question set, which was part of its
// answer.
export function beginPages(of) {
  if (effects.size > 0 || of !== generation) pages = new Map();
  if (of !== generation) frozen.clear();
  effects = new Map();
  generation = of;
}

// Everything set on pages, with current values.
export function takeEffects() {
  return [...effects.values()].map(({ page, path, holder }) => ({
    page,
    path,
    value: encodePlain(holder[path.at(-1)]),
  }));
}

function isContainer(value) {
  if (value === null || typeof value !== "object" || wireOf(value)) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

// The parts of a page are proxies too, so that a change deep inside is a change of the page.
const parts = new WeakMap();

function part(value, changed) {
  if (!isContainer(value)) return value;
  let proxy = parts.get(value);
  if (!proxy) {
    proxy = new Proxy(value, {
      get: (target, key, receiver) => part(Reflect.get(target, key, receiver), changed),
      set(target, key, member) {
        changed();
        return Reflect.set(target, key, unproxied(member));
      },
      defineProperty(target, key, descriptor) {
        changed();
        return Reflect.defineProperty(target, key, descriptor);
      },
      deleteProperty(target, key) {
        changed();
        return Reflect.deleteProperty(target, key);
      },
    });
    parts.set(value, proxy);
    originals.set(proxy, value);
  }
  return proxy;
}

// `structuredClone` refuses proxies, so it gets the plain value underneath.
const originals = new WeakMap();
const unproxied = (value) => originals.get(value) ?? value;
const clone = globalThis.structuredClone;
globalThis.structuredClone = (value, options) => clone(unproxied(value), options);

const content = (id) => ({
  enumerable: true,
  configurable: true,
  get() {
    note.pages();
    note.texts();
    const text = decode(request({ get: "content", id }));
    return typeof text === "string" ? withoutMarks(text) : text;
  },
  set(value) {
    Object.defineProperty(this, "templateContent", {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  },
});

// What projects use of Eleventy's Template behind a page: the text below its front matter, which a
// collection's function may change before it is rendered (with imports, say). Not read again in
// what was changed, so that a function that is called again does not change it twice.
class FrontMatter {
  #id;
  #text;
  constructor(id) {
    this.#id = id;
  }
  get content() {
    return this.#text ?? page(this.#id, "item").rawInput;
  }
  set content(text) {
    const path = ["template", "frontMatter", "content"];
    this.#text = text;
    effects.set(`${this.#id} ${path.join(" ")}`, { page: this.#id, path, holder: this });
  }
}

class Template {
  #id;
  #frontMatter;
  constructor(id) {
    this.#id = id;
    this.#frontMatter = new FrontMatter(id);
  }
  get inputPath() {
    return page(this.#id, "item").inputPath;
  }
  get frontMatter() {
    return this.#frontMatter;
  }
  set frontMatter({ content }) {
    this.#frontMatter.content = content;
  }
  async read() {
    return this.#frontMatter;
  }
}

function fetchPage(target, id, member) {
  const wire = request({ get: "page", id, m: member });
  for (const [key, value] of Object.entries(decode(wire) ?? {})) target[key] = value;
  if (member !== "item") return;
  for (const name of ["templateContent", "content"]) {
    if (!(name in target)) Object.defineProperty(target, name, content(id));
  }
  if (!("template" in target)) {
    Object.defineProperty(target, "template", { value: new Template(id), configurable: true });
  }
}

// Members that contain a page's text, which is not in its data.
const TEXTS = new Set(["rawInput", "content", "templateContent"]);

function makePage(id, member) {
  const target = {};
  let there = false;
  const load = () => {
    note.pages();
    if (there) return;
    fetchPage(target, id, member);
    there = true;
  };
  const look = (key) => {
    load();
    if (member !== "data" && TEXTS.has(key)) note.texts();
  };
  const changed = (key) => {
    if (typeof key !== "string") return;
    const path = member === "item" ? [key] : [member, key];
    effects.set(`${id} ${path.join(" ")}`, { page: id, path, holder: target });
  };
  return new Proxy(target, {
    get(of, key, receiver) {
      if (key === "then" || key === "toJSON") return undefined;
      look(key);
      return part(Reflect.get(of, key, receiver), () => changed(key));
    },
    set(of, key, value) {
      load();
      changed(key);
      return Reflect.set(of, key, unproxied(value));
    },
    deleteProperty(of, key) {
      load();
      changed(key);
      return Reflect.deleteProperty(of, key);
    },
    defineProperty(of, key, descriptor) {
      load();
      changed(key);
      return Reflect.defineProperty(of, key, descriptor);
    },
    has(of, key) {
      load();
      return Reflect.has(of, key);
    },
    ownKeys(of) {
      load();
      return Reflect.ownKeys(of);
    },
    getOwnPropertyDescriptor(of, key) {
      look(key);
      return Reflect.getOwnPropertyDescriptor(of, key);
    },
  });
}

function page(id, member) {
  const key = `${id} ${member}`;
  if (!pages.has(key)) {
    const wire = member === "item" ? { $: "p", id } : { $: "p", id, m: member };
    pages.set(key, remember(makePage(id, member), wire));
  }
  return pages.get(key);
}

// All pages of collections.all, in the order of their files.
export function allPages() {
  note.pages();
  return decode(request({ get: "pages" }));
}

// [input path, URL or false] of every page, in collections or not.
export function addresses() {
  note.pages();
  return decode(request({ get: "addresses" }));
}

function collections() {
  const lists = {};
  const ask = (name) => {
    if (Object.hasOwn(lists, name)) return;
    note.pages();
    const list = decode(request({ get: "collections", name }));
    if (list !== undefined) lists[name] = list;
  };
  const names = () => {
    note.pages();
    return decode(request({ get: "collections" }));
  };
  const proxy = new Proxy(lists, {
    get(target, name, receiver) {
      if (
        typeof name === "string" &&
        name !== "then" &&
        name !== "toJSON" &&
        !(name in Object.prototype)
      )
        ask(name);
      return Reflect.get(target, name, receiver);
    },
    has(target, name) {
      if (typeof name === "string" && !(name in Object.prototype)) ask(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      for (const name of names()) ask(name);
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === "string") ask(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  return remember(proxy, { $: "c" });
}

const isReference = (wire) => wire?.$ === "p" || typeof wire !== "object" || wire === null;

// Each question gets its own copy, so that a filter may sort its argument in place. An unchanged
// list of pages is written as it was received.
function frozenValue(id) {
  if (!frozen.has(id)) frozen.set(id, request({ get: "frozen", id }));
  const wire = frozen.get(id);
  const value = decode(wire);
  if (!Array.isArray(wire) || !wire.every(isReference)) return value;
  const came = [...value];
  const same = (now) =>
    now.length === came.length && now.every((each, i) => Object.is(each, came[i]));
  return remember(value, (now) => (same(now) ? { $: "z", id } : undefined));
}

setResolvers({ page, collections, frozen: frozenValue });
