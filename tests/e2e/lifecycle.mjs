// SPDX-License-Identifier: MIT
//
// The life of a page: published and expired on time in every list, in search and in the site's own
// documents; drafts and who may see them; previews as of a date; overdue for review, withdrawn,
// moved, broken, gone.
import { spawnSync } from 'node:child_process';
import { BINARY, check, finish, freePort, sampleSite, site, start, until } from './harness.mjs';
import fs from 'node:fs';
import path from 'node:path';

const text = async (url) => (await fetch(url)).text();
const LAYOUT = `{% for entry in collections.all | eleventyNavigation %}[{{ entry.title }}]{% endfor %}
{% for item in collections.all %}({{ item.url }}){% endfor %}{% if reviewOverdue %}OVERDUE{% endif %}`;
const page = (key, extra = '') => `---\nlayout: list.njk\ntitle: ${key}\neleventyNavigation: {key: ${key}}\n${extra}---\ntext\n`;
const at = (ms) => new Date(Date.now() + ms).toISOString();

// ---- published and expired on time ----
const files = (soon) => ({
  'templates/list.njk': LAYOUT,
  'data/index.md': page('Home', 'reviewBy: 2020-01-01\n'),
  'data/soon.md': page('Soon', `publishAt: ${at(soon)}\nexpireAt: ${at(soon + 2000)}\n`),
  'data/later.md': page('Later', 'publishAt: 2099-01-01\n'),
  'data/draft.md': page('Draft', 'draft: true\n'),
});
let server = await start(site(files(2500)));
const home = () => text(`${server.url}/`);
const hidden = await home();
check('not yet in lists', hidden.includes('[Home]') && !hidden.includes('Soon') && !hidden.includes('/soon/'), hidden);
check('nor at its address', (await fetch(`${server.url}/soon/`)).status === 404);
check('a page is in every list from its moment on', await until(async () => {
  const body = await home();
  return body.includes('[Soon]') && body.includes('(/soon/)');
}, 6000));
check('and at its address', (await fetch(`${server.url}/soon/`)).status === 200);
check('in the site map', (await text(`${server.url}/sitemap.xml`)).includes('/soon/'));
check('and is gone from all when it expires', await until(async () => !(await home()).includes('Soon'), 6000));
check('readers see nothing of reviews', !(await home()).includes('OVERDUE'));
await server.stop();

// ---- a layout that looks for the page in the lists, which have it from its moment on ----
server = await start(site({
  'templates/list.njk': '{% for entry in collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key) %}{{ entry.title }}{% endfor %}{{ content | safe }}',
  'data/index.md': page('Home'),
  'data/soon.md': `---\nlayout: list.njk\ntitle: Soon\neleventyNavigation: {key: Soon, parent: Home}\npublishAt: ${at(2500)}\n---\ntext\n`,
  'data/draft.md': '---\nlayout: list.njk\ntitle: Draft\neleventyNavigation: {key: Draft, parent: Home}\ndraft: true\n---\ntext\n',
}));
const statuses = [];
check('it is published', await until(async () => {
  for (let i = 0; i < 20; i++) statuses.push((await fetch(`${server.url}/soon/`)).status);
  return statuses.at(-1) === 200;
}, 8000));
check('and is missing until then, but never an error', statuses[0] === 404 && statuses.every((status) => status === 404 || status === 200), [...new Set(statuses)]);
check('nor is one logged', !/ error /.test(server.log), server.log);
await server.stop();

// ---- nowhere before publication, everywhere after it, nowhere after expiry ----
const LISTS = ['/', '/search.json?q=zebra', '/search?q=zebra', '/search.json?q=zeb&suggest=1', '/sitemap.xml', '/feed.xml', '/pages.json', '/zebr/'];
const embargoed = (soon) => site({
  'templates/list.njk': LAYOUT,
  'templates/layouts/search.njk': '{% for r in search.results %}({{ r.url }}){% endfor %}',
  'templates/layouts/404.njk': '{% for s in suggestions %}({{ s.url }}){% endfor %}',
  'data/404.njk': '---\ntitle: none\nlayout: layouts/404.njk\npermalink: /404.html\n---\n',
  'data/index.md': page('Home'),
  'data/zebra.md': page('Zebra', `publishAt: ${at(soon)}\nexpireAt: ${at(soon + 3000)}\nredirect_from: /old-zebra/\n`),
});
server = await start(embargoed(3000));
await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass');
const told = async () => {
  const found = [];
  for (const url of LISTS) if (/\/zebra\/|Zebra/.test(await text(server.url + url))) found.push(url);
  if ((await fetch(`${server.url}/old-zebra/`, { redirect: 'manual' })).status === 301) found.push('/old-zebra/');
  return found;
};
check('before its moment a page is told of nowhere', (await told()).length === 0, await told());
check('from then on it is everywhere', await until(async () => (await told()).length === LISTS.length + 1, 8000), await told());
check('and after that nowhere again', await until(async () => (await told()).length === 0, 8000), await told());
await server.stop();

// ---- drafts for those who may read them ----
{
  const drafts = site({
    ...files(3600000),
    'templates/list.njk': `${LAYOUT}{{ content | safe }}`,
    'data/draft.md': page('Draft', 'draft: true\nredirect_from: /old-draft/\n').replace('text', 'zebra {% if draft %}DRAFT{% endif %}'),
  });
  const settings = ['--trusted-proxies', '127.0.0.0/8', '--access-groups-header', 'X-Groups'];
  for (const [args, groups, status] of [
    [[], '', 404], [[], 'editors', 404],
    [settings, 'editors', 404],
    [[...settings, '--access-draft-audience', 'editors'], '', 404],
    [[...settings, '--access-draft-audience', 'editors'], 'readers', 404],
    [[...settings, '--access-draft-audience', 'editors'], 'editors', 200],
  ]) {
    server = await start(drafts, args);
    await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass');
    const headers = groups ? { 'X-Groups': groups } : {};
    const name = `a draft, ${groups || 'nobody'}, ${args.at(-1) ?? 'no setting'}`;
    const response = await fetch(`${server.url}/draft/`, { headers });
    check(`${name}: ${status}`, response.status === status, response.status);
    if (status === 200) {
      check(`${name}: as a draft`, (await response.text()).includes('DRAFT'));
      check(`${name}: not for caches that others share`, /private/.test(response.headers.get('cache-control')), response.headers.get('cache-control'));
    }
    for (const url of ['/', '/search.json?q=zebra', '/sitemap.xml', '/feed.xml', '/pages.json', '/draf/'])
      check(`${name}: not in ${url}`, !/\/draft\/|\[Draft\]/.test(await (await fetch(server.url + url, { headers })).text()));
    await server.stop();
  }
}

// ---- authors: drafts, reviews, previews ----
server = await start(site(files(3600000)), ['--dev']);
let body = await home();
check('authors see drafts and what is to come', body.includes('[Draft]') && body.includes('[Later]'));
check('and that a review is overdue', body.includes('OVERDUE'));
await server.stop();
server = await start(site(files(3600000)), ['--dev', '--as-of', '2030-01-01']);
body = await home();
check('a preview has what is published by its date', body.includes('[Home]') && !body.includes('[Soon]') && !body.includes('[Later]'), body);
await server.stop();
server = await start(site(files(3600000)), ['--dev', '--as-of', '2100-01-01']);
check('and nothing else', (await home()).includes('[Later]'));
await server.stop();
const refused = await start(site(files(0)), ['--dev', '--as-of', 'tomorrow']).then(
  async (s) => (await s.stop(), ''),
  (error) => error.message,
);
check('a preview of no date is refused', /as_of must be a date/.test(refused), refused);

// ---- what a page says about itself ----
{
  const sample = sampleSite();
  const guidance = (title, lines) => `---\nlayout: layouts/guidance.njk\ntitle: ${title}\ndescription: About zebras.\n${lines}\n---\nzebra\n`;
  fs.writeFileSync(path.join(sample, 'data/old.md'), guidance('Old rules', `withdrawn: "Replaced <by> the new rules."
owner: Rules team
dateUpdated: 2026-11-02
reviewBy: 2025-03-31
classification: OFFICIAL-SENSITIVE
redirect_from: [/older/, /oldest/]
changes: [{date: 2026-11-02, note: Withdrawn.}, {date: 2026-06-05, note: First published.}]`));
  fs.writeFileSync(path.join(sample, 'data/new.md'), guidance('New rules', 'dateUpdated: 2099-01-01\nowner: Rules team\nreviewBy: 2099-02-03'));
  fs.writeFileSync(path.join(sample, 'data/late.md'), guidance('Late', 'reviewBy: 2025-03-31\nsearchable: false'));
  const port = await freePort();
  const admin = `http://127.0.0.1:${port}`;
  server = await start(sample, ['--admin-listen', `127.0.0.1:${port}`]);
  await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass');
  const old = await text(`${server.url}/old/`);
  check('withdrawn: the banner says why', /govuk-notification-banner[\s\S]*This page has been withdrawn[\s\S]*Replaced &lt;by&gt; the new rules\./.test(old));
  check('withdrawn: robots are told', /<meta name="robots" content="noindex">/.test(old));
  const found = (await (await fetch(`${server.url}/search.json?q=zebra`)).json()).results.map((r) => r.url);
  check('withdrawn: not in search', found.length === 1 && found[0] === '/new/', found);
  for (const url of ['/sitemap.xml', '/feed.xml']) {
    const list = await text(server.url + url);
    check(`withdrawn: not in ${url}`, !list.includes('/old/') && list.includes('/new/'));
  }
  const feed = await text(`${server.url}/feed.xml`);
  check('feed: newest first', feed.indexOf('/new/') < feed.indexOf('/secure-by-design/'));
  fs.writeFileSync(path.join(sample, 'data/changed.md'), guidance('Changed rules', 'dateUpdated: 2098-01-01\nchanges: [{date: 2098-01-01, note: "24 hours & not 48."}, {date: 2020-01-01, note: First.}]'));
  check('feed: says what changed', await until(async () => /Changed rules<\/title>.*<summary>24 hours &amp; not 48\.<\/summary>/.test(await text(`${server.url}/feed.xml`)), 5000));
  check('feed: else the description', /New rules<\/title>.*<summary>About zebras\.<\/summary>/.test(feed));
  check('owner', old.includes('Owner: Rules team'));
  check('what changed, newest first', /What changed[\s\S]*2 November 2026<\/time><\/dt>\s*<dd[^>]*>Withdrawn\.[\s\S]*5 June 2026[\s\S]*First published/.test(old));
  check('marking at head and foot', old.split('<p class="app-marking">OFFICIAL-SENSITIVE</p>').length === 3);
  check('readers see nothing of reviews', !(await text(`${server.url}/late/`)).includes('overdue'));
  for (const url of ['/older/', '/oldest/']) {
    const response = await fetch(server.url + url, { redirect: 'manual' });
    check(`moved: ${url}`, response.status === 301 && response.headers.get('location') === '/old/', `${response.status} ${response.headers.get('location')}`);
  }
  const pagesAt = async (url) => (await (await fetch(url)).json()).pages;
  const all_pages = await pagesAt(`${admin}/-/pages.json`);
  const entry = Object.fromEntries(all_pages.map((p) => [p.url, p]));
  check('states: dates, owner and what only owners know', entry['/old/'].withdrawn && !entry['/old/'].overdue && entry['/late/'].overdue && entry['/old/'].owner === 'Rules team' &&
    entry['/old/'].reviewBy.startsWith('2025-03-31') && entry['/old/'].dateUpdated.startsWith('2026-11-02') && entry['/old/'].classification === 'OFFICIAL-SENSITIVE' &&
    !entry['/new/'].overdue && !entry['/new/'].withdrawn, JSON.stringify(entry['/old/']));
  check('states: every page of the sample', all_pages.length >= 38 && all_pages.every((p) => p.url && p.source), all_pages.length);
  const readers = await pagesAt(`${server.url}/pages.json`);
  const found_pages = new Set([...(await text(`${server.url}/sitemap.xml`)).matchAll(/<loc>[^<]*?:\d+([^<]*)<\/loc>/g)].map((m) => m[1]));
  check('pages.json: the pages of the site map', readers.length > 30 && readers.every((p) => found_pages.has(p.url)) && readers.length === found_pages.size, `${readers.length} ${found_pages.size}`);
  check('pages.json: no withdrawn page, nor one that nobody should look for', !readers.some((p) => ['/old/', '/feedback/thanks/', '/secure-by-design/print/'].includes(p.url)));
  check('pages.json: nothing but what the page says', readers.every((p) => Object.keys(p).join() === 'url,title,section,description,owner,classification,datePublished,dateUpdated,reviewBy'), Object.keys(readers[0]).join());
  check('states: not for readers', (await fetch(`${server.url}/-/pages.json`)).status === 404);
  check('metrics: reviews overdue', /^guidanced_pages_overdue_for_review 1$/m.test(await text(`${admin}/metrics`)),
    (await text(`${admin}/metrics`)).split('\n').filter((l) => /overdue/.test(l)).join(' '));
  const all = await text(`${server.url}/secure-by-design/print/`);
  check('a section on one page', (all.match(/class="app-print-section"/g) ?? []).length === 14 && all.includes('id="manage-security-risks-find-the-risks"'));
  await server.stop();
  const report = spawnSync(BINARY, ['check', '--site', sample], { encoding: 'utf8' });
  check('check reports the review', /data\/late\.md:5:11: .*review-overdue/.test(report.stdout) && !/old\.md.*review/.test(report.stdout), report.stdout + report.stderr);
  server = await start(sample, ['--dev']);
  check('authors see that it is overdue', (await text(`${server.url}/late/`)).includes('The review was due on 31 March 2025.'));
  await server.stop();
}

// ---- broken and gone, with the site's own error pages ----
const dir = sampleSite();
fs.writeFileSync(path.join(dir, 'data/broken.md'), '---\ntitle: Broken\nlayout: layouts/guidance.njk\n---\n{{ nothing() }}\n');
const settings = path.join(dir, 'guidance.yaml');
fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace(/^redirects:$/m, 'redirects:\n  - {from: /gone/, status: 410}'));
server = await start(dir);
for (const [url, status, words] of [
  ['/broken/', 500, /Sorry, there is a problem with this page[\s\S]*Reference: <code>[0-9a-f]{16,}/],
  ['/gone/', 410, /This page has been removed/],
  ['/nowhere/', 404, /Page not found/],
]) {
  const response = await fetch(server.url + url);
  const html = await response.text();
  check(`${status} has a page of the site`, response.status === status && words.test(html) && html.includes('govuk-template'), `${response.status} ${html.slice(0, 200)}`);
  check(`${status} is not stored`, response.headers.get('cache-control') === 'no-store' || status === 410, response.headers.get('cache-control'));
}
await server.stop();
finish('lifecycle');
