// SPDX-License-Identifier: MIT
//
// Another language is just a data file. Every word of data/_data/text.yaml, of the pages and of
// guidance.yaml gets a mark; then a page of each layout is searched for text without the mark,
// which a layout, a component, a script or the server must have hard-coded. Then two languages on
// one site: `lang`, the words, and the switch.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'parse5';
import { check, finish, ROOT, sampleSite, start, until } from './harness.mjs';

const MARK = '¶';

// ---- a site in which every word is marked ----

// Marks texts of a YAML file line by line: enough for text.yaml, whose shape is ours.
function markYaml(source) {
  return source.split('\n').map((line) => {
    const entry = /^(\s*(?:- |"?[\w ]+"?: ))("?)([^"#].*)$/.exec(line);
    return !entry || /^\s*#/.test(line) ? line : `${entry[1]}${entry[2]}${MARK}${entry[3]}`;
  }).join('\n');
}

const front = (lines) => `---\n${lines.join('\n')}\n---\n`;
const guidance = (title, extra = [], body = '¶ text\n\n## ¶ heading\n\n¶ text\n') =>
  front(['layout: layouts/guidance.njk', 'section: ¶ section', `title: ¶ ${title}`, 'description: ¶ description', ...extra]) + body;

function markedSite() {
  const dir = sampleSite();
  const data = path.join(dir, 'data');
  const text = fs.readFileSync(path.join(data, '_data/text.yaml'), 'utf8');
  for (const name of ['secure-by-design', 'help']) fs.rmSync(path.join(data, name), { recursive: true });
  for (const name of fs.readdirSync(data)) if (/\.md$/.test(name)) fs.rmSync(path.join(data, name));
  fs.writeFileSync(path.join(data, '_data/text.yaml'), markYaml(text));
  const write = (name, source) => {
    fs.mkdirSync(path.dirname(path.join(data, name)), { recursive: true });
    fs.writeFileSync(path.join(data, name), source);
  };
  const nav = (key, order) => [`eleventyNavigation: {key: ¶ ${key}, parent: ¶ top, order: ${order}}`, 'tags: [all]'];
  write('index.md', front(['layout: layouts/landing.njk', 'title: ¶ home', 'description: ¶ description',
    'cards: [{title: ¶ cards, items: [{title: ¶ card, text: ¶ text, url: /a/}]}]']));
  write('top.md', guidance('top', ['eleventyNavigation: {key: ¶ top}']));
  write('a.md', guidance('a', [...nav('a', 1), 'dateUpdated: 2026-11-02', 'owner: ¶ owner', 'audience: [¶ one, ¶ two]',
    'classification: ¶ marking', 'printAll: /all/', 'alternates: [{lang: cy, name: ¶ Cymraeg, url: /b/}]', 'languageName: ¶ English',
    'changes: [{date: 2026-11-02, note: ¶ note}]', 'related: [{title: ¶ related, url: /b/}, {title: ¶ away, url: "https://example.org/", external: true}]'],
  `¶ kraken kraken

## ¶ heading

{{ modukcomponent('attachment', { title: '¶ file', url: '/a/', type: '¶', size: '1', pages: 1 }) }}
{{ modukcomponent('attachment', { title: '¶ file', url: '/a/', type: '¶', size: '1', pages: 3 }) }}
{{ modukcomponent('callout', { title: '¶', text: '¶', link: { text: '¶', url: '/b/', external: true } }) }}
{{ modukcomponent('do-dont', { do: { items: ['¶'] }, dont: { items: ['¶'] } }) }}
{{ modukcomponent('steps', { items: [{ title: '¶', text: '¶' }] }) }}
{{ modukcomponent('contact', { title: '¶', text: '¶', email: '¶@example.org', telephone: '¶ 020', hours: '¶', link: { text: '¶', url: '/b/' } }) }}
{{ modukcomponent('related', { id: 'r2', items: [{ text: '¶', url: '/b/', external: true }] }) }}
{{ component('accordion', { id: 'x', items: [{ heading: { text: '¶' }, content: { text: '¶' } }] }) }}
`));
  write('b.md', guidance('b', [...nav('b', 2), 'datePublished: 2026-01-05', 'withdrawn: true']));
  write('c.md', guidance('c', [...nav('c', 3), 'draft: true', 'reviewBy: 2020-02-03']));
  for (let i = 0; i < 25; i++) write(`many/${i}.md`, guidance(`kraken ${i}`, [], '¶ kraken\n').replace('¶ section', `¶ section ${i % 2}`));
  write('all.njk', front(['layout: layouts/print.njk', 'title: ¶ all', 'printCollection: all']));
  write('broken.md', guidance('broken') + '\n{{ nothing() }}\n');
  let settings = fs.readFileSync(path.join(dir, 'guidance.yaml'), 'utf8');
  settings = settings.replace(/^name: .*/m, 'name: ¶ name').replace(/^lang: en/m, 'lang: xx')
    .replace(/^(\s+(?:- )?(?:text|tag|organisation|licence): )(.*)$/gm, '$1¶ $2')
    .replace(/^redirects:$/m, 'redirects:\n  - {from: /gone/, status: 410}');
  fs.writeFileSync(path.join(dir, 'guidance.yaml'), settings);
  return dir;
}

// ---- searching a page ----

const SAID = ['aria-label', 'alt', 'title', 'placeholder', 'content', 'data-result-text', 'data-results-text', 'data-no-results-text', 'data-list-label',
  'data-show-all-sections', 'data-hide-section-aria-label'];
const NOT_SAID = { meta: ['viewport', 'theme-color', 'robots'] };

function unmarked(html) {
  const found = [];
  const judge = (text, where) => {
    // Everything but numbers and punctuation must carry the mark.
    if (/\p{L}/u.test(text) && !text.includes(MARK)) found.push(`${where}: ${text.trim().slice(0, 80)}`);
  };
  const walk = (node) => {
    if (['script', 'style'].includes(node.nodeName)) return;
    if (node.nodeName === '#text') judge(node.value, node.parentNode.nodeName);
    for (const { name, value } of node.attrs ?? []) {
      const meta = (node.attrs.find((a) => a.name === 'name') ?? {}).value;
      if (SAID.includes(name) && !(NOT_SAID[node.nodeName] ?? []).includes(meta)) judge(value, `${node.nodeName} ${name}`);
    }
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(parse(html));
  return found;
}

const ready = (server) => until(async () =>
  (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass');
const get = async (server, url, options) => (await fetch(server.url + url, { redirect: 'manual', ...options })).text();
const post = (fields, headers = {}) => ({ method: 'POST', body: new URLSearchParams(fields), headers });

const dir = markedSite();
let server = await start(dir);
await ready(server);
const pages = new Map([
  ...['/', '/top/', '/a/', '/b/', '/all/', '/feedback/thanks/', '/nowhere/', '/gone/', '/broken/', '/search', '/search?q=kraken',
    '/search?q=kraken&page=2', '/search?q=krakn', '/search?q=xyzzy', '/search?q=%C2%B6+marking'].map((url) => [url, get(server, url)]),
  ['a form that is not complete', get(server, '/feedback', post({ page: '/a/' }))],
  ['a comment that is too long', get(server, '/feedback', post({ page: '/a/', useful: 'no', comment: '¶'.repeat(9000) }))],
  ['a form from elsewhere', get(server, '/feedback', post({ page: '/a/', useful: 'no' }, { 'sec-fetch-site': 'cross-site' }))],
]);
for (const [name, html] of pages) {
  // What readers typed is theirs.
  const text = (await html).replaceAll(/xyzzy|krakn|(?<=<strong>)kraken(?=<\/strong>)|<mark>kraken<\/mark>|<code>[0-9a-f-]+<\/code>/g, '');
  const left = unmarked(text);
  check(`${name} is a page of ours`, text.includes('govuk-template') && text.includes('lang="xx"'), text.slice(0, 200));
  check(`${name}: no word that is not in a data file`, left.length === 0, left.join('\n    '));
}
await server.stop();
server = await start(dir, ['--dev']);
const left = unmarked(await get(server, '/c/'));
check('notices for authors too', left.length === 0, left.join('\n    '));
await server.stop();

// ---- Welsh comes with the sample: all of it ----
{
  const names = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8').split('\n').filter((line) => /^\s*("?\w+"?):/.test(line)).map((line) => /^\s*"?\w+"?/.exec(line)[0]);
  check('the Welsh words have the keys of the English ones', JSON.stringify(names('data/_data/words/cy.yaml')) === JSON.stringify(names('data/_data/text.yaml')), names('data/_data/text.yaml').filter((key) => !names('data/_data/words/cy.yaml').includes(key)).join());
  const both = sampleSite();
  fs.writeFileSync(path.join(both, 'data/cysylltu.md'), front(['layout: layouts/guidance.njk', 'lang: cy', 'title: Cysylltu', 'description: Sut i gysylltu.', 'datePublished: 2026-03-01']) + 'Testun kraken.\n');
  server = await start(both);
  await until(async () => JSON.parse(await get(server, '/readyz')).checks['search:index'][0].status === 'pass', 20000);
  const page = await get(server, '/cysylltu/');
  check('a page with `lang` alone speaks its language', /<html lang="cy"/.test(page) && />Hafan</.test(page) && /Cyhoeddwyd <time datetime="2026-03-01">1 Mawrth 2026/.test(page) && /A yw&#39;r dudalen hon yn ddefnyddiol\?/.test(page), page.slice(0, 300));
  const results = (await get(server, '/search?q=kraken&lang=cy')).replace(/\s+/g, ' ');
  check('so does a search from it', /<h1[^>]*>Chwilio<\/h1>/.test(results) && /1 canlyniad/.test(results) && /href="\/cysylltu\/"/.test(results), results.slice(0, 300));
  check('and one that finds nothing', /Nid oes tudalennau yn cyfateb i “xyzzyplugh”/.test(await get(server, '/search?q=xyzzyplugh&lang=cy')));
  await server.stop();
}

// ---- every word defined is used, and every word used is defined ----

const source = fs.readFileSync(path.join(ROOT, 'data/_data/text.yaml'), 'utf8');
const keys = new Set();
let group = '';
for (const line of source.split('\n')) {
  const top = /^(\w+):/.exec(line);
  const inner = /^ {2}"?(\w+)"?:/.exec(line);
  if (top) group = top[1];
  if (inner) keys.add(`${group}.${inner[1]}`);
  else if (top && !/^\w+:$/.test(line)) keys.add(top[1]);
}
const templates = fs.readdirSync(path.join(ROOT, 'templates'), { recursive: true })
  .filter((name) => name.endsWith('.njk')).map((name) => fs.readFileSync(path.join(ROOT, 'templates', name), 'utf8')).concat(['feedback-thanks.njk', 'changes.njk', 'a-z.njk', 'topics.njk'].map((name) => fs.readFileSync(path.join(ROOT, 'data', name), 'utf8'))).join('\n').replace(/\{#[\s\S]*?#\}/g, '');
const used = new Set([...templates.matchAll(/\btext\.(\w+)(?:\.(\w+)|\["(\w+)"\])?/g)].map((m) => m.slice(1).filter(Boolean).join('.')));
for (const key of used)
  check(`text.${key} is in text.yaml`, keys.has(key) || [...keys].some((k) => k.startsWith(`${key}.`)), key);
for (const key of keys)
  check(`text.${key} is used`, used.has(key) || used.has(key.split('.')[0]) || /^(error|gone)\./.test(key), key);

// ---- two languages on one site ----

const two = sampleSite();
fs.mkdirSync(path.join(two, 'data/cy'));
fs.writeFileSync(path.join(two, 'data/cy/cy.yaml'), `lang: cy
languageName: Cymraeg
text:
  skip_link: Neidio i'r prif gynnwys
  home: Hafan
  page: {updated: Diweddarwyd, languages: Iaith}
  months: {1: Ionawr, 2: Chwefror, 3: Mawrth, 11: Tachwedd, 12: Rhagfyr}
`);
const contact = fs.readFileSync(path.join(two, 'data/contact.md'), 'utf8');
const alternate = (lang, name, url) => contact.replace('---\n', `---\nalternates: [{lang: ${lang}, name: ${name}, url: ${url}}]\n`);
fs.writeFileSync(path.join(two, 'data/contact.md'), alternate('cy', 'Cymraeg', '/cy/contact/'));
fs.writeFileSync(path.join(two, 'data/cy/contact.md'), alternate('en', 'English', '/contact/').replace(/key: "Contact"/, 'key: "Cysylltu"'));
const inWelsh = (title, more = [], body = 'testun\n') => front(['layout: layouts/guidance.njk', `title: ${title}`, 'description: disgrifiad', ...more]) + body;
for (const [name, source] of [['torri', inWelsh('Torri', ['searchable: false'], '{{ nothing() }}\n')], ['llyfr', inWelsh('Llyfr')], ['dyfodol', inWelsh('Dyfodol', [`publishAt: 2999-01-01`])],
  ['a-i-y', inWelsh('A i Y', ['searchable: false', 'hideContents: true'], '{% include "includes/a-z.njk" %}\n')]]) fs.writeFileSync(path.join(two, `data/cy/${name}.md`), source);
const early = (name, twin) => fs.writeFileSync(path.join(two, `data/${name}.md`), inWelsh(name, [`alternates: [{lang: cy, name: Cymraeg, url: ${twin}}]`]));
early('waiting', '/cy/dyfodol/');
early('missing', '/cy/dim/');
early('elsewhere', 'https://other.example/cy/');
{
  const file = path.join(two, 'guidance.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^redirects:$/m, 'redirects:\n  - {from: /cy/hen/, status: 410}').replace(/^theme:$/m, `theme:
  translations:
    cy:
      name: Llawlyfr Cymraeg
      navigation: [{text: Cychwyn, href: /cy/contact/}]
      contact: {href: /cy/contact/, text: Cysylltu â'r tîm}
      footer: {links: [{text: Cwcis, href: /cookies/}]}`));
}
server = await start(two);
for (const [url, offered] of [['/waiting/', false], ['/missing/', false], ['/elsewhere/', true], ['/contact/', true]]) {
  const html = await get(server, url);
  check(`${url}: the switch is ${offered ? '' : 'not '}offered`, /govuk-language-navigation/.test(html) === offered && /hreflang="cy"/.test(html) === offered, /<nav class="govuk-language[^]*?<\/nav>/.exec(html)?.[0]);
}
{
  // It comes by itself when the twin is published, or no longer a draft, and goes when it expires;
  // the page itself is not touched. Other pages that name the same twin are remembered with it.
  const moment = (ms) => new Date(Date.now() + ms).toISOString();
  const offered = async (name) => /hreflang="cy"/.test(await get(server, `/${name}/`));
  for (const name of ['soon', 'ends', 'drafted']) early(name, `/cy/${name}/`);
  fs.writeFileSync(path.join(two, 'data/cy/drafted.md'), inWelsh('Drafft', ['draft: true']));
  fs.writeFileSync(path.join(two, 'data/cy/ends.md'), inWelsh('Daw i ben', [`expireAt: ${moment(6000)}`]));
  fs.writeFileSync(path.join(two, 'data/cy/soon.md'), inWelsh('Cyn hir', [`publishAt: ${moment(6000)}`]));
  check('a page that comes is not offered, one that goes is', await until(() => offered('ends'), 5000) && !(await offered('soon')) && !(await offered('drafted')), [await offered('ends'), await offered('soon'), await offered('drafted')].join());
  check('when published, it is offered', await until(() => offered('soon'), 20000));
  check('and when expired no longer', await until(async () => !(await offered('ends')), 20000));
  fs.writeFileSync(path.join(two, 'data/cy/drafted.md'), inWelsh('Drafft'));
  check('a draft is offered once it is none', await until(() => offered('drafted'), 20000));
  fs.writeFileSync(path.join(two, 'data/cy/drafted.md'), inWelsh('Drafft', ['draft: true']));
  check('and not again when it is one', await until(async () => !(await offered('drafted')), 20000));
  for (const name of ['soon', 'ends', 'drafted']) for (const folder of ['data', 'data/cy']) fs.rmSync(path.join(two, folder, `${name}.md`));
  await until(async () => (await fetch(`${server.url}/soon/`)).status === 404, 20000);
}
const welsh = await get(server, '/cy/contact/');
const english = await get(server, '/contact/');
check('the page says its language', /<html lang="cy"/.test(welsh) && /<html lang="en"/.test(english));
check('its words are of that language', /Neidio i&#39;r prif gynnwys/.test(welsh) && />Hafan</.test(welsh));
check('dates too', /Diweddarwyd <time datetime="2026-11-02">2 Tachwedd 2026/.test(welsh), /<p class="app-meta">[\s\S]*?<\/p>/.exec(welsh)?.[0]);
for (const url of ['/cy/contact/', '/cy/no-such-page/', '/search?q=xyzzy&lang=cy']) {
  const html = await get(server, url);
  check(`${url}: so is what the settings say of the site`, /<title>[^<]* - Llawlyfr Cymraeg\s*<\/title>/.test(html) && html.includes('<span>Llawlyfr Cymraeg</span>') && />\s*Cychwyn\s*</.test(html) && />Cwcis</.test(html) && !/>\s*Help for content designers\s*<|Accessibility statement|Secure by Design handbook/.test(html), html.slice(0, 600));
  check(`${url}: and what it says in one language only stays`, html.includes('This handbook is a sample.') && html.includes('Example Department'));
}
check('the contact too', welsh.includes('Cysylltu â&#39;r tîm') || welsh.includes("Cysylltu â'r tîm"), /app-help.*/.exec(welsh)?.[0]);
check('other pages keep what the settings say', !/Cychwyn|Cwcis|Llawlyfr/.test(english) && english.includes('Contact the handbook team'));
check('what is left out stays English', welsh.includes('Is this page useful?'));
check('the other language is not touched', english.includes('Skip to main content') && english.includes('November 2026'));
check('the switch leads to the same page and says its language',
  /<a class="govuk-language-navigation__link" href="\/contact\/" rel="alternate"\s+lang="en"\s+hreflang="en">English/.test(welsh) &&
  /<a class="govuk-language-navigation__link" href="\/cy\/contact\/" rel="alternate"\s+lang="cy"\s+hreflang="cy">Cymraeg/.test(english),
  /<nav class="govuk-language[\s\S]*?<\/nav>/.exec(welsh)?.[0]);
check('and the head names both, whole', ['en" href="http[^"/]*//[^"/]+/contact/"', 'cy" href="http[^"/]*//[^"/]+/cy/contact/"'].every((link) => [welsh, english].every((html) => new RegExp(`<link rel="alternate" hreflang="${link}>`).test(html))), /<link rel="alternate"[^]*?<link rel="style/.exec(welsh)?.[0]);
check('a Welsh page offers the Welsh feed, an English one all', /application\/atom\+xml"[^>]* href="\/feed\.xml\?lang=cy"/.test(welsh) && /application\/atom\+xml"[^>]* href="\/feed\.xml"/.test(english));
const feed = await get(server, '/feed.xml'), welshFeed = await get(server, '/feed.xml?lang=cy');
check('the feed says which entries are in another language', /<feed xmlns="[^"]+" xml:lang="en">/.test(feed) && (feed.match(/<entry xml:lang="cy">/g) ?? []).length === 2 && (feed.match(/<entry>/g) ?? []).length > 5, feed.slice(0, 500));
check('the feed of a language has its pages only, and a name of its own', /<feed xmlns="[^"]+" xml:lang="cy">/.test(welshFeed) && (welshFeed.match(/<entry/g) ?? []).length === 2 && /<id>[^<]*\/cy\/contact\/<\/id>/.test(welshFeed) && /<id>[^<]+feed\.xml\?lang=cy<\/id>/.test(welshFeed) && /rel="self" href="[^"]+\/feed\.xml\?lang=cy"/.test(welshFeed), welshFeed.slice(0, 700));
check('the site map and pages.json too', ((await get(server, '/sitemap.xml?lang=cy')).match(/<loc>/g) ?? []).length === 2 && JSON.parse(await get(server, '/pages.json?lang=cy')).pages.every((p) => p.url.startsWith('/cy/')), `${await get(server, '/sitemap.xml?lang=cy')} ${await get(server, '/pages.json?lang=cy')}`);
check('what cannot be a language is none', (await get(server, '/feed.xml?lang=%22%3E')) === feed);
{
  // The server's own answers are in the language of the page that they are about.
  const lang = (html) => /<html lang="(\w+)"/.exec(html)?.[1];
  for (const [what, url, expected, words] of [
    ['an address that does not exist', '/cy/dim/', 'cy', /Heb ddod o hyd i&#39;r dudalen/], ['one deep in a folder', '/cy/a/b/c/', 'cy', /Heb ddod o hyd/],
    ['an English one', '/contact/dim/', 'en', /Page not found/], ['an address that is gone', '/cy/hen/', 'cy', /Mae&#39;r dudalen hon wedi&#39;i dileu/],
    ['a page that fails', '/cy/torri/', 'cy', /Mae&#39;n ddrwg gennym/], ['thanks', '/feedback/thanks/?/cy/contact/', 'cy', /Diolch am eich adborth[^]*href="\/cy\/contact\/"[^>]*>Yn ôl i&#39;r dudalen/],
    ['thanks from an English page', '/feedback/thanks/?/contact/', 'en', /Thank you for your feedback[^]*href="\/contact\/"/], ['thanks from nowhere', '/feedback/thanks/', 'en', /Thank you/],
  ]) {
    const html = await get(server, url);
    check(`${what} is answered in ${expected}`, lang(html) === expected && words.test(html), `${lang(html)} ${/<h1[^]*?<\/main>/.exec(html)?.[0]}`);
  }
  const refused = await get(server, '/feedback', post({ page: '/cy/contact/' }));
  check('a form that is refused too', lang(refused) === 'cy' && /Nid yw eich adborth wedi&#39;i gadw/.test(refused), refused.slice(0, 200));
}
{
  // A to Z, topics and what changed are lists of one language.
  const lists = { '/a-z/': await get(server, '/a-z/'), '/cy/a-i-y/': await get(server, '/cy/a-i-y/') };
  check('A to Z has the pages of its language', !/href="\/cy\//.test(/<main[^]*<\/main>/.exec(lists['/a-z/'])[0]) && !/href="\/help\//.test(/<main[^]*<\/main>/.exec(lists['/cy/a-i-y/'])[0]) && /href="\/cy\/contact\/"/.test(lists['/cy/a-i-y/']), /<main[^]*?<\/main>/.exec(lists['/cy/a-i-y/'])?.[0]);
  check('a Welsh one has the letters of Welsh', /<h2[^>]*id="ll">Ll<\/h2>\s*<ul[^>]*>\s*<li><a[^>]*href="\/cy\/llyfr\/"/.test(lists['/cy/a-i-y/']), /<main[^]*?<\/main>/.exec(lists['/cy/a-i-y/'])?.[0]);
}
check('the switch has a name', /<nav class="govuk-language-navigation" aria-label="Iaith"/.test(welsh));
await server.stop();
finish('language');
