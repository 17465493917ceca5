// SPDX-License-Identifier: MIT
//
// The daemon seen from outside: pages, errors, reloads, caches, feedback, search, stopping.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, sampleSite, site, sleep, start, until } from './harness.mjs';

const text = async (url, options) => (await fetch(url, options)).text();
const run = (args) => {
  try {
    return { code: 0, out: execFileSync(BINARY, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
  } catch (e) {
    return { code: e.status, out: e.stdout + e.stderr };
  }
};

// ---- a page as the first users write it: every part of it comes out ----
const PAGE = `---
layout: "layouts/guidance.njk"
section: "Secure by Design"
title: "Start safely"
description: "How to begin."
dateUpdated: 2024-05-23
eleventyNavigation:
  key: "Secure by Design"
  url: "/secure-by-design/"
---

Begin with security.

## First part

- one
- make it everyone\u00e2\u20ac\u2122s work

{{ modukcomponent('callout', {
  title: 'Case study',
  content: '<p>Words in a box</p>',
  link: { text: 'Find out more', hiddenText: 'about it', url: '/x/', external: true }
}) }}

## Second part

**1. Set your context**

<p class="govuk-body"><a href="https://example.org/" target="_blank">Raw<span class="govuk-visually-hidden">opens in a new tab</span></a></p>
`;
const dir = sampleSite();
fs.writeFileSync(path.join(dir, 'data/start-safely.md'), PAGE);
let server = await start(dir);
const page = await text(`${server.url}/start-safely/`);
for (const [name, pattern] of [
  ['h1 from the title', /<h1[^>]*>Start safely<\/h1>/],
  ['section caption', /<span class="govuk-caption-xl">Secure by Design<\/span>/],
  ['callout as a component', /Case study[\s\S]*Words in a box/],
  ['list', /<li>one<\/li>/],
  ['raw HTML is kept', /<a href="https:\/\/example.org\/" target="_blank">Raw<span/],
  ['breadcrumb', /Home[\s\S]*href="\/secure-by-design\/"[\s\S]*Secure by Design/],
  ['updated', /Updated[^.]{0,80}May 2024/],
  ['table of contents', /<nav class="app-toc"[\s\S]*href="#first-part"[\s\S]*href="#second-part"/],
  ['anchors', /<h2[^>]*id="first-part"/],
  ['what is encoded twice is served as it stands', /everyone\u00e2\u20ac\u2122s/],
]) check(`page: ${name}`, pattern.test(page));
check('page: no component is left as text', !page.includes('modukcomponent'));
const warnings = server.log.split('\n').filter((l) => l.includes('encoded twice'));
check('mojibake is logged once, with its line', warnings.length === 1 && /start-safely\.md:17:/.test(warnings[0]), server.log);

// ---- HTTP of pages ----
const first = await fetch(`${server.url}/`);
await first.text();
const etag = (await fetch(`${server.url}/`)).headers.get('etag');
check('a page has an entity tag', !!etag);
const again = await fetch(`${server.url}/`, { headers: { 'If-None-Match': etag } });
check('and is not sent twice', again.status === 304, again.status);
for (const coding of ['gzip', 'br']) {
  const r = await fetch(`${server.url}/`, { headers: { 'Accept-Encoding': coding } });
  const body = await r.text();
  check(`${coding} is decoded by a client`, r.headers.get('content-encoding') === coding && body.includes('</html>'));
}
const security = first.headers;
check('security headers', security.get('content-security-policy')?.includes("default-src 'self'") &&
  !security.get('content-security-policy').includes('unsafe-inline') && security.get('x-content-type-options') === 'nosniff');
const css = /href="(\/assets\/site\.[0-9a-f]{16}\.css)"/.exec(page)?.[1];
const asset = await fetch(server.url + css);
check('fingerprinted assets are immutable', asset.status === 200 && /immutable/.test(asset.headers.get('cache-control')));
const missing = await fetch(`${server.url}/secure-by-desing/`);
const missingText = await missing.text();
check('404 is a page with near ones', missing.status === 404 && missingText.includes('href="/secure-by-design/"'));
{
  const moved = await start(site({
    'guidance.yaml': 'name: Near\npath_prefix: /docs\ninput: data\nincludes: templates\n',
    'data/404.njk': '---\ntitle: none\npermalink: /404.html\n---\n{% for s in suggestions %}({{ s.url }}){% endfor %}',
    'data/harbour.md': '---\ntitle: When the tide turns at night\nredirect_from: /tide-tables/\n---\nx\n',
    'data/other.md': '---\ntitle: Ropes and knots\n---\nx\n',
  }));
  const near = async (path) => (await (await fetch(new URL(path, moved.url))).text()).trim();
  for (const [path, shown] of [
    ['/docs/harbuor/', '(/harbour/)'],
    ['/docs/tide-tabels/', '(/harbour/)'],
    ['/docs/guides/night-tide.html', '(/harbour/)'],
    ['/docs/knots-and-ropes', '(/other/)'],
    ['/docs/nothing-like-it/', ''],
  ])
    check(`404 suggests by address, move and title: ${path}`, (await near(path)) === shown, await near(path));
  await moved.stop();
}
for (const [url, type] of [['/sitemap.xml', 'application/xml'], ['/robots.txt', 'text/plain'], ['/feed.xml', 'application/atom+xml'],
  ['/pages.json', 'application/json'], ['/theme.css', 'text/css'], ['/healthz', 'application/health+json'], ['/readyz', 'application/health+json']]) {
  const r = await fetch(server.url + url);
  check(`${url} is ${type}`, r.status === 200 && r.headers.get('content-type').startsWith(type), `${r.status} ${r.headers.get('content-type')}`);
  await r.text();
}
const metrics = await text(`${server.url}/metrics`, { headers: { Accept: 'application/openmetrics-text; version=1.0.0' } });
check('metrics end as OpenMetrics does', metrics.endsWith('# EOF\n') && /# TYPE guidanced_http_requests counter/.test(metrics) && /guidanced_http_requests_total\{route="page",status="200"\} [1-9]/.test(metrics));

// ---- search ----
await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 30000);
const search = async (q) => (await fetch(`${server.url}/search.json?q=${encodeURIComponent(q)}`)).json();
check('search finds by title', (await search('glossary')).results[0]?.url === '/secure-by-design/glossary/');
const typo = await search('glosary');
check('search corrects', typo.corrected && typo.results[0]?.url === '/secure-by-design/glossary/', JSON.stringify(typo).slice(0, 200));
for (const q of ['"', "'", '(', 'AND', 'a OR', '*', 'NEAR(', '^', '\u0000', '%', 'title:x', '-', '{', '\ud83d\ude00', 'x'.repeat(5000)])
  check(`search of ${JSON.stringify(q).slice(0, 20)} is safe`, (await fetch(`${server.url}/search?q=${encodeURIComponent(q)}`)).status === 200);
const hostile = await text(`${server.url}/search?q=${encodeURIComponent('<script>alert(1)</script>')}`);
check('search escapes the query', !hostile.includes('<script>alert'));

// ---- feedback ----
const form = (body) => fetch(`${server.url}/feedback`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(body) });
check('feedback is taken', (await form({ page: '/', useful: 'yes' })).status === 303);
check('a robot is thanked', (await form({ page: '/', useful: 'yes', website: 'x' })).status === 303);
check('nonsense is refused', (await form({ page: '/', useful: 'perhaps' })).status === 422);
await server.stop();

// ---- broken pages ----
const broken = site({
  'templates/layouts/plain.njk': '<main>{{ content | safe }}</main>{% include "foot.njk" %}',
  'templates/foot.njk': '<p>one</p>',
  'data/index.md': '---\nlayout: layouts/plain.njk\ntitle: Good\n---\n# Good\n',
  'data/yaml.md': '---\ntitle: [open\nother: x\n---\ntext\n',
  'data/duplicate.md': '---\ntitle: a\ntitle: b\n---\ntext\n',
  'data/layout.md': '---\ntitle: x\nlayout: layouts/plane.njk\n---\ntext\n',
  'data/template.md': '---\ntitle: x\n---\n\ntext\n\n{% if x %}\n',
  'data/filter.md': '---\ntitle: x\n---\n\n{{ title | capitalise }}\n',
});
server = await start(broken);
for (const [name, pattern] of [
  ['broken YAML', /data\/yaml\.md:\d+:\d+/],
  ['a key twice', /data\/duplicate\.md:3:1/],
  ['an unknown layout, with its nearest name', /data\/layout\.md:3:9.*(did you mean).*layouts\/plain\.njk/],
  ['an open block', /data\/template\.md:7:4.*endif/],
]) check(`${name}: file:line:column and hint`, pattern.test(server.log), server.log);
check('the other page is served', (await text(`${server.url}/`)).includes('<h1>Good</h1>'));
check('a broken page is an error', (await fetch(`${server.url}/layout/`)).status === 500);
await fetch(`${server.url}/filter/`);
check('an unknown filter: place and hint', await until(() => /data\/filter\.md:5:\d+.*capitalize/.test(server.log), 2000), server.log);

// ---- what is not the site's is not read ----
{
  const kept = path.join(site({ 'secret.njk': '---\ntitle: x\n---\nKEPT {% macro m() %}KEPT{% endmacro %}' }), 'secret.njk');
  const up = `${'../'.repeat(12)}${kept.slice(1)}`;
  const ways = {
    include: `{% include "${kept}" %}`, computed: `{% set n = "${kept}" %}{% include n %}`, missing: `{% include "${kept}" ignore missing %}`,
    import: `{% import "${kept}" as k %}{{ k.m() }}`, from: `{% from "${kept}" import m %}{{ m() }}`, extends: `{% extends "${kept}" %}`,
    up: `{% include "${up}" %}`, dot: `{% include "./${up}" %}`, through: `{% include "part/${up}" %}`, slashes: `{% include "//${kept}" %}`,
  };
  const outside = site({
    ...Object.fromEntries(Object.entries(ways).map(([name, text]) => [`data/${name}.njk`, `---\ntitle: x\n---\n${text}`])),
    'data/layout.md': `---\nlayout: ${kept}\n---\ntext\n`, 'data/up-layout.md': `---\nlayout: ${up}\n---\ntext\n`,
    'data/data.md': `---\neleventyComputed: {a: '{% include "${kept}" %}'}\n---\n{{ a }}\n`,
    'templates/part/own.njk': 'OWN', 'data/own.njk': '{% include "part/own.njk" %}{% include "../templates/part/own.njk" %}',
  });
  fs.appendFileSync(path.join(outside, 'data/own.njk'), `{% include "${fs.realpathSync(outside)}/templates/part/own.njk" %}`);
  const s = await start(outside);
  for (const name of [...Object.keys(ways), 'layout', 'up-layout', 'data']) {
    const page = await fetch(`${s.url}/${name}/`);
    check(`outside the site, by ${name}: not read`, page.status === (name === 'missing' ? 200 : 500) && !(await page.text()).includes('KEPT'), page.status);
  }
  check('within it: by name, by file and by path', (await text(`${s.url}/own/`)) === 'OWNOWNOWN', await text(`${s.url}/own/`));
  await s.stop();
  check('nor by `check` and `render`', !`${run(['check', '--site', outside]).out}${run(['render', '--site', outside, '/include/']).out}`.includes('KEPT'));
}

// ---- reload: the last good version stays ----
fs.writeFileSync(path.join(broken, 'data/index.md'), '---\nlayout: layouts/plain.njk\ntitle: Good\n---\n# Better\n');
const saved = Date.now();
check('a saved page is visible', await until(async () => (await text(`${server.url}/`)).includes('Better')));
console.log(`    edit to visible: ${Date.now() - saved} ms`);
fs.writeFileSync(path.join(broken, 'data/index.md'), '---\nlayout: layouts/plain.njk\ntitle: [\n---\n# Worse\n');
check('a broken save is reported', await until(() => /data\/index\.md:\d+:\d+/.test(server.log)));
check('and the last good version stays', (await text(`${server.url}/`)).includes('Better'));
fs.writeFileSync(path.join(broken, 'guidance.yaml'), 'name: Test\n');
fs.writeFileSync(path.join(broken, 'data/index.md'), '---\nlayout: layouts/plain.njk\ntitle: Good\n---\n# Mended\n');
check('a mended page is visible', await until(async () => (await text(`${server.url}/`)).includes('Mended')));
const tagOf = async () => (await fetch(`${server.url}/`)).headers.get('etag');
await tagOf();
const tagBefore = await tagOf();
fs.writeFileSync(path.join(broken, 'templates/foot.njk'), '<p>two</p>');
check('a changed include is visible', await until(async () => (await text(`${server.url}/`)).includes('two')));
const conditional = await fetch(`${server.url}/`, { headers: { 'If-None-Match': tagBefore } });
check('and changes the entity tag', conditional.status === 200 && (await tagOf()) !== tagBefore, conditional.status);
fs.writeFileSync(path.join(broken, 'templates/foot.njk'), '<p>one</p>');
await until(async () => (await text(`${server.url}/`)).includes('one'));
check('equal bodies have equal entity tags', (await tagOf()) === tagBefore);
fs.mkdirSync(path.join(broken, 'data/_data'), { recursive: true });
fs.writeFileSync(path.join(broken, 'data/_data/x.yaml'), 'a: [\n');
const ready = await until(async () => {
  const body = await (await fetch(`${server.url}/readyz`)).json();
  return body.status === 'warn' && body.checks['site:reload'][0].output?.includes('x.yaml') ? body : null;
});
check('a failed reload is told by /readyz, which stays ready', !!ready);
await server.stop();

// ---- sources that are in the cache alone ----
{
  const dir = site({
    'templates/raw.njk': '{{ page | dump | safe }}|{% for p in collections.all %}{{ p.rawInput | safe }}{% endfor %}|{{ content | safe }}',
    'data/index.md': '---\nlayout: raw.njk\ntags: [a]\n1: x\nreviewed: 2024-02-29\n---\n*Plain*, and { no tag',
    'data/tags.md': '---\nlayout: raw.njk\n---\n{{ 1 + 1 }}',
  });
  const expected = {};
  for (const url of ['/', '/tags/']) expected[url] = execFileSync(BINARY, ['render', '--site', dir, url], { encoding: 'utf8' });
  for (const how of ['cold', 'warm']) {
    const s = await start(dir);
    for (const url of ['/', '/tags/']) {
      const got = await text(s.url + url);
      check(`${how}: ${url} shows sources as without a cache`, got === expected[url], `${got}\n${expected[url]}`);
    }
    check(`${how}: ${how === 'warm' ? 2 : 0} from the cache`, s.log.includes(`(${how === 'warm' ? 2 : 0} from the cache)`), s.log);
    check(`${how}: indexed`, await until(async () => (await (await fetch(`${s.url}/readyz`)).json()).checks['search:index'][0].status === 'pass'));
    await s.stop();
  }
}

// ---- caches: killed, deleted, cut, noise ----
const cacheSite = site({ 'data/index.md': '---\ntitle: x\n---\n# Here\n' });
const cache = path.join(cacheSite, '.guidanced/cache.db');
const serves = async (name) => {
  try {
    const s = await start(cacheSite);
    check(`after ${name}: served`, (await text(`${s.url}/`)).includes('Here'), s.log);
    s.child.kill('SIGKILL');
    await s.exited;
  } catch (e) {
    check(`after ${name}: starts`, false, e.message);
  }
};
await serves('nothing');
await serves('kill -9');
fs.rmSync(cache);
await serves('deleting the cache');
for (const size of [0, 1, 100, 4096, 8000]) {
  fs.truncateSync(cache, size);
  await serves(`cutting the cache to ${size}`);
}
for (let i = 0; i < 6; i++) {
  const bytes = fs.readFileSync(cache);
  crypto.randomFillSync(bytes, Math.floor((bytes.length * i) / 8), Math.floor(bytes.length / 8));
  fs.writeFileSync(cache, bytes);
  await serves(`noise in part ${i} of the cache`);
}
fs.writeFileSync(cache, crypto.randomBytes(100000));
await serves('noise in place of the cache');
fs.writeFileSync(`${cache}-wal`, crypto.randomBytes(10000));
await serves('noise in the write-ahead log');
fs.rmSync(path.dirname(cache), { recursive: true });
fs.writeFileSync(path.dirname(cache), 'a file');
await serves('a file where the cache directory should be');
fs.rmSync(path.dirname(cache));
for (const delay of [1, 5, 10, 20, 40]) {
  const s = start(cacheSite).catch(() => null);
  await sleep(delay);
  const running = await Promise.race([s, sleep(1)]);
  if (running) running.child.kill('SIGKILL');
  else (await s)?.child.kill('SIGKILL');
  await serves(`a kill ${delay} ms after the start`);
}

// ---- stopping ----
for (const signal of ['SIGTERM', 'SIGINT']) {
  const s = await start(cacheSite, ['--cache', ':memory:']);
  const { code } = await s.stop(signal);
  check(`${signal} ends with 0`, code === 0, s.log);
}
const health = await start(cacheSite, ['--cache', ':memory:']);
check('healthcheck is 0 when ready', run(['healthcheck', `${health.url}/readyz`]).code === 0);
await health.stop();
check('healthcheck is 1 when not', run(['healthcheck', `${health.url}/readyz`]).code === 1);

// ---- proxies ----
const proxied = await start(cacheSite, ['--cache', ':memory:', '--trusted-proxies', '127.0.0.0/8,10.0.0.0/8']);
const from = async (header) => {
  // Access lines come some milliseconds later, and others may come between.
  const lines = () => proxied.log.split('\n').filter((line) => line.includes('"GET /robots.txt '));
  const before = lines().length;
  await text(`${proxied.url}/robots.txt`, { headers: { 'X-Forwarded-For': header } });
  await until(() => lines().length > before);
  return lines().at(-1)?.split(' ')[0];
};
check('the client behind trusted proxies', (await from('203.0.113.9, 10.1.2.3')) === '203.0.113.9', proxied.log);
check('a claim left of the client is not believed', (await from('1.2.3.4, 203.0.113.9')) === '203.0.113.9', proxied.log);
check('what is no address is not believed', (await from('203.0.113.9, "x')) === '127.0.0.1', proxied.log);
await proxied.stop();
const bad2 = run(['serve', '--site', cacheSite, '--trusted-proxies', 'example.org']);
check('a proxy that is no network is refused', bad2.code === 3 && bad2.out.includes('is no network'), bad2.out);

// ---- commands ----
check('--version', run(['--version']).out.startsWith('guidanced '));
check('an unknown command has a hint', run(['sevre']).out.includes('guidanced serve'));
const bad = site({}, 'nmae: x\n');
const badRun = run(['routes', '--site', bad]);
check('an unknown setting has place and hint', badRun.code === 2 && /guidance\.yaml:1:1.*nmae[\s\S]*`name`/.test(badRun.out), badRun.out);
check('render prints the page', run(['render', '--site', cacheSite, '/']).out.includes('<h1>Here</h1>'));
const out = path.join(cacheSite, 'out');
check('build writes the site', run(['build', '--site', cacheSite, '--out', out]).code === 0 &&
  fs.readFileSync(path.join(out, 'index.html'), 'utf8').includes('<h1>Here</h1>'));
fs.writeFileSync(path.join(out, 'mine.txt'), 'x');
fs.renameSync(path.join(cacheSite, 'data/index.md'), path.join(cacheSite, 'data/other.md'));
run(['build', '--site', cacheSite, '--out', out]);
check('build deletes only what it wrote', !fs.existsSync(path.join(out, 'index.html')) && fs.existsSync(path.join(out, 'mine.txt')));
fs.rmSync(path.join(broken, 'data/_data/x.yaml'));
const found = run(['check', '--site', broken, '--format', 'json']);
check('check fails on broken pages', found.code === 1 && JSON.parse(found.out).some((p) => p.rule === 'layout-missing'), found.out);
check('check writes SARIF', JSON.parse(run(['check', '--site', broken, '--format', 'sarif']).out).version === '2.1.0');
const sample = run(['check', '--site', dir]);
check('the sample site checks clean but for the page planted here', sample.out.split('\n').filter((l) => /: (error|warning): /.test(l)).every((l) => l.startsWith('data/start-safely.md')), sample.out);
finish('site');
process.exit();
