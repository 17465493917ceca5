// SPDX-License-Identifier: MIT
//
// With an empty cache, files are read and parsed by several threads, and rows written by another;
// with a full one, they come from it; with one in memory, texts stay in the site. The same site,
// with faults of all kinds in its files, must be served the same each time, with the same problems.
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, site, start, until } from './harness.mjs';

const LONG = 300 << 10; // a body that is its own segment of the cache
const KINDS = [
  (i) => `---\ntitle: Page ${i}\n---\n# Page ${i}\n\nWords of ${i}.\n`,
  (i) => `---\ntitle: With a template\nn: ${i}\n---\n{{ title }} {{ n * 2 }} {% for t in [1, 2] %}{{ t }}{% endfor %}\n`,
  (i) => `No front matter ${i}.\n`,
  (i) => `---\ntitle: "unclosed ${i}\n---\nText.\n`,
  (i) => `---\ntitle: ${i}\n\tbad: tab\n---\nText.\n`,
  (i) => `---\ntitle: Secret ${i}\npublishAt: 1 December 2027\n---\nhidden-${i}\n`,
  (i) => `---\ntitle: Later ${i}\npublishAt: 2999-01-01\n---\nhidden-${i}\n`,
  (i) => `\n---\npublishAt: 2999-01-01\n---\nhidden-${i}\n`,
  (i) => `---\ntitle: Broken ${i}\n---\n{{ title | nosuchfilter }}\n`,
  (i) => `---\ntitle: Not UTF-8 ${i}\n---\ncaf\uf8e9\n`,
  (i) => `---\ntitle: Twice encoded ${i}\n---\nItâ€™s ${i}.\n`,
  (i) => `\ufeff---\ntitle: Marked ${i}\n---\nText ${i}.\n`,
  (i) => `---\ntitle: Draft ${i}\ndraft: true\n---\nhidden-${i}\n`,
  (i) => `---json\n{"title": "JSON ${i}", "tags": "json"}\n---\nText ${i}.\n`,
  (i) => `---\ntitle: Long ${i}\n---\n${'A long line of words. '.repeat(LONG / 22)}${i}\n`,
  (i) => `---\ntitle: Raw ${i}\n---\n{{ page.rawInput | length }}\n`,
  (i) => `---\ntitle: Number ${i}\npermalink: /numbered/${i}/\neleventyNavigation:\n  key: n${i}\n  order: ${i}\n---\nText.\n`,
  (i) => `---\ntitle: List ${i}\npagination: {data: items, size: 2, alias: item}\nitems: [a, b, c, ${i}]\npermalink: "/list-${i}/{{ pagination.pageNumber }}/"\n---\n{{ item }}\n`,
  () => '',
  (i) => `---\ntitle: Too long ${i}\n---\n${'x'.repeat(1 << 20)}\n`,
];
const COUNT = KINDS.length * 12;
const name = (i) => `data/${i % 7 ? `section-${i % 3}/` : ''}page-${i}.md`;
const files = Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [name(i), KINDS[i % KINDS.length](i)]));
const dir = site(files, `name: Test\nlimits:\n  page_bytes: ${1 << 20}\n`);
fs.symlinkSync('/etc/hostname', path.join(dir, 'data/outside.md'));
// Else they would be too new for their identity to be kept.
const past = new Date(Date.now() - 60000);
for (const file of [...Object.keys(files), 'guidance.yaml']) fs.utimesSync(path.join(dir, file), past, past);

// Every answer and every line about a page, without what differs by design.
async function observe(args) {
  const server = await start(dir, ['--log-access=false', ...args]);
  const ready = async () => (await (await fetch(`${server.url}/readyz`)).json());
  await until(async () => (await ready()).checks['search:index']?.[0].status === 'pass', 30000);
  const routes = (await (await fetch(`${server.url}/pages.json`)).json()).pages ?? [];
  const urls = new Set([...routes.map((page) => page.url), ...Array.from({ length: COUNT }, (_, i) => `/${name(i).slice(5, -3)}/`)]);
  const answers = {};
  for (const url of urls) {
    const response = await fetch(server.url + url, { redirect: 'manual' });
    answers[url] = `${response.status} ${await response.text()}`;
  }
  const found = await (await fetch(`${server.url}/search.json?q=words`)).json();
  const { content, pages, problems } = await ready();
  const loaded = server.log.match(/loaded \d+ pages.*\((\d+) from the cache\)/);
  // Each once: what the first renders show makes another load, which names the rest of it again.
  const lines = [...new Set(server.log.split('\n').map((line) => line.replace(/^\S+ | request_id=\S+/g, '')).filter((line) => line.includes('.md')))].sort();
  const { code } = await server.stop();
  check(`${args.join(' ') || 'a file'}: it stops well`, code === 0, server.log.slice(-600));
  return { answers, lines, routes, found: found.results?.map((hit) => hit.url), state: { content, pages, problems }, reused: Number(loaded?.[1]) };
}

const cold = await observe([]);
const warm = await observe([]);
const memory = await observe(['--cache', ':memory:']);
check('nothing came from the empty cache', cold.reused === 0, cold.reused);
check('and most from the full one', warm.reused > COUNT / 2, warm.reused);
const served = Object.values(cold.answers).filter((answer) => answer.startsWith('200')).length;
check('many pages are served', served > COUNT / 2, served);
check('no hidden word is', !Object.values(cold.answers).some((answer) => /hidden-\d/.test(answer)));
check('problems are named', cold.lines.length > COUNT / 4, cold.lines.length);
for (const [how, other] of Object.entries({ 'from the cache': warm, 'without a file': memory })) {
  const different = Object.keys(cold.answers).filter((url) => cold.answers[url] !== other.answers[url]);
  check(`${how}: every answer is the same`, !different.length, different.slice(0, 3).map((url) => `${url}: ${cold.answers[url].slice(0, 200)} / ${String(other.answers[url]).slice(0, 200)}`).join('\n    '));
  for (const part of ['lines', 'routes', 'found', 'state'])
    check(`${how}: the same ${part}`, JSON.stringify(cold[part]) === JSON.stringify(other[part]),
      part === 'lines' ? cold.lines.filter((line) => !other.lines.includes(line)).concat('--', other.lines.filter((line) => !cold.lines.includes(line))).join('\n') : `${JSON.stringify(cold[part])}\n    ${JSON.stringify(other[part])}`);
}
finish('cold start');
