// SPDX-License-Identifier: MIT
//
// Upper and lower case of every code point, and of sigmas next to other characters, must equal
// Node's toUpperCase and toLowerCase. Code points that Node's Unicode lacks are left out.
//
//   node run.mjs [--seed 1]
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
let seed = process.argv.includes('--seed') ? +process.argv[process.argv.indexOf('--seed') + 1] : 1;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const CHANGES = { upper: (s) => s.toUpperCase(), lower: (s) => s.toLowerCase() };
const BETWEEN = '\n|\n';

// Renders the texts in batches; gives the output of each.
function render(filter, texts) {
  const SIZE = 4000;
  const lines = [];
  for (let i = 0; i < texts.length; i += SIZE)
    lines.push(JSON.stringify({ id: i, template: `{{ s | ${filter} | safe }}`, context: { s: texts.slice(i, i + SIZE).join(BETWEEN) } }));
  const out = execFileSync(BINARY, ['template', '--batch'], { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 28 });
  return out.trim().split('\n').flatMap((line) => JSON.parse(line).output.split(BETWEEN));
}

let passed = 0;
let failed = 0;
function compare(texts) {
  for (const [filter, change] of Object.entries(CHANGES)) {
    const got = render(filter, texts);
    texts.forEach((text, i) => {
      if (got[i] === change(text)) passed++;
      else if (failed++ < 10) console.log(`${JSON.stringify(text)} | ${filter}: want ${JSON.stringify(change(text))}, got ${JSON.stringify(got[i])}`);
    });
  }
}

const points = [];
for (let c = 0x21; c < 0x110000; c++) if (!/\p{Cn}|\p{Cs}/u.test(String.fromCodePoint(c))) points.push(String.fromCodePoint(c));
compare(points);
const BESIDE = ['Σ', 'Σ', 'Σ', 'α', 'Ω', 'a', 'Z', '1', '.', "'", '’', ':', ' ', '-', '_', 'ʰ', '\u0301', '\u00ad', 'ǅ', 'ª', 'ⅷ', '日', '\u{1d400}', 'ﬁ', 'ß', 'İ', '\u{10d50}'];
compare(Array.from({ length: 8000 }, () => Array.from({ length: 1 + random(8) }, () => BESIDE[random(BESIDE.length)]).join('')));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
