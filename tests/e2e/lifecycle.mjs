// SPDX-License-Identifier: MIT
//
// The life of a page: published and expired at its moment in every list, previewed as of a date,
// overdue for review, broken, gone.
import { check, finish, sampleSite, site, start, until } from './harness.mjs';
import fs from 'node:fs';
import path from 'node:path';

const text = async (url) => (await fetch(url)).text();
const LAYOUT = `{% for entry in collections.all | eleventyNavigation %}[{{ entry.title }}]{% endfor %}
{% for item in collections.all %}({{ item.url }}){% endfor %}{% if reviewOverdue %}OVERDUE{% endif %}`;
const page = (key, extra = '') => `---\nlayout: list.njk\ntitle: ${key}\neleventyNavigation: {key: ${key}}\n${extra}---\ntext\n`;
const at = (ms) => new Date(Date.now() + ms).toISOString();

// ---- published and expired at their moment ----
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

// ---- broken and gone, with pages of the site's own ----
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
