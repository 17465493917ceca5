// SPDX-License-Identifier: MIT
//
// The oracle is Eleventy's YAML reader: js-yaml 4 for Eleventy 3, js-yaml 3 (from gray-matter 4)
// for earlier versions. Every text must give the same value, or be refused by both. Front matter,
// with its languages and its end, is compared with gray-matter itself, through a built site.
//
//   node run.mjs [--count 1500] [--seed 1] [--show 4]    count: documents of each kind and version
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import cases from './cases.mjs';
import { generator } from './generate.mjs';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const READER = path.join(path.dirname(BINARY), 'tests/value/read_yaml');
const option = (name, fallback) => (process.argv.includes(name) ? +process.argv[process.argv.indexOf(name) + 1] : fallback);
const require = createRequire(import.meta.url);
const matters = { 3: require('gray-matter-4'), 4: require('gray-matter') };
const yaml4 = require('js-yaml');
const yaml3 = createRequire(require.resolve('gray-matter-4'))('js-yaml');
const load = { 3: (text) => yaml3.safeLoad(text), 4: (text) => yaml4.load(text) };

let passed = 0;
let failed = 0;
let shown = option('--show', 4);
const tell = (title, text, want, got) => {
  failed++;
  if (shown-- > 0) console.log(`${title}: ${JSON.stringify(text)}\n  want ${JSON.stringify(want)}\n  got  ${JSON.stringify(got)}`);
};

// A value as read_yaml.c writes it. A template sees bytes as a list of numbers (js-yaml 4) or as
// text (a Buffer). Half a surrogate pair has no UTF-8. A key __proto__ never becomes a member.
function shape(v, open = []) {
  if (v === undefined) return null;
  if (typeof v === 'string') return v.toWellFormed();
  if (typeof v === 'number') return Number.isFinite(v) ? v + 0 : { $number: String(v) };
  if (v === null || typeof v !== 'object') return v;
  if (open.includes(v)) throw Object.assign(new Error('contains itself'), { cyclic: true });
  if (v instanceof Date) return { $date: Number.isNaN(v.getTime()) ? null : v.getTime() };
  if (Buffer.isBuffer(v)) return v.toString('utf8');
  if (v instanceof Uint8Array) return [...v];
  const inner = [...open, v];
  if (Array.isArray(v)) return v.map((x) => shape(x, inner));
  return Object.fromEntries(Object.entries(v).filter(([k]) => k !== '__proto__').map(([k, x]) => [k.toWellFormed(), shape(x, inner)]));
}

const CYCLE = Symbol('cycle');
function oracle(version, text) {
  try {
    return shape(load[version](text));
  } catch (e) {
    return e.cyclic ? CYCLE : { $error: e.reason ?? e.message };
  }
}

function compare(name, version, texts) {
  const input = texts.map((text) => JSON.stringify({ version, text })).join('\n') + '\n';
  const lines = execFileSync(READER, { input, encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n');
  const before = failed;
  let refused = 0;
  let knowns = 0;
  texts.forEach((text, i) => {
    const want = oracle(version, text);
    const got = JSON.parse(lines[i]);
    // Known: an alias within its own anchor is refused; bytes are a list here, and js-yaml merges
    // them as an object of numbers.
    const known = want === CYCLE || /within its own anchor/.test(got?.$error) || (/list of lists/.test(got?.$error) && /!!binary/.test(text)) || /<<\s*:\s*(&\S+ )?!!binary/.test(text);
    knowns += known;
    const equal = known ? got?.$error : want?.$error ? got?.$error : isDeepStrictEqual(want, got) && JSON.stringify(want) === JSON.stringify(got);
    refused += Boolean(want?.$error);
    if (equal) passed++;
    else tell(`${name}, js-yaml ${version}`, text, want, got);
  });
  console.log(`${name}, js-yaml ${version}: ${texts.length} texts, ${refused} refused, ${knowns} known, ${failed - before} differ`);
}

// ---- front matter, through a page ----

const FRONT = [
  '---\ntitle: x\n---\nbody', '---yaml\ntitle: x\n---\nbody', '---YAML\ntitle: x\n---\nbody', '---Yaml \ntitle: x\n---\nbody', '--- yml\ntitle: x\n---\nbody', '---YML\ntitle: x\n---\nbody',
  '---json\n{"title": "x"}\n---\nbody', '---JSON\n{"title": "x"}\n---\nbody', '---js\n{title: "x"}\n---\nbody', '---JS\n{title: "x"}\n---\nbody', '---JavaScript\n{title: "x"}\n---\nbody',
  '---toml\ntitle = "x"\n---\nbody', '---toml\n---\nbody', '---toml\n# c\n---\nbody', '---json\n---\nbody', '---coffee\n\n---\nbody', '----\ntitle: x\n---\nbody', '---\n---\nbody', '---\n\n---\nbody', '---\n# c\n---\nbody',
  '---\nt: |+\n  x\n\n---\nbody', '---\nt: |+\n  x\n---\nbody', '---\nt: |\n  x\n\n\n---\nbody', '---\nt: |-\n  x\n---\nbody', '---\nt: >+\n  x\n\n\n---\nbody', '---\r\nt: |+\r\n  x\r\n\r\n---\r\nbody', '---\nt: x\n----\nbody', '---\nt: x\n--- b\nbody',
  '---\nt: 10:00\nu: 0012\nv: 017\nw: 08\nx: 0o17\ny: 1_000\n---\nbody', '---\nt: "\\ud83d\\ude00"\n---\nbody', '---\nt: [a,, b]\n---\nbody', '---\nt: [a:, z]\nu: [:x, z]\nv: &a-b.c x\nw: *a-b.c\n---\nbody', '---\n? x\n---\nbody', '---\nt: !!binary aGk=\n---\nbody',
  `---\n${'k'.repeat(1500)}: x\n---\nbody`, '---\na:\n\tb: 1\n---\nbody', '---\n\ta: 1\n---\nbody', '---\n  a: 1\n---\nbody', '---\n  a: 1\nb: 2\n---\nbody', '---\na: 1\n...\n---\nbody', '---\na: 1\n...\nb: 2\n---\nbody', '---\n%YAML 1.2\n---\nbody', '---\njust text\n---\nbody', '---\n- a\n---\nbody', '---\na: 1\na: 2\n---\nbody',
];

const KEYS = ['title', 't', 'u', 'v', 'w', 'x', 'y', 'a', 'b'];

// Front matter as a page sees it.
function compareFront(version) {
  const site = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-yaml-'));
  const out = path.join(site, '_site');
  fs.mkdirSync(path.join(site, 'data'));
  fs.writeFileSync(path.join(site, 'guidance.yaml'), `name: x\nurl: https://guide.example\ninput: data\neleventy_version: ${version === 4 ? 3 : 1}\n`);
  FRONT.forEach((text, i) => fs.writeFileSync(path.join(site, `data/p${i}.njk`), text.replace(/body$/, `[{{ [${KEYS}] | dump | safe }}]`)));
  try {
    execFileSync(BINARY, ['build', '--site', site, '--out', out], { stdio: 'pipe' });
  } catch { /* broken pages: told below */ }
  const before = failed;
  FRONT.forEach((text, i) => {
    let want;
    try {
      const { data, content } = matters[version](text, {});
      const d = shape(data) ?? {};
      want = `${content.replace(/body$/, '')}[${JSON.stringify(KEYS.map((k) => (d[k] === undefined ? null : d[k])))}]`;
    } catch (e) {
      want = 'refused';
    }
    const file = path.join(out, `p${i}/index.html`);
    const got = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 'refused';
    if (want === got) passed++;
    else tell(`front matter, js-yaml ${version}`, text, want, got);
  });
  console.log(`front matter, js-yaml ${version}: ${FRONT.length} pages, ${failed - before} differ`);
  fs.rmSync(site, { recursive: true });
}

const count = option('--count', 1500);
for (const version of [4, 3]) {
  const make = generator(option('--seed', 1));
  compare('recorded', version, cases);
  for (const kind of ['document', 'mutated', 'soup']) compare(`generated ${kind}s`, version, Array.from({ length: count }, () => make[kind]().toWellFormed()));
  compareFront(version);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
