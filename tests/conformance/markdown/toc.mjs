// SPDX-License-Identifier: MIT
//
// The two plugins for tables of contents as the oracle: generated headings go through both filters
// with all their options, and the output must be equal, byte for byte.
//
//   node toc.mjs [--count 400] [--seed 1]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const Accessible = require('@thedigitalman/eleventy-plugin-toc-a11y/toc.js');
const buildPlain = require('eleventy-plugin-toc/src/BuildTOC.js');
const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const option = (name, fallback) => (process.argv.includes(name) ? +process.argv[process.argv.indexOf(name) + 1] : fallback);
let seed = option('--seed', 1) >>> 0;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];

const TEXTS = ['Text', 'A &amp; B', '<em>em</em> x', '', '&copy; &rsquo;&#8217;&#x41;', 'a <a href="#b">#</a>', '  sp  ', '"q" <b>b</b>', 'x &lt;y&gt;', 'two\nlines'];
function heading() {
  const level = 1 + random(6);
  const id = random(6) ? ` id="i${random(99)}"` : '';
  return `<h${level}${pick(['', " class='x'"])}${id}${random(9) ? '' : ' data-toc-exclude'}>${pick(TEXTS)}</h${level}>`;
}
const part = () => (random(5) < 3 ? heading() : pick(['<p>p</p>', '<!-- <h2 id="no">c</h2> -->', '<script>"<h2 id=no>"</script>', '\n']));
const html = () => Array.from({ length: random(10) }, part).join('\n');

const ACCESSIBLE = [{}, { tags: ['h2'] }, { tags: ['h2', 'h3'], listType: 'ul' }, { wrapperClass: '' }, { wrapperClass: '', headingClass: '' },
  { headingClass: '' }, { heading: false }, { listClass: '', listItemClass: '', listItemAnchorClass: '' }, { headingLevel: 'h3', headingText: 'In & out' },
  { heading: false, wrapperClass: '' }, { wrapper: 'aside', tags: ['h2', 'h4'] }];
const PLAIN = [{}, { tags: ['h2'] }, { tags: ['h2', 'h3'] }, { ul: true }, { flat: true }, { wrapper: '' }, { wrapperLabel: 'Label', wrapperClass: 'c' },
  { tags: ['h2', 'h4'] }, { flat: true, tags: ['h2', 'h3'], ul: true }, { tags: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] }];
const cases = Array.from({ length: option('--count', 400) * 2 }, (_, i) => {
  const options = i % 2 ? pick(PLAIN) : pick(ACCESSIBLE);
  const text = html();
  return { text, options: i % 2 ? { style: 'plain', ...options } : options, want: i % 2 ? buildPlain(text, options) ?? '' : new Accessible(text, options).html() };
});

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-toc-'));
fs.mkdirSync(path.join(dir, 'data/_data'), { recursive: true });
fs.mkdirSync(path.join(dir, 'templates'));
fs.writeFileSync(path.join(dir, 'guidance.yaml'), 'name: t\n');
fs.writeFileSync(path.join(dir, 'data/_data/cases.json'), JSON.stringify(cases.map(({ text, options }) => ({ text, options }))));
fs.writeFileSync(path.join(dir, 'data/x.njk'), '---\npermalink: /x.txt\n---\n{% for c in cases %}{{ c.text | toc(c.options) | safe }}\u0001{% endfor %}');
execFileSync(BINARY, ['build', '--site', dir, '--out', path.join(dir, 'out')], { stdio: ['ignore', 'ignore', 'inherit'] });
const got = fs.readFileSync(path.join(dir, 'out/x.txt'), 'utf8').split('\u0001');
fs.rmSync(dir, { recursive: true });
let failed = 0;
cases.forEach(({ text, options, want }, i) => {
  if (got[i] !== want && ++failed <= 4)
    console.log(`not ok: ${JSON.stringify(text)} ${JSON.stringify(options)}\n  want ${JSON.stringify(want)}\n  got  ${JSON.stringify(got[i])}`);
});
console.log(`contents: ${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
