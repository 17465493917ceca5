// SPDX-License-Identifier: MIT
//
// `guidanced build` and Eleventy 3 on the same site, in one run: the department's site of
// tests/conformance/eleventy, multiplied. Every page has a breadcrumb, and pages share keys. The
// pages are compared afterwards, so that neither gains time by leaving something out.
//
//   node tests/bench/eleventy.mjs [--pages 1000] [--runs 3]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareTrees } from '../conformance/eleventy/compare.mjs';
import { env, links, pages, settings } from '../conformance/eleventy/department.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = path.resolve(process.env.GUIDANCED || path.join(ROOT, 'build/release/guidanced'));
const option = (name, fallback) => (process.argv.includes(name) ? +process.argv[process.argv.indexOf(name) + 1] : fallback);
const count = option('--pages', 1000);

const dir = path.join(ROOT, 'build/bench-eleventy');
fs.rmSync(dir, { recursive: true, force: true });
for (const [file, text] of Object.entries({ ...pages(count), 'guidance.yaml': settings, 'package.json': '{}' })) {
  fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  fs.writeFileSync(path.join(dir, file), text);
}
for (const link of links) fs.symlinkSync(path.join(ROOT, link), path.join(dir, link));
const config = 'department.config.cjs';
fs.copyFileSync(path.join(ROOT, 'tests/conformance/eleventy', config), path.join(dir, config));

function seconds(command, args) {
  const start = process.hrtime.bigint();
  execFileSync(command, args, { cwd: dir, stdio: 'ignore', env: { ...process.env, ...env } });
  return Number(process.hrtime.bigint() - start) / 1e9;
}
// Everything is written again: no cache of an earlier load.
function ours() {
  for (const name of ['ours', '.guidanced']) fs.rmSync(path.join(dir, name), { recursive: true, force: true });
  return seconds(BINARY, ['build', '--site', dir, '--out', path.join(dir, 'ours')]);
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const times = Array.from({ length: Math.max(1, option('--runs', 3)) }, ours);
const theirs = seconds('node', [path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), `--config=${config}`, '--output=_site']);
times.push(...Array.from({ length: option('--runs', 3) }, ours));
const { passed, failed } = compareTrees('bench', path.join(dir, '_site'), path.join(dir, 'ours'));
console.log(`${count} pages: Eleventy ${theirs.toFixed(2)} s, guidanced ${median(times).toFixed(3)} s (${times.map((t) => t.toFixed(3)).join(', ')}), ${(theirs / median(times)).toFixed(0)} times; ${passed} files equal, ${failed} not`);
process.exitCode = failed ? 1 : 0;
