// SPDX-License-Identifier: MIT
//
// What the current answer depends on besides the question itself: variables of the scope, pages,
// files, directories, the clock, randomness (../README.md, "Reads"). Proxies, the wrapped `fs` and
// the module loaders report here; the list is sent with the answer.

let current = fresh();
let questions = 0;

function fresh() {
  return {
    variables: new Set(),
    files: new Set(),
    directories: new Set(),
    names: false,
    pages: false,
    texts: false,
    clock: false,
    random: false,
  };
}

export const note = {
  variable: (name) => current.variables.add(name),
  file: (path) => current.files.add(path),
  directory: (path) => current.directories.add(path),
  names: () => (current.names = true),
  pages: () => (current.pages = true),
  texts: () => (current.texts = true),
};

export const noted = {
  files: () => [...current.files],
  directories: () => [...current.directories],
  question: () => questions,
};

// A new question begins.
export function beginReads() {
  questions++;
  current = fresh();
}

// The list for the answer: only what was read.
export function takeReads() {
  const reads = {};
  for (const kind of ["variables", "files", "directories"]) {
    if (current[kind].size > 0) reads[kind] = [...current[kind]];
  }
  for (const kind of ["names", "pages", "texts", "clock", "random"]) {
    if (current[kind]) reads[kind] = true;
  }
  return reads;
}

// Date and Math.random, noted. The daemon's own code and Eleventy's benchmarks use
// `performance.now`, which does not affect an answer and is left alone.
export function watchClockAndChance() {
  const RealDate = Date;
  const now = RealDate.now;
  const random = Math.random;
  RealDate.now = () => {
    current.clock = true;
    return now();
  };
  globalThis.Date = new Proxy(RealDate, {
    construct(target, args, newTarget) {
      if (args.length === 0) current.clock = true;
      return Reflect.construct(target, args, newTarget);
    },
    apply(target, self, args) {
      current.clock = true;
      return Reflect.apply(target, self, args);
    },
  });
  // Keeps `date.constructor === Date` true.
  RealDate.prototype.constructor = globalThis.Date;
  Math.random = () => {
    current.random = true;
    return random();
  };
}
