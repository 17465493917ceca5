// SPDX-License-Identifier: MIT
//
// Edits while the site is served: after each, every page must equal a fresh load of the files,
// whether the snapshot was patched (only texts or front matter of pages were saved) or loaded
// whole; deleted pages must be gone. Edits of pages are patched, also if an editor writes a
// temporary file and renames it.
//
//   node tests/e2e/edits.mjs [--steps 40] [--seed 1]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BINARY, check, finish, site, sleep, start } from './harness.mjs';

const option = (name, fallback) => (process.argv.includes(name) ? +process.argv[process.argv.indexOf(name) + 1] : fallback);
const PAGES = 60;
const text = (n, title, body, date = true) => `---\nlayout: page.njk\ntitle: ${title}\n${date ? `date: 2024-01-0${1 + (n % 9)}\n` : ''}tags: [all, t${n % 3}]\neleventyNavigation: {key: k${n}${n ? `, parent: k${n - 1 - (n % 3)}`.replace(/k-\d/, 'k0') : ''}}\n---\n${body}\n`;
const files = {
  'assets/a.css': 'a {color: red}',
  'templates/page.njk': '<link href="{{ "/assets/a.css" | asset }}" integrity="{{ "/assets/a.css" | integrity }}"><title>{{ title }}</title><ol>{{ collections.t1 | eleventyNavigation | length }}</ol>{{ content | safe }}<p>{{ navigation.next.title }}</p>',
  'data/list.njk': '---\ntitle: List\ndate: 2024-01-01\n---\n{% for p in collections.t0 %}<h2>{{ p.data.title }}</h2>{{ p.templateContent | safe }}{% endfor %}',
  'data/titles.md': '---\nlayout: page.njk\ndate: 2024-01-01\n---\n{% for p in collections.all %}- {{ p.data.title }} {{ p.url }}\n{% endfor %}',
  'data/late.md': '---\nlayout: page.njk\ndate: 2024-01-01\neleventyComputed: {title: "{% for p in collections.all %}{{ p.data.title if not p.data.others }};{% endfor %}", others: true}\n---\n{{ title }}',
  'data/many.njk': '---\npagination: {data: items, size: 1}\nitems: [a, b, c]\ndate: 2024-01-01\npermalink: "/many/{{ pagination.items[0] }}/"\n---\n<b>{{ pagination.items[0] }}</b> as it was',
};
// Front matter with lines added or replaced.
const front = (n, more, without = /^$/) =>
  text(n, `Page ${n}`, '# As it was')
    .split('\n')
    .filter((line) => !without.test(line))
    .join('\n')
    .replace('---\n', `---\n${more}\n`);
for (let n = 0; n < PAGES; n++) files[`data/p${n}.md`] = text(n, `Page ${n}`, `# Text ${n}\n\nAs it was, {{ title }}.`);
const dir = site(files, 'name: Edits\npassthrough: {/assets: assets}\n');
const server = await start(dir, ['--render-cache', '4M', '--log-access=false']);
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-edits-'));

let state = option('--seed', 1);
const random = (below) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % below;
};
const write = (name, content) => fs.writeFileSync(path.join(dir, name), content);
// As editors do: a temporary file, renamed over the page.
function replace(name, content) {
  write(`${name}.new`, content);
  fs.renameSync(path.join(dir, `${name}.new`), path.join(dir, name));
}

function fresh() {
  fs.rmSync(out, { recursive: true, force: true });
  spawnSync(BINARY, ['build', '--site', dir, '--out', out], { stdio: 'ignore' }); // 1: a page is broken
  const pages = {};
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(out, folder), { withFileTypes: true }))
      if (entry.isDirectory()) walk(`${folder}${entry.name}/`);
      else if (entry.name === 'index.html') pages[`/${folder}`] = fs.readFileSync(path.join(out, folder, entry.name), 'utf8');
  };
  walk('');
  return pages;
}

const page = async (url) => (await fetch(server.url + url)).text();
async function differences(expected) {
  const different = [];
  for (const [url, html] of Object.entries(expected)) if ((await page(url)) !== html) different.push(url);
  return different;
}

// Pages that existed and no longer do. A broken page keeps its earlier content.
const known = new Set();
let broken = new Set();
async function leftovers(expected) {
  const left = [];
  for (const url of known)
    if (!expected[url] && !broken.has(url) && (await fetch(server.url + url, { redirect: 'manual' })).status === 200) left.push(url);
  return left;
}

async function settled(name, mark) {
  const expected = fresh();
  let different;
  for (const url of Object.keys(expected)) known.add(url);
  for (let i = 0; i < 60; i++) {
    different = [...(await differences(expected)), ...(await leftovers(expected))];
    if (!different.length) break;
    await sleep(50);
  }
  check(`${name}: every page is as a fresh load has it`, different.length === 0, different.slice(0, 6));
  check(`${name}: pages are there`, Object.keys(expected).length >= PAGES, Object.keys(expected).length);
  if (mark) check(`${name}: the edit is seen`, Object.values(expected).some((html) => html.includes(mark)));
}
const count = (word) => (server.log.match(new RegExp(` ${word} \\d+ pages`, 'g')) ?? []).length;

await settled('at first');
for (let i = 0; i < 4; i++) {
  const before = count('patched');
  (i % 2 ? replace : write)(`data/p${i}.md`, text(i, `Page ${i}`, `# Edited ${i}\n\nNow, {{ title }}.`));
  await settled(`text ${i}`, `Edited ${i}`);
  check(`text ${i}: patched`, count('patched') > before, server.log.slice(-400));
}
// Edits of front matter: the other pages' sources are not read again.
async function patched(name, file, content, mark) {
  const before = count('patched');
  const loads = count('loaded');
  write(file, content);
  await settled(name, mark);
  check(`${name}: patched`, count('patched') > before && count('loaded') === loads, server.log.slice(-400));
}
const status = async (url) => {
  const response = await fetch(server.url + url, { redirect: 'manual' });
  return `${response.status} ${response.headers.get('location') ?? ''}`.trim();
};
await patched('title', 'data/p7.md', text(7, 'Another title', 'As it was.'), 'Another title');
await patched('text behind a title', 'data/p8.md', text(8, 'Page 8', '# Behind a title'), 'Behind a title');
await patched('parent', 'data/p9.md', front(9, 'eleventyNavigation: {key: k9, parent: k7}', /^eleventyNavigation/), 'Page 9');
await patched('unknown parent', 'data/p9.md', front(9, 'eleventyNavigation: {key: k9, parent: k777}', /^eleventyNavigation/), 'Page 9');
await patched('tags', 'data/p10.md', front(10, 'tags: [all, t0, new]', /^tags/), 'Page 10');
await patched('permalink', 'data/p11.md', front(11, 'permalink: "/moved/{{ title | slugify }}/"\nredirect_from: /p11/'), 'Page 11');
check('permalink: where it was leads to it', (await status('/p11/')) === '301 /moved/page-11/', await status('/p11/'));
await patched('redirect gone', 'data/p11.md', front(11, 'permalink: "/moved/{{ title | slugify }}/"'), 'Page 11');
check('redirect gone: nothing is there', (await status('/p11/')) === '404', await status('/p11/'));
await patched('draft', 'data/p12.md', front(12, 'draft: true'));
check('draft: gone', (await status('/p12/')) === '404', await status('/p12/'));
await patched('no draft any more', 'data/p12.md', files['data/p12.md'], 'Page 12');
await patched('date', 'data/p13.md', front(13, 'date: 2025-01-01', /^date/), 'Page 13');
await patched('computed', 'data/p14.md', front(14, 'eleventyComputed: {title: "Computed {{ page.fileSlug }}"}'), 'Computed p14');
await patched('a clash', 'data/p15.md', front(15, 'permalink: /p16/'), 'Page 16');
await patched('no clash any more', 'data/p15.md', files['data/p15.md'], 'Page 15');
const good = await page('/p17/');
for (const [name, more] of [['broken', 'a: [b'], ['no layout', 'layout: none.njk'], ['bad template', 'permalink: "{{ ( }}"']]) {
  broken = new Set(['/p17/']);
  await patched(name, 'data/p17.md', front(17, more, /^layout/));
  check(`${name}: the last good page is served`, (await page('/p17/')) === good);
  await patched(`a title beside ${name}`, 'data/p18.md', text(18, `Beside ${name}`, '# As it was'), `Beside ${name}`);
  check(`a title beside ${name}: the last good page is served`, (await page('/p17/')) === good);
  broken = new Set();
  await patched(`mended after ${name}`, 'data/p17.md', files['data/p17.md'], 'Page 17');
}
await patched('pagination', 'data/many.njk', files['data/many.njk'].replace('[a, b, c]', '[a, c]'), '<b>c</b>');
check('pagination: a page less', (await status('/many/b/')) === '404', await status('/many/b/'));

write('data/many.njk', files['data/many.njk'].replace('as it was', 'edited'));
await settled('pagination', 'edited');

// A changed asset is read again; every page gets its new name.
const linked = async () => /href="([^"]*)"/.exec(await page('/p1/'))[1];
const before = await linked();
write('assets/a.css', 'a {color: blue}');
await settled('asset');
check('asset: it has another name', (await linked()) !== before, before);
check('asset: its text is the new one', (await page(await linked())) === 'a {color: blue}');
await patched('title behind an asset', 'data/p19.md', text(19, 'Behind an asset', '# As it was'), 'Behind an asset');

const STEPS = {
  text: (n, step) => write(`data/p${n}.md`, text(n, `Page ${n}`, `# Step ${step}\n\n{{ title }} and more.`)),
  replaced: (n, step) => replace(`data/p${n}.md`, text(n, `Page ${n}`, `# Step ${step}\n\nreplaced`)),
  title: (n, step) => write(`data/p${n}.md`, text(n, `Title ${step}`, '# As it was')),
  parent: (n, step) => write(`data/p${n}.md`, front(n, `eleventyNavigation: {key: k${n}, parent: k${step % PAGES}}`, /^eleventyNavigation/)),
  tags: (n, step) => write(`data/p${n}.md`, front(n, `tags: [all, t${step % 4}]`, /^tags/)),
  permalink: (n, step) => write(`data/p${n}.md`, front(n, `permalink: /at/${step}/`)),
  draft: (n) => write(`data/p${n}.md`, front(n, 'draft: true')),
  several: (n, step) => {
    for (let k = 0; k < 5; k++) write(`data/p${(n + k) % PAGES}.md`, text((n + k) % PAGES, `Page ${(n + k) % PAGES}`, `# Step ${step}`));
  },
  list: (n, step) => write('data/list.njk', files['data/list.njk'] + `<i>step ${step}</i>`),
  layout: (n, step) => write('templates/page.njk', files['templates/page.njk'] + `<i>step ${step}</i>`),
  added: (n, step) => write(`data/q${step}.md`, text(n, `Added ${step}`, '# Added').replace(`key: k${n}`, `key: q${step}`)),
  removed: (n) => fs.rmSync(path.join(dir, `data/p${n}.md`), { force: true }),
  data: (n, step) => write('data/_data/some.json', `{"step": ${step}}`),
  mojibake: (n, step) => write(`data/p${n}.md`, text(n, `Page ${n}`, `# Step ${step}\n\nitâ€™s`)),
};
fs.mkdirSync(path.join(dir, 'data/_data'));
const names = Object.keys(STEPS);
const log = [];
for (let step = 0; step < option('--steps', 40); step++) {
  const name = step % 2 ? names[random(2)] : names[random(names.length)];
  const n = random(PAGES);
  log.push(`${name} ${n}`);
  STEPS[name](n, step);
  if (random(3)) await settled(`step ${step}, ${log.slice(-3).join(', ')}`);
}
await settled('at last');
console.log(`    ${count('patched')} patched, ${count('loaded')} loaded`);

// A page that shows other pages' sources causes a whole load, since they may be anywhere.
write('data/list.njk', '---\ntitle: List\ndate: 2024-01-01\n---\n{% for p in collections.t0 %}{{ p.rawInput }}{% endfor %}');
await settled('rawInput');
write('data/p3.md', text(3, 'Page 3', '# Shown as source'));
await settled('shown as source', '# Shown as source');
const { code, signal } = await server.stop();
check('it stops well', code === 0, `${code} ${signal} ${server.log.slice(-2000)}`);
for (const folder of [dir, out]) fs.rmSync(folder, { recursive: true });
finish('edits');
