// SPDX-License-Identifier: MIT
//
// Eleventy 3 and `guidanced build` build the same trees; every file must be equal (as compare.mjs
// defines it).
//
//   node run.mjs [site…]      fixture, nasty, department, sample, fixture-1, nasty-1; all without a name
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareTrees } from './compare.mjs';
import * as department from './department.mjs';
import * as fixture from './fixture.mjs';
import * as nasty from './nasty.mjs';
import { leftOut } from './record.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../../..');
const BINARY = path.resolve(process.env.GUIDANCED || path.join(ROOT, 'build/debug/guidanced'));
// Inside the repository, so that configurations find their packages.
const WORK = path.join(ROOT, 'build/eleventy');

const run = (command, args, options) => {
  try {
    execFileSync(command, args, { stdio: 'pipe', maxBuffer: 1 << 26, ...options });
  } catch (e) {
    console.log(String(e.stderr).slice(0, 4000));
  }
};
const eleventy = (cwd, config, output, env = {}) =>
  run('node', [path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), `--config=${config}`, `--output=${output}`],
    { cwd, env: { ...process.env, ...env } });

// A site written from a list of files: see fixture.mjs.
// An asset has a twin with its hash in the name.
const isTwin = (file) => /\.[0-9a-f]{16}\.\w+$/.test(file);

function write(dir, files) {
  for (const [file, text] of Object.entries(files)) {
    const full = path.join(dir, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, text);
  }
}
function written(name, { default: files, settings, env, links = [] }) {
  const dir = path.join(WORK, name);
  fs.rmSync(dir, { recursive: true, force: true });
  write(dir, { ...files, 'guidance.yaml': settings, 'package.json': `{"name":"${name}"}` });
  for (const link of links) fs.symlinkSync(path.join(ROOT, link), path.join(dir, link));
  const config = fs.readdirSync(HERE).find((f) => f.startsWith(`${name}.config.`));
  fs.copyFileSync(path.join(HERE, config), path.join(dir, config));
  run(BINARY, ['build', '--site', dir, '--out', path.join(dir, 'ours')], { env: { ...process.env, ...env } });
  eleventy(dir, config, '_site', env);
  return compareTrees(name, path.join(dir, '_site'), path.join(dir, 'ours'), { skip: isTwin });
}

// The same with `eleventy_version: 1`, compared with Eleventy 1's output (record.mjs).
function recorded(name, { default: files, settings, env }) {
  const dir = path.join(WORK, `${name}-1`);
  const theirs = JSON.parse(fs.readFileSync(path.join(HERE, 'eleventy-1.json'), 'utf8'))[name];
  fs.rmSync(dir, { recursive: true, force: true });
  const kept = Object.entries(files).filter(([file]) => !leftOut[name].includes(file));
  write(dir, { ...Object.fromEntries(kept), 'guidance.yaml': `${settings}eleventy_version: 1\n`, 'package.json': `{"name":"${name}"}` });
  write(path.join(dir, '_site'), theirs);
  run(BINARY, ['build', '--site', dir, '--out', path.join(dir, 'ours')], { env: { ...process.env, ...env } });
  return compareTrees(`${name} as of Eleventy 1`, path.join(dir, '_site'), path.join(dir, 'ours'), { skip: isTwin });
}

// The sample site of this repository. Assets are not pages: Eleventy does not copy them.
function sample() {
  const dir = path.join(WORK, 'sample');
  const [ours, theirs] = [path.join(dir, 'ours'), path.join(dir, 'theirs')];
  fs.rmSync(dir, { recursive: true, force: true });
  run(BINARY, ['build', '--site', ROOT, '--out', ours]);
  eleventy(ROOT, 'tests/conformance/eleventy/sample.config.mjs', path.relative(ROOT, theirs), { GUIDANCED_EXPORT: ours });
  return compareTrees('sample', theirs, ours, { skip: (file) => file.startsWith('assets/') });
}

const SITES = {
  fixture: () => written('fixture', fixture),
  nasty: () => written('nasty', nasty),
  department: () => written('department', department),
  'fixture-1': () => recorded('fixture', fixture),
  'nasty-1': () => recorded('nasty', nasty),
  sample,
};
const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const [name, build] of Object.entries(SITES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const result = build();
  console.log(`${name}: ${result.passed} equal, ${result.failed} not`);
  passed += result.passed;
  failed += result.failed;
}
console.log(`Eleventy: ${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
