// SPDX-License-Identifier: MIT
//
// The JSON Schemas for editors: the files of the sample and of a new site are valid, mistakes are
// not, and every setting and front-matter key is described.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import yaml from 'js-yaml';
import { BINARY, ROOT, check, finish } from './harness.mjs';

const run = (...args) => execFileSync(BINARY, args, { encoding: 'utf8' });
const ajv = new Ajv({ allErrors: true });
const read = (name) => JSON.parse(run('--schema', name));
// As JSON: dates in front matter become texts.
const plain = (text) => JSON.parse(JSON.stringify(yaml.load(text, { schema: yaml.JSON_SCHEMA }) ?? {}));
const wrong = (validate, value) => (validate(value) ? [] : validate.errors.map((e) => `${e.dataPath} ${e.message}`));

// ---- guidance.yaml ----
const settings = read('guidance.yaml');
const settled = ajv.compile(settings);
const keys = [];
const walk = (properties, prefix) => {
  for (const [key, value] of Object.entries(properties)) {
    if (value.properties && key !== 'check') walk(value.properties, `${prefix}${key}.`);
    else if (check(`${prefix}${key} says what it means`, value.description?.length > 5)) keys.push(prefix + key);
  }
};
walk(settings.properties, '');
const listed = [...run('--reference', 'settings').matchAll(/^\| `([a-z_.]+)`/gm)].map((m) => m[1]);
check('every setting is there', keys.join() === listed.join() && keys.length > 100, keys.filter((k) => !listed.includes(k)).join() + listed.filter((k) => !keys.includes(k)).join());
const fresh = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-schemas-'));
run('init', path.join(fresh, 'site'));
for (const file of [path.join(ROOT, 'guidance.yaml'), path.join(fresh, 'site/guidance.yaml')])
  check(`${file} keeps to it`, wrong(settled, plain(fs.readFileSync(file, 'utf8'))).length === 0, wrong(settled, plain(fs.readFileSync(file, 'utf8'))).join('\n'));
const refused = ['nmae: X', 'limits: {page_byts: 1k}', 'limits: {page_bytes: many}', 'limits: {render_ms: soon}', 'search: {enabled: perhaps}', 'drain_timeout: 5 days', 'theme: [a]', 'check: {orphan: sometimes}', 'check: {orphan: {except: 5}}', 'check: {orphan: {except: [a, {b: c}]}}', 'check: {orphan: {severty: off}}', 'check: {sentence-long: {words: 0}}', 'check: {reading-age: {words: 20}}', 'check: {twin-missing: {languages: cy}}', 'check: {word-avoided: {words: [utilise]}}', 'check: {image-large: {width: wide}}', 'threads: -1', 'search:'];
const taken = ['name: 2026', 'check: {orphan: true}', 'check: {orphan: {except: data/a.md}, link-broken: {except: [/a/**]}}', 'check: {word-avoided: {words: {utilise: use}}, sentence-long: {severity: note, words: 30}}', 'check: {reading-age: {age: 12}, image-large: {width: 800, bytes: 90000}, twin-missing: {languages: [en, cy]}, word-avoided: {words: {leverage: }}}', 'limits: {page_bytes: 64k}', 'limits: {page_bytes: 100}', 'drain_timeout: 300ms', 'search: {enabled: "${SEARCH}"}', 'check: {orphan: "off", link-broken: {severity: warning, except: [a]}}', 'globals: {anything: [1]}'];
for (const text of refused) check(`refused: ${text}`, wrong(settled, plain(text)).length > 0);
for (const text of taken) check(`taken: ${text}`, wrong(settled, plain(text)).length === 0, wrong(settled, plain(text)).join());
// The schema and the program accept and refuse the same.
for (const text of [...refused, ...taken]) {
  const dir = fs.mkdtempSync(path.join(fresh, 'x-'));
  fs.writeFileSync(path.join(dir, 'guidance.yaml'), `${text}\n`);
  fs.mkdirSync(path.join(dir, 'data'));
  const { status } = spawnSync(BINARY, ['serve', '--print-config', '--site', dir], { encoding: 'utf8', env: { ...process.env, SEARCH: 'true' } });
  const reported = text.startsWith('check:') && JSON.parse(spawnSync(BINARY, ['check', '--format', 'json', '--site', dir], { encoding: 'utf8' }).stdout).filter((f) => f.rule === 'check-setting');
  check(`the program agrees: ${text}`, status === 0 && (!reported || reported.length === 0) === taken.includes(text) || (!reported && refused.includes(text) && status !== 0), `${status} ${JSON.stringify(reported)}`);
}

// ---- front matter ----
const front = ajv.compile(read('front-matter'));
const known = [...run('--reference', 'front-matter').matchAll(/^\| `([A-Za-z_.]+)`/gm)].map((m) => m[1]);
const has = (key) => key.split('.').reduce((at, name) => at?.properties?.[name], read('front-matter'))?.description;
check('every key is there', known.length > 40 && known.every(has), known.filter((k) => !has(k)).join());
const pages = fs.readdirSync(path.join(ROOT, 'data'), { recursive: true }).filter((name) => /\.(md|njk)$/.test(name));
for (const name of pages) {
  const match = /^---\n([^]*?)\n---/.exec(fs.readFileSync(path.join(ROOT, 'data', name), 'utf8'));
  if (match) check(`data/${name} keeps to it`, wrong(front, plain(match[1])).length === 0, wrong(front, plain(match[1])).join('\n'));
}
for (const text of ['draft: maybe', 'redirect_from: {a: b}', 'eleventyNavigation: Key', 'eleventyNavigation: {order: first}', 'related: /a/', 'tags: {a: b}'])
  check(`front matter, refused: ${text}`, wrong(front, plain(text)).length > 0);
check('other keys are the site\'s own', wrong(front, plain('anything: {at: all}')).length === 0);
check('a schema that is not there', spawnSync(BINARY, ['--schema', 'x']).status === 2 && spawnSync(BINARY, ['--schema']).status === 2);
fs.rmSync(fresh, { recursive: true });
finish('schemas');
