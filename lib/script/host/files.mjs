// SPDX-License-Identifier: MIT
//
// The file system as the site sees it. The host may write only to its scratch directory, while
// plugins write images, styles and caches into the site. So writes anywhere else go to a *layer*
// below the scratch directory, and reads look there first:
//
//     ROOT/_site/img/a.webp   →   SCRATCH/site/_site/img/a.webp
//     /elsewhere/file         →   SCRATCH/elsewhere/elsewhere/file
//
// Every read is noted (reads.mjs), except in node_modules: the lock file stands for installed
// packages. Removing a file of the site itself does nothing: the site is not ours to change.

import { EventEmitter } from "node:events";
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { note } from "./reads.mjs";

const real = { ...fs };

let root = "";
let scratch = "";
let hidden; // the output directory: leftovers of an earlier build are invisible
let unnoted = []; // prefixes whose files are not noted
let layered = false; // whether the layer has any files
const written = new Set(); // of the current question, relative to the scratch directory

const within = (file, directory) => file === directory || file.startsWith(`${directory}/`);

// Where a written file is kept.
export function layerPath(file) {
  if (within(file, scratch)) return file;
  if (within(file, root)) return path.join(scratch, "site", path.relative(root, file));
  return path.join(scratch, "elsewhere", file);
}

// A path argument as an absolute text; undefined when it is a descriptor.
function absolute(file) {
  if (file instanceof URL) return fileURLToPath(file);
  if (Buffer.isBuffer(file)) return path.resolve(file.toString());
  return typeof file === "string" ? path.resolve(file) : undefined;
}

const isHidden = (file) => hidden !== undefined && within(file, hidden);
const inLayer = (file) =>
  isHidden(file) || (layered && !within(file, scratch) && real.existsSync(layerPath(file)));

// Whether a change of this file matters to an answer.
export function isInput(file) {
  return !file.includes("/node_modules/") && !unnoted.some((prefix) => within(file, prefix));
}

function isDirectory(name) {
  try {
    return real.statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // unreadable, which is an answer too
  }
}

// The existence of a directory is not noted: adding a page to it would change its time.
function noteRead(name, asDirectory) {
  if (!isInput(name) || isHidden(name)) return;
  if (asDirectory) note.directory(name);
  else if (!isDirectory(name)) note.file(name);
}

function forReading(file, asDirectory) {
  const name = absolute(file);
  if (name === undefined) return file;
  noteRead(name, asDirectory);
  return inLayer(name) ? layerPath(name) : file;
}

function forWriting(file, copyUp) {
  const name = absolute(file);
  if (name === undefined || name === "/dev/null") return file;
  const kept = layerPath(name);
  real.mkdirSync(path.dirname(kept), { recursive: true });
  if (
    copyUp &&
    kept !== name &&
    !isHidden(name) &&
    !real.existsSync(kept) &&
    real.existsSync(name)
  ) {
    real.copyFileSync(name, kept);
  }
  layered = true;
  written.add(path.relative(scratch, kept));
  return kept;
}

// A directory that the site already has is not made: the caller gets EEXIST as usual.
function forMaking(directory, options) {
  const name = absolute(directory);
  const exists = real.existsSync(name) && !within(name, scratch) && !isHidden(name);
  if (!exists) return forWriting(directory, false);
  if (typeof options === "object" && options?.recursive) return DONE;
  return directory;
}

function forRemoving(file) {
  const name = absolute(file);
  if (name === undefined || within(name, scratch) || inLayer(name)) return layerPath(name);
  return real.existsSync(name) ? DONE : file;
}

// Instead of arguments: there is nothing to do, and the call has succeeded.
const DONE = Symbol("done");

const WRITES = /[wa+]/;
const { O_WRONLY, O_RDWR } = fs.constants;

function forOpening(file, flags = "r") {
  const writes = typeof flags === "number" ? flags & (O_WRONLY | O_RDWR) : WRITES.test(flags);
  if (!writes) return forReading(file);
  return forWriting(file, typeof flags === "number" || !flags.startsWith("w"));
}

// How to treat each path argument. `read`, `directory`, `write`: as named. `change`: written after
// the file of the site has been copied. `move`: read from the layer, then gone.
const ARGUMENTS = {
  readFile: ["read"],
  stat: ["read"],
  lstat: ["read"],
  access: ["read"],
  exists: ["read"],
  readlink: ["read"],
  createReadStream: ["read"],
  opendir: ["directory"],
  writeFile: ["write"],
  createWriteStream: ["write"],
  mkdtemp: ["write"],
  appendFile: ["change"],
  truncate: ["change"],
  chmod: ["change"],
  chown: ["change"],
  utimes: ["change"],
  lutimes: ["change"],
  lchown: ["change"],
  copyFile: ["read", "write"],
  cp: ["read", "write"],
  link: ["read", "write"],
  symlink: ["as it is", "write"],
  rename: ["change", "write"],
  unlink: ["remove"],
  rm: ["remove"],
  rmdir: ["remove"],
  mkdir: ["make"],
  open: ["open"],
};

const ADAPT = {
  "as it is": (file) => file,
  read: (file) => forReading(file, false),
  directory: (file) => forReading(file, true),
  write: (file) => forWriting(file, false),
  change: (file) => forWriting(file, true),
  remove: forRemoving,
  make: (file, args) => forMaking(file, args[1]),
  open: (file, args) => forOpening(file, typeof args[1] === "function" ? "r" : args[1]),
};

function adapt(kinds, args) {
  const adapted = [...args];
  for (const [i, kind] of kinds.entries()) {
    adapted[i] = ADAPT[kind](args[i], args);
    if (adapted[i] === DONE) return DONE;
  }
  return adapted;
}

function wrap(holder, name, kinds, whenDone) {
  const original = holder[name];
  if (typeof original !== "function") return;
  const wrapped = function (...args) {
    const adapted = adapt(kinds, args);
    return adapted === DONE ? whenDone(args) : original.apply(this, adapted);
  };
  for (const key of Reflect.ownKeys(original)) {
    if (key === "prototype") continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(original, key);
    Object.defineProperty(wrapped, key, { ...descriptor, configurable: true });
  }
  holder[name] = wrapped;
}

const callBack = (args) => {
  const callback = args[args.length - 1];
  if (typeof callback === "function") process.nextTick(callback, null);
};

function wrapPathFunctions() {
  for (const [name, kinds] of Object.entries(ARGUMENTS)) {
    wrap(fs, name, kinds, callBack);
    wrap(fs, `${name}Sync`, kinds, () => undefined);
    wrap(fs.promises, name, kinds, async () => undefined);
  }
  const exists = fs.exists;
  Object.defineProperty(exists, promisify.custom, {
    value: (file) => new Promise((resolve) => exists(file, resolve)),
  });
}

// A listing is the site's and the layer's together.
function listed(directory, options) {
  const name = absolute(directory);
  noteRead(name, true);
  if (!inLayer(name) || isHidden(name)) return undefined;
  const entryName = (entry) => entry.name ?? entry.toString();
  const entries = new Map();
  for (const each of [name, layerPath(name)]) {
    if (!real.existsSync(each)) continue;
    for (const entry of real.readdirSync(each, options)) entries.set(entryName(entry), entry);
  }
  return [...entries.values()];
}

// Where to read a listing that is in only one of them.
const listedAt = (directory) =>
  isHidden(absolute(directory)) ? layerPath(absolute(directory)) : directory;

function wrapListings() {
  fs.readdirSync = (directory, options) =>
    listed(directory, options) ?? real.readdirSync(listedAt(directory), options);
  fs.readdir = (directory, options, done) => {
    const callback = done ?? options;
    const wanted = done ? options : undefined;
    const entries = listed(directory, wanted);
    if (entries) process.nextTick(callback, null, entries);
    else real.readdir(listedAt(directory), wanted, callback);
  };
  const readdir = fs.promises.readdir;
  fs.promises.readdir = async (directory, options) =>
    listed(directory, options) ?? readdir(listedAt(directory), options);
}

// The daemon watches for changes. A watcher in the site's code would keep the process waiting for
// ever.
class Unmoved extends EventEmitter {
  close() {}
  ref() {
    return this;
  }
  unref() {
    return this;
  }
}

function withoutWatchers() {
  fs.watch = fs.watchFile = () => new Unmoved();
  fs.unwatchFile = () => {};
  fs.promises.watch = async function* () {};
}

// Files that exist only in the layer have no links in their path.
function wrapRealpath() {
  const resolved = (file) => (inLayer(absolute(file)) ? absolute(file) : undefined);
  const sync = fs.realpathSync;
  const asynchronous = fs.realpath;
  const promised = fs.promises.realpath;
  const nativeSync = sync.native;
  const native = asynchronous.native;
  const callingBack = (original) => (file, options, done) => {
    const callback = done ?? options;
    const found = resolved(file);
    if (found) process.nextTick(callback, null, found);
    else original(file, ...(done ? [options, done] : [options]));
  };
  fs.realpathSync = (file, options) => resolved(file) ?? sync(file, options);
  fs.realpathSync.native = (file, options) => resolved(file) ?? nativeSync(file, options);
  fs.realpath = callingBack(asynchronous);
  fs.realpath.native = callingBack(native);
  fs.promises.realpath = async (file, options) => resolved(file) ?? promised(file, options);
}

// From here on every user of `fs` sees the layer. `unseen`: directories whose files are not noted.
export function watchFiles(siteRoot, scratchDirectory, unseen) {
  root = siteRoot;
  scratch = scratchDirectory;
  unnoted = [scratch, "/proc", "/dev", "/sys", ...unseen];
  layered = ["site", "elsewhere"].some((name) => real.existsSync(path.join(scratch, name)));
  wrapPathFunctions();
  wrapListings();
  wrapRealpath();
  withoutWatchers();
  module.syncBuiltinESMExports();
}

// Where pages are built to. JavaScript that writes only missing files there (images) must not see
// leftovers of an Eleventy build.
export function hideOutput(directory) {
  if (directory !== root && !within(root, directory)) hidden = directory;
}

// Files that were written since the last call, relative to the scratch directory.
export function takeWritten() {
  const files = [...written].filter((name) => {
    const state = real.statSync(path.join(scratch, name), { throwIfNoEntry: false });
    return state?.isFile();
  });
  written.clear();
  return files;
}

// For packages that write by other means than `fs` (sharp): where the file is to be written.
export const writable = (file) => forWriting(file, false);

export const unwrapped = real;
