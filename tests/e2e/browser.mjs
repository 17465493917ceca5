// SPDX-License-Identifier: MIT
//
// Every page of the sample site in Chromium: at three widths, with and without JavaScript; and the
// occasional ones: searches, errors, notices. Links and anchors must lead somewhere. First, each
// check must fail on a bad page. Screenshots go to build/screenshots: look at them.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { judge, launch, open, SHOTS, show, tab } from './chromium.mjs';
import { check, finish, pageUrls, sampleSite, start, until } from './harness.mjs';

const WIDTHS = [320, 768, 1280];
// Styles, script, icon and the page itself, in bytes transferred.
const FIRST_LOAD_LIMIT = 60_000;

const dir = sampleSite();
const guidance = (lines, body) =>
  `---\nlayout: layouts/guidance.njk\nsection: Secure by Design\ndescription: A page of the tests.\n${lines}\n---\n${body}`;
const write = (name, text) => fs.writeFileSync(path.join(dir, 'data', name), text);
write('wrong.md', guidance('title: Wrong\nsearchable: false', '#### deep\n\n# again\n\n<p id="x">a</p><p id="x">b</p>\n' +
  '<img src="https://off.example/x.png">\n<script>window.inline = 1</script>\n<div style="color: red"><nobr>a line that does not break, however narrow the screen may be</nobr></div>\n'));
write('withdrawn.md', guidance(`title: Withdrawn
dateUpdated: 2026-11-02
owner: Handbook team
audience: [Service owners, Risk owners]
classification: OFFICIAL-SENSITIVE
withdrawn: Replaced by the policy of 2026.
changes: [{date: 2026-11-02, note: Withdrawn.}, {date: 2026-06-15, note: First published.}]
alternates: [{lang: cy, name: Cymraeg, url: /contact/}]`, '## One\n\ntext\n\n## Two\n\nPneumonoultramicroscopicsilicovolcanoconiosisandanotherverylongword\n'));
write('draft.md', guidance('title: Draft\ndraft: true\nreviewBy: 2025-01-31', 'text\n'));
write('broken.md', guidance('title: Broken\nsearchable: false', '{{ nothing() }}\n'));
const settings = path.join(dir, 'guidance.yaml');
fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace(/^redirects:$/m, 'redirects:\n  - {from: /gone/, status: 410}'));

const ready = (server) => until(async () =>
  (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000);
// A browser keeps its connections for minutes; if the server closes one just as it is used again,
// neither is at fault.
const IDLE = ['--limits-idle-timeout', '1h'];
const server = await start(dir, IDLE);
const authors = await start(dir, ['--dev', '--cache', ':memory:', ...IDLE]);
await ready(server);
const browser = await launch();

// ---- the checks can fail ----

for (const javaScriptEnabled of [true, false]) {
  const context = await browser.newContext({ viewport: { width: 320, height: 900 }, javaScriptEnabled });
  const { wrong } = await judge(await open(context, server.url, '/wrong/', 404), javaScriptEnabled);
  const script = javaScriptEnabled ? [/^console: .*inline script/] : [];
  for (const kind of [...script, /^console: .*style/, /^off the host|console: .*off\.example/, /^status 200/, /^sideways/,
    /^headings: 2 of level 1/, /^headings: \d is followed by 4/, /^id twice: x/, /^axe: image-alt/])
    check(`what is wrong is noticed${javaScriptEnabled ? '' : ' without JavaScript'}: ${kind}`, wrong.some((line) => kind.test(line)), wrong.join('\n    '));
  await context.close();
}
fs.rmSync(path.join(dir, 'data/wrong.md'));

// ---- every page ----

const listed = pageUrls(dir).filter((url) => !/wrong|broken/.test(url));
check('there are the sample\'s pages', listed.length > 35, listed.length);
const visits = [
  ...listed.map((url) => [server, url, 200]),
  ...['risk', 'mange+risks', 'xyzzyplugh', '', 'risk&section=Secure+by+Design&page=2'].map((q) => [server, `/search?q=${q}`, 200]),
  [server, '/no-such-page/', 404], [server, '/secure-by-design/role/', 404], [server, '/gone/', 410], [server, '/broken/', 500],
  [authors, '/draft/', 200], [authors, '/broken/', 500],
];
const ids = new Map();
const links = new Set();

async function visit(shown, scripts, width, [where, url, status]) {
  const name = `${where === authors ? 'for authors, ' : ''}${url} at ${width}${scripts ? '' : ' without JavaScript'}`;
  await show(shown, where.url, url, status);
  const { wrong, seen } = await judge(shown, scripts);
  check(name, wrong.length === 0, wrong.join('\n    '));
  if (scripts) {
    const file = `${where === authors ? 'authors' : ''}${url.replace(/\W+/g, '_')}-${width}.png`;
    await shown.page.screenshot({ path: path.join(SHOTS, file), fullPage: true });
  }
  if (where !== server || status !== 200) return;
  ids.set(new URL(where.url + url).pathname + new URL(where.url + url).search, new Set(seen.ids));
  for (const link of seen.links) if (link.startsWith(`${where.url}/`)) links.add(link);
}

for (const width of WIDTHS) {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
    const left = [...visits];
    const walk = async () => {
      const shown = await tab(context);
      for (let next = left.shift(); next; next = left.shift()) await visit(shown, javaScriptEnabled, width, next);
    };
    await Promise.all([walk(), walk()]);
    await context.close();
  }
}

// ---- links, anchors ----

check('there are links', links.size > 60, links.size);
let anchors = 0;
for (const link of links) {
  const { pathname, search, hash } = new URL(link);
  if (/^\/(cy|broken)\//.test(pathname)) continue;
  const response = await fetch(link.split('#')[0]);
  check(`link ${pathname}`, response.status === 200, response.status);
  if (!hash) continue;
  anchors++;
  const target = ids.get(pathname + search);
  if (hash !== "#top") check(`anchor ${pathname}${hash}`, target?.has(hash.slice(1)) || target?.has(decodeURIComponent(hash.slice(1))), [...(target ?? [])].join(' '));
}
check('there are anchors', anchors > 100, anchors);

// ---- weight ----

const weigh = (url) => new Promise((resolve, reject) => {
  http.get(server.url + url, { agent: false, headers: { 'accept-encoding': 'gzip' } }, (response) => {
    let bytes = 0;
    response.on('data', (data) => (bytes += data.length));
    response.on('end', () => resolve(bytes));
  }).on('error', reject);
});
let heaviest = 0;
for (const url of listed) {
  const html = await (await fetch(server.url + url)).text();
  const assets = [...html.matchAll(/<(?:link rel="(?:stylesheet|icon|manifest)"[^>]*?href|script[^>]*? src|img[^>]*? src)="([^"]+)"/g)].map((m) => m[1]);
  if (!/<html/.test(html)) continue;
  check(`${url}: its styles and script are found`, assets.some((a) => /site.*\.css/.test(a)) && assets.some((a) => /site.*\.js/.test(a)), assets);
  let bytes = await weigh(url);
  for (const asset of new Set(assets)) bytes += await weigh(asset);
  heaviest = Math.max(heaviest, bytes);
  check(`${url}: a first visit loads under ${FIRST_LOAD_LIMIT} bytes`, bytes < FIRST_LOAD_LIMIT, bytes);
}
console.log(`heaviest first load: ${heaviest} bytes compressed`);

await browser.close();
await server.stop();
await authors.stop();
finish('browser');
process.exit();
