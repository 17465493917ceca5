// SPDX-License-Identifier: MIT
//
// The program's own documents – site map, feed, robots.txt, pages.json, search.json, security.txt,
// metrics, plain pages – read by independent parsers, with every text an author may write: control
// characters, markup, odd scripts, dates at the ends of time.
import { execFileSync } from 'node:child_process';
import { parse } from 'parse5';
import { check, finish, site, start, until } from './harness.mjs';

// A generator with a seed, so that a failure can be repeated.
let seed = 20261128;
const random = (n) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n;
const ATOMS = ['a', ' ', '&', '<', '>', '"', "'", ']]>', '<!--', '-->', '<?xml', '&amp;', '&#0;', '\u0001', '\u0008', '\u000b', '\u001f', '\u007f', '\u0085', '\u00a0',
  '\u2028', '\u2029', '\ufffe', '\uffff', '\u{1f600}', '\u{1fffe}', '\u{10ffff}', 'é', '漢', '\u202e', '\\', '\t', '\n', '\r', '%', '{', '}', '{{', '{%', '//', 'http://x/?a=1&b=2', '</script>', '</title>', '\u0000'];
const odd = () => Array.from({ length: 1 + random(9) }, () => ATOMS[random(ATOMS.length)]).join('');
// JSON is YAML, except for characters that YAML does not allow literally.
const yaml = (text) => JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const valid = (text) => [...text].map((c) => (/[\t\n\r\u0020-\ud7ff\ue000-\ufffd]/.test(c) || c.codePointAt(0) > 0xffff ? c : '\ufffd')).join('');
const decoded = (text) => text.replaceAll(/&(lt|gt|quot|amp|#39|#x27|apos);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'", '#x27': "'", apos: "'" })[name]);
const DATES = ['0001-01-01', '1969-12-31', '2026-02-28T23:59:59Z', '9999-12-31'];
const ADDRESSES = ['/a b/', '/é/', '/%25/', "/it's/", '/(x)/', '/a&b/', '/q=1;r/', '/漢字/', '/"quoted"/', '/<x>/'];

const titles = [];
const pages = {};
for (let i = 0; i < 300; i++) {
  // An empty title counts as none.
  const title = `t${i} ${odd()} z`.replaceAll('\u0000', '\u0001');
  titles.push(title);
  pages[`data/page-${i}.njk`] = `---\ntitle: ${yaml(title)}\ndescription: ${yaml(odd())}\nowner: ${yaml(odd())}\nsection: ${yaml(odd())}\nclassification: ${yaml(odd())}\n` +
    `dateUpdated: ${i < 40 ? DATES[i % DATES.length] : '2026-01-01'}\n${ADDRESSES[i] ? `permalink: ${yaml(ADDRESSES[i])}\n` : ''}changes: [{note: ${yaml(odd())}, date: 2026-01-01}]\n---\nwords\n`;
}
const xml = (text, ...args) => {
  try {
    return execFileSync('xmllint', ['--nonet', ...args, '-'], { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
  } catch (error) {
    return `xmllint: ${error.stderr}`;
  }
};
const htmlErrors = (text) => {
  const errors = [];
  parse(text, { onParseError: (e) => errors.push(`${e.code}:${e.startLine}`) });
  return errors;
};

const name = 'A & B <i>"\u0001';
const dir = site(pages, `name: ${yaml(name)}\nurl: https://guide.example\nsearch: {page_size: 100}\nsecurity_txt: "Contact: mailto:a@guide.example\\nExpires: 2027-01-01T00:00:00Z"\n`);
const server = await start(dir);
const get = async (url) => {
  const response = await fetch(server.url + url);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 30000);

{
  const { text } = await get('/sitemap.xml');
  check('sitemap.xml is well-formed', !xml(text, '--noout'), xml(text, '--noout').slice(0, 400));
  check('and has every page', xml(text, '--xpath', 'count(//*[local-name()="loc"])').trim() === '300', text.slice(0, 300));
  const places = [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map((m) => decoded(m[1]));
  check('each place is a URL, as it is written', places.every((place) => URL.canParse(place) && new URL(place).href === place.replaceAll("'", "'")), places.filter((p) => new URL(p).href !== p).join(' '));
  const times = [...text.matchAll(/<lastmod>([^<]*)</g)].map((m) => m[1]);
  check('each time is one of RFC 3339', times.length === 300 && times.every((t) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(t) && !Number.isNaN(Date.parse(t))), times.find((t) => Number.isNaN(Date.parse(t))));
}
{
  const { text } = await get('/feed.xml');
  check('feed.xml is well-formed', !xml(text, '--noout'), xml(text, '--noout').slice(0, 400));
  const found = [...text.matchAll(/<entry><title>([^]*?)<\/title>/g)].map((m) => decoded(m[1]));
  const meant = new Set(titles.map(valid));
  check('its titles are what was written', found.length === 50 && found.every((t) => meant.has(t)), found.find((t) => !meant.has(t)));
  check("the site's name as well", text.includes('<title>A &amp; B &lt;i&gt;&quot;\ufffd</title>'), text.slice(0, 200));
  check('each entry has what Atom asks for', xml(text, '--xpath', 'count(//*[local-name()="entry"][*[local-name()="id"] and *[local-name()="title"] and *[local-name()="updated"]])').trim() === '50');
}
for (const url of ['/pages.json', '/search.json?q=words', '/search.json?q=words&suggest=1', `/search.json?q=${encodeURIComponent('"\u0001<é')}`, '/readyz', '/healthz']) {
  const { text, status } = await get(url);
  let value = null;
  try { value = JSON.parse(text); } catch { /* told below */ }
  check(`${url} is JSON`, status === 200 && value, text.slice(0, 200));
  if (url === '/pages.json') check('with titles as they were written', value?.pages.length === 300 && value.pages.every((p) => titles.includes(p.title)), value?.pages.find((p) => !titles.includes(p.title))?.title);
}
{
  const { text, type } = await get('/.well-known/security.txt');
  check('security.txt: each line ends', text.endsWith('Z\n') && type === 'text/plain; charset=utf-8', JSON.stringify(text));
}
for (const [accept, openmetrics] of [['application/openmetrics-text', true], ['*/*', false]]) {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { accept } })).text();
  const wrong = [], families = new Map();
  for (const line of text.trimEnd().split('\n')) {
    const about = /^# (TYPE|HELP|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)+\})? (NaN|[+-]?Inf|[+-]?\d+(\.\d+)?(e[+-]?\d+)?)$/.exec(line);
    if (about?.[1] === 'TYPE') {
      if (families.has(about[2])) wrong.push(`twice: ${line}`);
      families.set(about[2], about[3]);
    } else if (sample) {
      const family = [...families.keys()].at(-1);
      if (!sample[1].startsWith(family)) wrong.push(`outside of its family: ${line}`);
      if (openmetrics && families.get(family) === 'counter' && !sample[1].endsWith('_total')) wrong.push(`no _total: ${line}`);
    } else if (!about && line !== '# EOF') wrong.push(line);
  }
  check(`metrics as ${accept}`, !wrong.length && families.size > 30 && (!openmetrics || text.endsWith('# EOF\n')), wrong.join('\n    '));
}

// ---- a site without its own pages for these ----

for (const url of ['/search', '/search?q=words', '/search?q=nothingatall', `/search?q=${encodeURIComponent('"><b>\u0001 words')}`, '/search?q=words&page=2', '/search?q=wordz', '/feedback/thanks/']) {
  const { status, type, text } = await get(url);
  const errors = htmlErrors(text).filter((e) => !/control-character-in-input-stream|noncharacter-in-input-stream/.test(e));
  check(`${url}: a plain page`, status === 200 && type === 'text/html; charset=utf-8' && /<h1>/.test(text) && !errors.length && !text.includes('<b>'), `${status} ${errors} ${text.slice(0, 300)}`);
}
{
  const { text } = await get('/search?q=words');
  const links = [...text.matchAll(/<li><a href="([^"]*)"/g)].map((m) => decoded(m[1]));
  check('with the results', links.length === 100 && /Next page/.test(text) && /More than 200 results/.test(text), `${links.length} ${text.slice(0, 400)}`);
  const gone = [];
  for (const link of links) if ((await fetch(server.url + link)).status !== 200) gone.push(link);
  check('which lead somewhere', !gone.length, gone);
}
{
  const answer = await fetch(`${server.url}/feedback`, { method: 'POST', body: new URLSearchParams({ page: '/', useful: 'yes' }) });
  check('feedback ends on a page', answer.status === 200 && /Thank you/.test(await answer.text()), answer.status);
}
for (const [url, status] of [['/nowhere/', 404], ['/search/x', 404]]) check(`${url}: ${status}, plainly`, (await get(url)).status === status);
await server.stop();

// ---- mounted below a path ----

{
  const below = site({ 'data/index.md': '---\ntitle: Home\n---\nwords\n', 'data/search-tips.md': '---\ntitle: Tips\n---\nx\n' }, 'name: Test\nurl: https://guide.example\npath_prefix: /guide & more/\n'.replace(' & more', '-more'));
  const mounted = await start(below);
  await until(async () => (await (await fetch(`${mounted.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 30000);
  const robots = await (await fetch(`${mounted.url}/guide-more/robots.txt`)).text();
  // RFC 9309 §2.2.2: "$" ends a path, the longest match wins.
  const rules = robots.split('\n').map((line) => /^(Disallow|Allow): (\S+)$/.exec(line)).filter(Boolean).map(([, what, path]) => ({ what, path }));
  const allowed = (path) => rules.filter((r) => (r.path.endsWith('$') ? path === r.path.slice(0, -1) : path.startsWith(r.path))).sort((a, b) => b.path.length - a.path.length)[0]?.what !== 'Disallow';
  for (const [path, may] of [['/guide-more/search', false], ['/guide-more/search?q=x', false], ['/guide-more/search.json?q=x', false], ['/guide-more/feedback', false], ['/guide-more/feedback/thanks/', false],
    ['/guide-more/', true], ['/guide-more/search-tips/', true], ['/guide-more/feedback-rules/', true]])
    check(`robots.txt: ${path} is ${may ? 'open' : 'closed'}`, allowed(path) === may, robots);
  check('its lines are all rules', robots.trimEnd().split('\n').every((line) => /^(User-agent|Disallow|Allow|Sitemap): \S+$/.test(line)), robots);
  check('and the site map is where it is', /^Sitemap: https:\/\/guide\.example\/guide-more\/sitemap\.xml$/m.test(robots), robots);
  const results = await (await fetch(`${mounted.url}/guide-more/search?q=words`)).text();
  check('plain results lead below the path', /<li><a href="\/guide-more\/">/.test(results) && /action="\/guide-more\/search"/.test(results), results);
  await mounted.stop();
  const off = await start(below, ['--search-enabled', 'false', '--feedback-enabled', 'false']);
  check('what is off is not closed', !/Disallow/.test(await (await fetch(`${off.url}/guide-more/robots.txt`)).text()));
  check('nor there', (await fetch(`${off.url}/guide-more/search?q=x`)).status === 404 && (await fetch(`${off.url}/guide-more/feedback/thanks/`)).status === 404);
  await off.stop();
  // Their addresses are the site's then.
  const free = await start(site({ 'data/tips.md': '---\ntitle: Tips\npermalink: /search/\n---\nTips.\n', 'data/index.md': '---\ntitle: Home\nredirect_from: /feedback\n---\nHome.\n' }), ['--search-enabled', 'false', '--feedback-enabled', 'false']);
  for (const [path, to] of [['/search', '/search/'], ['/feedback', '/']]) {
    const answer = await fetch(free.url + path, { redirect: 'manual' });
    check(`${path}, if off, is what the site makes of it`, answer.status === 301 && answer.headers.get('location') === to, `${answer.status} ${answer.headers.get('location')}`);
  }
  check('and a form that is off is not there', (await fetch(`${free.url}/feedback`, { method: 'POST', body: new URLSearchParams({ page: '/', useful: 'yes' }) })).status === 404);
  await free.stop();
}

// ---- the site's own layouts fail ----

{
  const broken = site({ 'data/index.md': '---\ntitle: Home\n---\nwords\n', 'templates/layouts/search.njk': '{{ nothing() }}', 'templates/layouts/error.njk': '{{ nothing() }}', 'data/404.njk': '---\npermalink: /404.html\n---\n{{ nothing() }}' });
  const own = await start(broken);
  await until(async () => (await (await fetch(`${own.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 30000);
  const answer = await fetch(`${own.url}/search?q=words`);
  check('a search layout that fails: a plain page, and a line in the log', answer.status === 200 && /Home/.test(await answer.text()) && /search\.njk/.test(own.log), own.log.slice(-400));
  check('a 404 page that fails: still 404', (await fetch(`${own.url}/nowhere/`)).status === 404);
  check('an error layout that fails: still refused', (await fetch(`${own.url}/feedback`, { method: 'POST', body: new URLSearchParams({ page: 'x' }) })).status === 422);
  await own.stop();
}
finish('generated documents');
