// SPDX-License-Identifier: MIT
//
// Whole sites with a configuration in JavaScript, served unchanged: `build` writes the same files
// as the site's own Eleventy, with each of its major versions and each of the plugin's.
import fs from 'node:fs';
import path from 'node:path';
import { tree } from '../conformance/eleventy/compare.mjs';
import { eleventy, install, run, VERSIONS } from './eleventy-oracle.mjs';
import { BINARY, check, finish, ROOT } from './harness.mjs';

const work = fs.mkdtempSync(path.join(ROOT, 'build/eleventy-sites-'));

function siteWith(fixture, packages) {
  const root = path.join(work, `${fixture}-${Object.values(packages).join('-').replace(/[@/]/g, '')}`);
  fs.cpSync(path.join(ROOT, 'tests/script/fixtures', fixture), root, { recursive: true });
  install(root, packages);
  return root;
}

const files = (out, ending) => fs.readdirSync(out, { recursive: true }).map(String).filter((name) => ending.test(name)).sort();
const pages = (out) => files(out, /\.html$/);
const read = (out, name) => tree(fs.readFileSync(path.join(out, name), 'utf8'));

function compare(fixture, config, packages, without = []) {
  const name = `${fixture} with ${Object.values(packages).join(' and ')}`;
  const root = siteWith(fixture, packages);
  for (const file of without) fs.rmSync(path.join(root, file));
  const theirs = path.join(root, '_theirs');
  const ours = path.join(root, '_ours');
  const built = eleventy(root, `--output=${theirs}`);
  check(`${name}: its own Eleventy builds it`, built.status === 0 && fs.existsSync(theirs), built.stderr);
  fs.writeFileSync(path.join(root, 'guidance.yaml'), `name: Site\neleventy_config: ${config}\n`);
  const made = run(BINARY, ['build', '--site', root, '--out', ours], root);
  check(`${name}: guidanced builds it`, made.status === 0, made.stderr);
  if (!fs.existsSync(theirs) || !fs.existsSync(ours)) return;
  const expected = pages(theirs);
  check(`${name}: has pages`, expected.length > 0);
  // guidanced's own additions (a search page, …) are not pages of the site.
  for (const page of expected) {
    const there = fs.existsSync(path.join(ours, page));
    check(`${name}: ${page}`, there && String(read(ours, page)) === String(read(theirs, page)), there ? `${read(theirs, page)}\n    ${read(ours, page)}` : 'is missing');
  }
  for (const file of files(theirs, /\.(css|txt|htaccess)$|COPYING$/)) {
    const there = fs.existsSync(path.join(ours, file));
    const texts = [theirs, ours].map((out) => there && fs.readFileSync(path.join(out, file), 'utf8').trim());
    check(`${name}: ${file}`, there && texts[0] === texts[1], there ? texts.join('\n    ') : 'is missing');
  }
  for (const page of pages(ours).filter((each) => each.startsWith('none/'))) check(`${name}: ${page} is not made`, false);
}

for (const major of Object.values(VERSIONS))
  for (const navigation of ['eleventy-navigation-0', '@11ty/eleventy-navigation'])
    compare('served', '.eleventy.js', { '@11ty/eleventy': major, '@11ty/eleventy-navigation': navigation });

// Eleventy 2 introduced collections in brackets.
for (const [major, name] of Object.entries(VERSIONS))
  compare('wired', '.eleventy.js', { '@11ty/eleventy': name }, major === '1' ? ['content/bracket.md'] : []);

// The bundle plugin asks for Eleventy 2.
for (const name of [VERSIONS[2], VERSIONS[3]])
  compare('bare', '.eleventy.js', { '@11ty/eleventy': name, '@11ty/eleventy-plugin-bundle': 'eleventy-plugin-bundle-1' });

fs.rmSync(work, { recursive: true, force: true });
finish('eleventy-sites');
