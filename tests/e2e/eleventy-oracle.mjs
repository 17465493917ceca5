// SPDX-License-Identifier: MIT
//
// Eleventy as the oracle: a site with one of its versions installed, what it writes, and generated
// sites compared page by page, with each of its major versions.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, ROOT } from './harness.mjs';

const SCRIPT = path.join(ROOT, 'tests/script');
export const VERSIONS = { 1: 'eleventy-1', 2: 'eleventy-2', 3: '@11ty/eleventy' };

// The script host may read only the site's own node_modules, so packages are not symbolic links:
// the files are hard-linked under the names that the site expects.
export function install(root, packages) {
  const modules = path.join(root, 'node_modules');
  execFileSync('cp', ['-al', path.join(SCRIPT, 'node_modules'), modules]);
  for (const [name, installed] of Object.entries(packages)) {
    if (name === installed) continue;
    fs.rmSync(path.join(modules, name), { recursive: true, force: true });
    fs.renameSync(path.join(modules, installed), path.join(modules, name));
  }
}

// Eleventy reads all files at once and takes them in the order in which they come. With one thread
// that is the order in which it asked; with more it is chance.
export const run = (command, args, cwd) =>
  spawnSync(command, args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: cwd, TZ: 'UTC', UV_THREADPOOL_SIZE: '1' }, timeout: 120_000 });

export function eleventy(root, ...args) {
  const directory = path.join(root, 'node_modules/@11ty/eleventy');
  const { bin } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return run(process.execPath, [path.join(directory, bin.eleventy), '--quiet', ...args], root);
}

// ---- generated sites ----

export const option = (name, fallback) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback);

export function randomness(seed) {
  let state = seed;
  const random = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % n;
  };
  return { seed: () => state, random, pick: (list) => list[random(list.length)], some: (list) => list.filter(() => random(3) === 0) };
}

const written = (out) =>
  !fs.existsSync(out) ? {} : Object.fromEntries(
    fs.readdirSync(out, { recursive: true }).map(String).filter((name) => name.endsWith('.html')).sort()
      .map((name) => [name, fs.readFileSync(path.join(out, name), 'utf8').trim()])
  );

const lines = (text) => (text ?? '(missing)').split('\n');
const difference = (theirs, ours) =>
  Object.keys({ ...theirs, ...ours }).filter((name) => theirs[name] !== ours[name]).map((name) => {
    const [a, b] = [lines(theirs[name]), lines(ours[name])];
    const at = Math.max(a.findIndex((line, i) => line !== b[i]), 0);
    return `${name}\n      theirs: ${a[at]}\n      ours:   ${b[at]}`;
  });

// makeSite(root, major) writes `src` and the configuration. `pages`: how many a site has at least,
// on average. --sites N, --seed N, --version MAJOR; --keep keeps the last site of each version.
export function compareGenerated(name, { makeSite, seed, pages: least }) {
  const sites = option('--sites', 12);
  const keep = process.argv.includes('--keep');
  const work = fs.mkdtempSync(path.join(ROOT, `build/${name}-`));
  let refused = 0, pages = 0;
  for (const [major, installed] of Object.entries(VERSIONS)) {
    if (option('--version', Number(major)) !== Number(major)) continue;
    const root = path.join(work, major);
    fs.mkdirSync(root);
    install(root, { '@11ty/eleventy': installed });
    for (let n = 0; n < sites; n++) {
      for (const part of ['src', '_site', 'ours']) fs.rmSync(path.join(root, part), { recursive: true, force: true });
      const from = seed();
      makeSite(root, Number(major));
      const theirs = eleventy(root);
      if (theirs.status !== 0) {
        refused++; // a circle, say, or two pages at one address
        if (keep) console.log(from, theirs.stderr.split('\n').slice(0, 3).join(' | '));
        continue;
      }
      const ours = run(BINARY, ['build', '--site', root, '--out', path.join(root, 'ours')], root);
      const pagesOfTheirs = written(path.join(root, '_site'));
      const differs = [...difference(pagesOfTheirs, written(path.join(root, 'ours'))), ...(ours.status === 0 ? [] : [ours.stderr.slice(0, 600)])];
      pages += Object.keys(pagesOfTheirs).length;
      check(`Eleventy ${major}, seed ${from}: the same pages`, differs.length === 0, differs.join('\n    '));
    }
  }
  check('most sites can be built', refused < sites && pages > least * sites, `${refused} refused, ${pages} pages`);
  if (keep) console.log(work);
  else fs.rmSync(work, { recursive: true, force: true });
}
