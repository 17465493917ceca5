// SPDX-License-Identifier: MIT
//
// The site's own modules: which files each one loads, and reloading one after a change.
//
// An answer that ran code of a module depends on that module's text and on all local modules that
// it loads. For CommonJS, Module._load is called for each; ES modules are scanned for imports, and
// a false match costs only one more file to check. Packages are not followed: their versions are in
// the lock file.

import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isInput, unwrapped, writable } from "./files.mjs";
import { note, noted } from "./reads.mjs";

const Module = module.Module;

const children = new Map(); // file → files that it has required
const packages = new Map(); // name → version, of packages that local files have loaded
const seen = new Map(); // file → its state when it was loaded
const scans = new Map(); // file → {state, imports}
const ended = new Map(); // file → query that forces a new import

export function stateOf(file) {
  const state = unwrapped.statSync(file, { throwIfNoEntry: false });
  return state ? `${state.mtimeMs} ${state.size} ${state.ino}` : "";
}

function addChild(file, child) {
  if (!children.has(file)) children.set(file, new Set());
  children.get(file).add(child);
}

const IMPORTS =
  /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\(|\bcreateRequire\s*\([^)]*\)\s*\()\s*(['"`])([^'"`\n$]+)\1/g;

const ENDINGS = ["", ".js", ".cjs", ".mjs", ".json", "/index.js", "/index.cjs", "/index.mjs"];

function resolveLocal(specifier, from) {
  if (!/^(?:\.{0,2}\/|file:)/.test(specifier)) return undefined;
  const base = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : path.resolve(path.dirname(from), specifier);
  return ENDINGS.map((ending) => base + ending).find((file) =>
    unwrapped.statSync(file, { throwIfNoEntry: false })?.isFile(),
  );
}

// `#name` of package.json's "imports".
function resolveOwn(specifier, from) {
  try {
    const file = Module.createRequire(from).resolve(specifier);
    return path.isAbsolute(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

const SCRIPT = /\.[cm]?[jt]sx?$/;
const COMPUTED = /\bimport\s*\(\s*(?:`([^`$]*)\$\{|[A-Za-z_$])/g;

function scriptsIn(directory) {
  const entries = unwrapped.existsSync(directory) ? unwrapped.readdirSync(directory) : [];
  return entries.filter((name) => SCRIPT.test(name)).map((name) => path.join(directory, name));
}

function importsOf(file, text) {
  const imports = [];
  for (const [, , specifier] of text.matchAll(IMPORTS)) {
    const target = specifier.startsWith("#")
      ? resolveOwn(specifier, file)
      : resolveLocal(specifier, file);
    if (target && isInput(target)) imports.push(target);
    else if (/^[@\w]/.test(specifier) && !module.isBuiltin(specifier)) usePackage(specifier, file);
  }
  return imports;
}

const NOTHING = { imports: [], computed: [] };

// Finds the files that the text imports, and the fixed beginnings of computed names.
function scan(file) {
  const state = SCRIPT.test(file) ? stateOf(file) : "";
  if (!state) return NOTHING;
  const known = scans.get(file);
  if (known?.state === state) return known;
  const text = unwrapped.readFileSync(file, "utf8");
  const computed = [...text.matchAll(COMPUTED)].map(([, prefix]) => prefix);
  const found = { state, imports: importsOf(file, text), computed };
  scans.set(file, found);
  return found;
}

// import(`./filters/${name}.js`) may load any script of that directory; import(name), any script of
// directories that have been listed.
function computedImports(file) {
  return scan(file)
    .computed.flatMap((prefix) =>
      prefix === undefined
        ? noted.directories()
        : [path.resolve(path.dirname(file), prefix.replace(/[^/]*$/, ""))],
    )
    .filter((directory) => isInput(`${directory}/`))
    .flatMap(scriptsIn);
}

const nameOfPackage = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

function usePackage(specifier, from) {
  const name = nameOfPackage(specifier);
  if (packages.has(name)) return;
  for (let dir = path.dirname(from); ; dir = path.dirname(dir)) {
    const file = path.join(dir, "node_modules", name, "package.json");
    if (unwrapped.existsSync(file)) {
      packages.set(name, JSON.parse(unwrapped.readFileSync(file, "utf8")).version ?? "");
      return;
    }
    if (dir === path.dirname(dir)) return;
  }
}

// The file and all local files that it loads, directly or not.
export function closure(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const child of computedImports(file)) addChild(file, child);
  for (const child of [...(children.get(file) ?? []), ...scan(file).imports]) closure(child, found);
  return found;
}

// Notes that the current answer depends on the module and on what it loads.
export function noteModule(file) {
  for (const each of closure(file)) {
    note.file(each);
    if (!seen.has(each)) seen.set(each, stateOf(each));
  }
}

// Packages that are patched as they load, by the end of their file name.
const patches = new Map([["/sharp/lib/index.js", patchSharp]]);
export const patchOnLoad = (ending, patch) => patches.set(ending, patch);

function patchPackage(filename, exports) {
  for (const [ending, patch] of patches) if (filename.endsWith(ending)) patch(exports);
}

// sharp writes through libvips, bypassing `fs`.
function patchSharp(exports) {
  const { toFile } = exports.prototype ?? {};
  if (!toFile || toFile.isOurs) return;
  exports.prototype.toFile = function (file, ...rest) {
    return toFile.call(this, typeof file === "string" ? writable(file) : file, ...rest);
  };
  exports.prototype.toFile.isOurs = true;
}

// From here on, CommonJS loads are recorded.
export function watchModules() {
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const from = parent?.filename;
    let filename;
    try {
      filename = Module._resolveFilename(request, parent, isMain);
    } catch {
      return load.apply(this, arguments); // reports the error
    }
    if (path.isAbsolute(filename) && isInput(filename)) {
      if (from && isInput(from)) {
        addChild(from, filename);
      }
      if (!seen.has(filename)) seen.set(filename, stateOf(filename));
      noteModule(filename);
    } else if (from && isInput(from) && !module.isBuiltin(request)) {
      usePackage(request, from);
    }
    const exports = load.apply(this, arguments);
    patchPackage(filename, exports);
    return exports;
  };
}

export const packagesUsed = () => Object.fromEntries(packages);

// Whether Node treats the file as an ES module.
export function isModule(file) {
  if (file.endsWith(".mjs")) return true;
  if (file.endsWith(".cjs")) return false;
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    const manifest = path.join(dir, "package.json");
    if (unwrapped.existsSync(manifest)) {
      return JSON.parse(unwrapped.readFileSync(manifest, "utf8")).type === "module";
    }
    if (dir === path.dirname(dir)) return false;
  }
}

export class Stale extends Error {
  code = "stale";
}

// Node cannot reload an ES module when something it imports has changed; a fresh process can.
export function refresh(file) {
  const changed = [...closure(file)].filter(
    (each) => seen.has(each) && seen.get(each) !== stateOf(each),
  );
  if (changed.length === 0) return;
  const below = [...closure(file)];
  const onlyItself = changed.length === 1 && changed[0] === file;
  if (!onlyItself && below.some(isModule)) {
    throw new Stale(`${changed.join(", ")} has changed; a new host has to load it`);
  }
  for (const each of below) {
    delete Module._cache[each];
    children.delete(each);
    seen.set(each, stateOf(each));
  }
  if (isModule(file)) ended.set(file, `?changed=${encodeURIComponent(stateOf(file))}`);
}

// A namespace as Eleventy passes it on: a sole default export is the value.
function valueOf(namespace) {
  const names = Object.keys(namespace);
  return names.length === 1 && names[0] === "default" ? namespace.default : { ...namespace };
}

async function importFile(file) {
  return import(pathToFileURL(file).href + (ended.get(file) ?? ""));
}

// The file's exports, reloaded if it or something it loads has changed.
export async function loadFile(file) {
  refresh(file);
  try {
    if (isModule(file)) return valueOf(await importFile(file));
    return Module.createRequire(file)(file);
  } catch (error) {
    if (error.code !== "ERR_REQUIRE_ESM" && error.code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
    return valueOf(await importFile(file));
  } finally {
    if (fs.existsSync(file)) noteModule(file);
  }
}

export const loadNamespace = importFile;
