#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// The shape of the code: which file calls which, read from the objects of a build (`nm`), and which
// includes which. Fails on
//   - a circle of files within a module: files that cannot be understood one at a time;
//   - a call or an include against the direction between modules (USES in their CMakeLists.txt);
//   - an include of another module's private header (public: the header named like its folder, in
//     lib/base all, and those PUBLIC in CMakeLists.txt);
//   - a file-local function name that three files use: a backtrace must say where one is.
//
// node script/structure.mjs [--ties ROOM] [BUILD]: BUILD is build/debug unless it is given; --ties
// lists which file of a room calls which.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const ties = args.includes('--ties') ? args.splice(args.indexOf('--ties'), 2)[1] : null;
const build = path.resolve(root, args[0] ?? 'build/debug');

// ---- rooms ----

// A room is a module of lib/ or a folder of server/. It may use what it names, and what that uses.
const headers = {};
const uses = { 'server/http': ['template', 'site'], server: ['server/http', 'check', 'eleventy'], 'server/commands': ['server'], 'server/main': ['server/commands'] };
for (const module of fs.readdirSync(path.join(root, 'lib'))) {
  const list = path.join(root, 'lib', module, 'CMakeLists.txt');
  if (!fs.existsSync(list)) continue;
  const argument = (name) => new RegExp(`\\b${name}((?:\\s+[\\w.]+)+?)\\s*(?:\\b[A-Z]{4,}\\b|\\))`).exec(fs.readFileSync(list, 'utf8'))?.[1].trim().split(/\s+/) ?? [];
  uses[module] = argument('USES');
  headers[module] = argument('PUBLIC');
}
const closure = (room, seen = new Set()) => {
  for (const below of uses[room])
    if (!seen.has(below)) closure(below, seen.add(below));
  return seen;
};
const allowed = Object.fromEntries(Object.keys(uses).map((room) => [room, closure(room)]));

function roomOf(file) {
  const parts = file.split('/');
  if (parts[0] === 'lib') return parts[1];
  if (file === 'server/main.c') return 'server/main';
  return parts.length > 2 ? `server/${parts[1]}` : 'server';
}
const isPublic = (file) =>
  roomOf(file) === 'base' || path.basename(file, '.h') === path.basename(path.dirname(file)) || headers[roomOf(file)]?.includes(path.basename(file));

// ---- files, includes, calls ----

const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'lib/*.[ch]', 'server/*.[ch]'], { cwd: root, encoding: 'utf8' })
  .split('\n').filter((f) => f && fs.existsSync(path.join(root, f)));
const findings = [];

function included(file, name) {
  return [path.join(path.dirname(file), name), path.join('lib', name), name].find((f) => sources.includes(f));
}
for (const file of sources) {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  for (const [, name] of text.matchAll(/^#include "([^"]+)"/gm)) {
    const to = included(file, name);
    if (!to || roomOf(to) === roomOf(file)) continue;
    if (!allowed[roomOf(file)].has(roomOf(to))) findings.push(`upward include: ${file} → ${to}`);
    else if (!roomOf(to).startsWith('server') && !isPublic(to)) findings.push(`private header: ${file} → ${to}`);
  }
}

// The object file of a source: CMake keeps the path below the target's folder.
function objectOf(file) {
  const folder = file.startsWith('lib/') ? path.dirname(file) : 'server';
  const target = file === 'server/main.c' ? 'guidanced' : `guidanced_${path.basename(folder)}`;
  return path.join(build, folder, 'CMakeFiles', `${target}.dir`, `${path.relative(folder, file)}.o`);
}
const compiled = sources.filter((f) => f.endsWith('.c') && fs.existsSync(objectOf(f)));
const missing = sources.filter((f) => f.endsWith('.c') && !compiled.includes(f) && !f.includes('/starter/') && !/_(none|deny).c$/.test(f));
if (missing.length) {
  console.error(`not built in ${path.relative(root, build)}: ${missing.join(', ')}\n0 passed, 1 failed`);
  process.exit(1);
}
const definedIn = new Map();
const wanted = new Map();
// A static function in a header is in many objects and belongs to no file.
const localIn = new Map();
const noteLocal = (name, file) => {
  if (new RegExp(`^static [^;{]*\\b${name}\\(`, 'm').test(fs.readFileSync(path.join(root, file), 'utf8'))) localIn.set(name, [...(localIn.get(name) ?? []), file]);
};
const fileOf = new Map(compiled.map((file) => [objectOf(file), file]));
for (const file of compiled) wanted.set(file, []);
// A line is "object: name kind …".
for (const line of execFileSync('nm', ['-P', '-A', ...fileOf.keys()], { encoding: 'utf8', maxBuffer: 1 << 27 }).split('\n')) {
  const [, object, name, kind] = /^(.*): (\S+) (\S)/.exec(line) ?? [];
  if (kind === 't') noteLocal(name, fileOf.get(object));
  if (/^[TDBRC]$/.test(kind)) definedIn.set(name, fileOf.get(object));
  else if (kind === 'U') wanted.get(fileOf.get(object)).push(name);
}
for (const [name, files] of localIn)
  if (files.length > 2) findings.push(`one name in ${files.length} files: ${name} in ${files.join(' ')}`);
const calls = new Map(compiled.map((file) => [file, new Map()]));
for (const [file, names] of wanted)
  for (const name of names) {
    const to = definedIn.get(name);
    if (!to || to === file) continue;
    if (roomOf(to) !== roomOf(file) && !allowed[roomOf(file)].has(roomOf(to))) findings.push(`upward call: ${file} → ${to} (${name})`);
    if (!calls.get(file).has(to)) calls.get(file).set(to, []);
    calls.get(file).get(to).push(name);
  }

// ---- circles (Tarjan) ----

function circles(files) {
  const index = new Map(), low = new Map(), stack = [], found = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const to of calls.get(file).keys()) {
      if (!files.includes(to)) continue;
      if (!index.has(to)) {
        visit(to);
        low.set(file, Math.min(low.get(file), low.get(to)));
      } else if (stack.includes(to)) low.set(file, Math.min(low.get(file), index.get(to)));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}

// ---- what is printed ----

const rooms = [...Object.keys(uses)];
for (const room of rooms) {
  const files = compiled.filter((f) => roomOf(f) === room);
  if (!files.length) continue;
  const inside = files.flatMap((f) => [...calls.get(f).keys()].filter((to) => files.includes(to))).length;
  const round = circles(files);
  for (const circle of round) findings.push(`circle: ${circle.join(' ')}`);
  console.log(`${room}: ${files.length} files, ${inside} ties${round.map((c) => `, a circle of ${c.length}`).join('')}`);
  if (ties === room)
    for (const f of files)
      for (const [to, names] of calls.get(f))
        if (files.includes(to)) console.log(`  ${path.basename(f)} → ${path.basename(to)}: ${names.join(' ')}`);
}
for (const finding of findings) console.error(finding);
console.log(`${rooms.length} passed, ${findings.length} failed`);
process.exit(findings.length ? 1 : 0);
