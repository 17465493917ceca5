// SPDX-License-Identifier: MIT
//
// Eleventy 3 and `guidanced build` build the same tree; every file must be equal. White space outside
// <pre> is collapsed, nothing else.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fixture from './fixture.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const BINARY = process.env.GUIDANCED || path.join(ROOT, 'build/debug/guidanced');
// Below the repository, so that the configuration finds its packages.
const dir = path.join(ROOT, 'build/eleventy');
fs.rmSync(dir, { recursive: true, force: true });
const settings = 'name: t\nincludes: data/_includes\nmarkdown: {breaks: true, html: true, tables: true, strikethrough: true, attributes: true, heading_ids: {levels: 2, tabindex: false}}\n';
for (const [name, text] of Object.entries({ ...fixture, 'guidance.yaml': settings, 'package.json': '{"name":"fixture","type":"module"}' })) {
  const file = path.join(dir, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}
fs.copyFileSync(path.join(ROOT, 'tests/conformance/eleventy/eleventy.config.mjs'), path.join(dir, 'eleventy.config.mjs'));
execFileSync('node', [path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), '--config=eleventy.config.mjs'], { cwd: dir, stdio: 'pipe' });
try {
  execFileSync(BINARY, ['build', '--site', dir, '--out', path.join(dir, 'ours')], { stdio: 'pipe' });
} catch (e) {
  console.log(String(e.stderr));
}
const walk = (root) => fs.readdirSync(root, { recursive: true }).map(String).filter((f) => fs.statSync(path.join(root, f)).isFile()).sort();
const own = new Set(['sitemap.xml', 'robots.txt', 'feed.xml', 'pages.json', '.guidanced-manifest']);
const theirs = walk(path.join(dir, '_site'));
const ours = walk(path.join(dir, 'ours')).filter((f) => !own.has(f));
const normal = (text) => text.split(/(<pre[\s\S]*?<\/pre>)/).map((part, i) => (i % 2 ? part : part.replace(/\s+/g, ' ').trim())).join('');
let passed = 0;
let failed = 0;
for (const file of new Set([...theirs, ...ours])) {
  const read = (root) => {
    try {
      return normal(fs.readFileSync(path.join(dir, root, file), 'utf8'));
    } catch {
      return null;
    }
  };
  const [want, got] = [read('_site'), read('ours')];
  if (want === got) passed++;
  else {
    failed++;
    console.log(`not ok: ${file}\n  want ${want}\n  got  ${got}`);
  }
}
console.log(`Eleventy: ${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
