// SPDX-License-Identifier: MIT
//
// Every kind of page that readers, authors, reviewers and owners see, in Chromium: at four widths,
// on paper, in the dark scheme and in forced colours. axe finds nothing in any of them, and what a
// screen reader speaks has its landmarks, names and order. build/screenshots/kinds keeps a picture
// of each and what is spoken of it, for people to look at: KIND/1280.png … KIND/spoken.txt.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { judge, launch, SHOTS, show, tab } from './chromium.mjs';
import { BINARY, check, finish, freePort, ROOT, sampleSite, site, start, until } from './harness.mjs';
import { commit, git, push, repository } from './repository.mjs';
import { speak, stumbles } from './speech.mjs';

const KINDS = path.join(SHOTS, 'kinds');
fs.rmSync(KINDS, { recursive: true, force: true });

// ---- the sites: the sample for readers and for authors, in git for reviewers, and a new one ----

const guidance = (lines, body) =>
  `---\nlayout: layouts/guidance.njk\nsection: Secure by Design\ndescription: A page of the tests.\n${lines}\n---\n${body}`;
const ALL = `Text[^1] of the HTML kind, ==marked==, ++inserted++, H~2~O and m^2^.

> [!NOTE]
> A note.

::: info

In a container.

:::

![A harbour with two piers](/assets/images/logo.svg "The harbour")

Term
: What it means

- [x] done
- [ ] not done

| one | two | three | four | five | six |
| --- | --- | --- | --- | --- | ---: |
| a long word of text | a long word of text | a long word of text | a long word of text | a long word of text | 6 |

## Code

\`\`\`yaml {data-lines="2"}
name: Guide
lang: en
\`\`\`

<https://example.org/autolink>

[^1]: A footnote.

*[HTML]: HyperText Markup Language
`;
// Every extension of Markdown is on: the program names them.
const EXTENSIONS = [...execFileSync(BINARY, ['--reference', 'markdown-extensions'], { encoding: 'utf8' }).matchAll(/^\| `(\w+)`/gm)].map((m) => m[1]);

const OPTIONS = { containers: '[info]', figures: '{caption: true}', task_lists: '{label: true}' };

const dir = sampleSite();
const write = (name, text) => {
  fs.mkdirSync(path.dirname(path.join(dir, 'data', name)), { recursive: true });
  fs.writeFileSync(path.join(dir, 'data', name), text);
};
write('withdrawn.md', guidance(`title: Withdrawn
dateUpdated: 2026-11-02
owner: Handbook team
audience: [Service owners, Risk owners]
classification: OFFICIAL-SENSITIVE
withdrawn: Replaced by the policy of 2026.
changes: [{date: 2026-11-02, note: Withdrawn.}, {date: 2026-06-15, note: First published.}]`, '## One\n\ntext\n\n## Two\n\ntext\n'));
write('everything.md', guidance('title: Everything\nsearchable: false\nclassification: OFFICIAL', ALL));
write('draft.md', guidance('title: Draft\ndraft: true\nreviewBy: 2025-01-31', 'text\n'));
write('broken.md', guidance('title: Broken\nsearchable: false', '{{ nothing() }}\n'));
write('english.md', guidance('title: Two languages\nalternates: [{lang: cy, name: Cymraeg, url: /cy/dwy-iaith/}]', '## One\n\ntext\n'));
write('cy/cy.yaml', 'lang: cy\n');
write('cy/dwy-iaith.md', guidance('title: Dwy iaith\nalternates: [{lang: en, name: English, url: /english/}]\ndateUpdated: 2026-11-02\nchanges: [{date: 2026-11-02, note: Cyhoeddwyd.}]', '## Un\n\nGwasanaeth kraken i bawb.\n\n## Dau\n\ntestun\n')
  .replace('Secure by Design', 'Diogel').replace('A page of the tests.', 'Tudalen brawf.'));
const settings = path.join(dir, 'guidance.yaml');
fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8')
  .replace(/^redirects:$/m, 'redirects:\n  - {from: /gone/, status: 410}')
  .replace(/^markdown:$/m, `markdown:\n${EXTENSIONS.map((name) => `  ${name}: ${OPTIONS[name] ?? true}`).join('\n')}`));

// A year of what readers say, for the report.
const seed = (file) => {
  const now = Date.now() / 1000;
  const entry = (i) => `(${Math.floor(now - (360 - i) * 86400)}, '/secure-by-design/${i % 3 ? 'roles' : 'checklists'}/', '${i % 4 ? 'yes' : 'no'}', '${i % 20 ? '' : 'Too long'}', 'u${i}')`;
  execFileSync('sqlite3', ['-cmd', '.timeout 9000', file, `INSERT INTO entries(at, page, useful, comment, uid) VALUES ${Array.from({ length: 360 }, (_, i) => entry(i)).join(',')}`]);
};

const IDLE = ['--limits-idle-timeout', '1h'];
const port = await freePort();
const readers = await start(dir, ['--admin-listen', `127.0.0.1:${port}`, ...IDLE]);
const owners = { url: `http://127.0.0.1:${port}` };
const authors = await start(dir, ['--dev', '--cache', ':memory:', ...IDLE]);
seed(path.join(dir, '.guidanced/feedback.db'));

const files = (folder) => Object.fromEntries(fs.readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  .map((e) => path.join(e.parentPath ?? e.path, e.name)).map((file) => [path.relative(ROOT, file), fs.readFileSync(file, 'utf8')]));
const repo = repository({ ...files('data'), ...files('templates') }, `${fs.readFileSync(path.join(ROOT, 'guidance.yaml'), 'utf8')}\ngit:\n  history: 5\n  authors: true\n`);
git(repo.clone, 'checkout', '-q', '-b', 'words/of-contact');
const contact = fs.readFileSync(path.join(repo.clone, 'data/contact.md'), 'utf8');
commit(repo, { 'data/contact.md': contact.replace(/^(---[\s\S]*?---\n)/, '$1\nOwls answer within two nights.\n\n'), 'data/new-page.md': guidance('title: A new page', '## What is new\n\nAll of it.\n'), 'data/cookies.md': null }, 'Say when we answer');
push(repo, 'words/of-contact');
const overlay = site({});
fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(overlay, 'node_modules'));
fs.mkdirSync(path.join(overlay, 'build'));
fs.symlinkSync(path.join(ROOT, 'build/assets'), path.join(overlay, 'build/assets'));
const reviewers = await start(overlay, ['--git', repo.bare, '--ref', 'main', '--git-overlay', overlay, '--follow-links', 'anywhere', '--git-preview-networks', '127.0.0.0/8', '--cache', ':memory:', ...IDLE]);

const starter = path.join(site({}), 'new');
execFileSync(BINARY, ['init', starter]);
fs.writeFileSync(path.join(starter, 'data/guides/wide.md'), `---\ntitle: Wide\neleventyNavigation: {key: Wide, parent: Guides}\n---\n${ALL.slice(ALL.indexOf('| one'), ALL.indexOf('## Code'))}\n`);
const newcomers = await start(starter, ['--cache', ':memory:', ...IDLE]);

for (const server of [readers, authors, newcomers])
  await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000);

// ---- the kinds: a name, a server, an address, a status; then what a reader does there ----

const openWhy = (page) => page.locator('.app-feedback__no > summary').click();
const suggest = async (page) => {
  await page.locator('#site-search').pressSequentially('manag');
  await page.getByRole('listbox').waitFor();
};
const preview = '/-/preview/words/of-contact';
const KIND = [
  ['home', readers, '/', 200], ['section', readers, '/secure-by-design/', 200], ['page', readers, '/secure-by-design/roles/', 200],
  ['long-page', readers, '/secure-by-design/manage-security-risks/', 200], ['whole-section', readers, '/secure-by-design/print/', 200],
  ['everything', readers, '/everything/', 200], ['help', readers, '/help/markdown/', 200], ['components', readers, '/help/components/govuk/', 200],
  ['accessibility', readers, '/accessibility-statement/', 200],
  ['search', readers, '/search?q=risk', 200], ['search-second', readers, '/search?q=risk&page=2', 200], ['search-none', readers, '/search?q=xyzzyplugh', 200],
  ['search-corrected', readers, '/search?q=mange+risks', 200], ['search-left-out', readers, '/search?q=supplier+contract+xyzzyplugh', 200],
  ['search-empty', readers, '/search', 200], ['suggestions', readers, '/contact/', 200, suggest],
  ['a-z', readers, '/a-z/', 200], ['topics', readers, '/topics/', 200], ['whats-new', readers, '/changes/', 200],
  ['feedback', readers, '/secure-by-design/roles/', 200, openWhy], ['thanks', readers, '/feedback/thanks/?/secure-by-design/roles/', 200],
  ['not-found', readers, '/secure-by-design/role/', 404], ['gone', readers, '/gone/', 410], ['failed', readers, '/broken/', 500],
  ['withdrawn', readers, '/withdrawn/', 200], ['two-languages', readers, '/english/', 200], ['welsh', readers, '/cy/dwy-iaith/', 200],
  ['welsh-search', readers, '/search?q=kraken&lang=cy', 200], ['welsh-not-found', readers, '/cy/dim/', 404],
  ['draft', authors, '/draft/', 200], ['development-error', authors, '/broken/', 500],
  ['page-history', reviewers, '/contact/', 200, (page) => page.locator('#changes summary').click()],
  ['previews', reviewers, '/-/preview/', 200], ['preview', reviewers, preview, 200], ['branch-changes', reviewers, '/-/changes/words/of-contact', 200],
  ['report', owners, '/-/report', 200],
  ['new-site', newcomers, '/', 200], ['new-page', newcomers, '/guides/write-a-page/', 200], ['new-search', newcomers, '/search?q=dashes', 200], ['new-not-found', newcomers, '/nothing/', 404],
  ['new-table', newcomers, '/guides/wide/', 200],
  ...['callout', 'do-dont', 'steps', 'contact', 'attachment', 'related'].map((name) => [`component-${name}`, readers, `/help/components/${name}/`, 200, null, /^(1280|dark|forced)$/]),
];
const LOOKS = [
  ['1280', { viewport: { width: 1280, height: 900 } }], ['768', { viewport: { width: 768, height: 1024 } }],
  ['375', { viewport: { width: 375, height: 800 } }], ['320', { viewport: { width: 320, height: 640 } }],
  ['print', { viewport: { width: 794, height: 1123 } }, 'print'],
  ['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }], ['dark-375', { viewport: { width: 375, height: 800 }, colorScheme: 'dark' }],
  ['forced', { viewport: { width: 1280, height: 900 }, forcedColors: 'active' }],
];
const only = process.argv.slice(2);

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const DARK = 'rgb(22, 24, 25)';

async function look(shown, looks, media, [kind, server, url, status, act]) {
  await shown.page.emulateMedia({ media: null });
  await show(shown, server.url, url, status);
  if (act) await act(shown.page);
  if (media) await shown.page.emulateMedia({ media });
  const { wrong } = await judge(shown);
  if (media && !(await shown.page.evaluate((name) => matchMedia(name).matches, media))) await shown.page.emulateMedia({ media: null }), await shown.page.emulateMedia({ media });
  if (media) check(`${kind}: it is paper`, await shown.page.evaluate((name) => matchMedia(name).matches, media));
  check(`${kind}, ${looks}`, wrong.length === 0, wrong.join('\n    '));
  if (looks.startsWith('dark') && server !== newcomers && shown.page.url().startsWith(readers.url)) check(`${kind}, ${looks}: is dark`, (await background(shown.page)) === DARK, await background(shown.page));
  fs.mkdirSync(path.join(KINDS, kind), { recursive: true });
  await shown.page.screenshot({ path: path.join(KINDS, kind, `${looks}.png`), fullPage: true });
  if (looks !== '1280') return;
  const spoken = await speak(shown.page);
  fs.writeFileSync(path.join(KINDS, kind, 'spoken.txt'), `${await shown.page.title()}\n\n${spoken.map((node) => node.line).join('\n')}\n`);
  const stumbled = stumbles(spoken, await shown.page.title(), !/^(previews|branch-changes|report)$/.test(kind));
  check(`${kind}, spoken`, stumbled.length === 0, stumbled.join('\n    '));
}

const browser = await launch();
const left = LOOKS.slice();
const walk = async () => {
  for (let next = left.shift(); next; next = left.shift()) {
    const context = await browser.newContext(next[1]);
    const shown = await tab(context);
    for (const kind of KIND)
      if ((!only.length || only.includes(kind[0])) && (kind[5] ?? /./).test(next[0])) await look(shown, next[0], next[2], kind);
    await context.close();
  }
};
await Promise.all([walk(), walk()]);

// What readers once stumbled over stays away.
{
  const context = await browser.newContext({ viewport: { width: 768, height: 1024 }, forcedColors: 'active' });
  const { page } = await tab(context);
  const go = (url) => page.goto(readers.url + url);
  const count = (selector) => page.locator(selector).count();
  await go('/secure-by-design/roles/');
  const bars = await page.locator('.app-section-nav__link').evaluateAll((all) => all.map((e) => [e.hasAttribute('aria-current'), getComputedStyle(e).borderLeftColor === getComputedStyle(document.body).backgroundColor]));
  check('in forced colours only the current page has the bar', bars.length > 8 && bars.every(([current, hidden]) => current !== hidden), JSON.stringify(bars));
  check('at 768 the search has room for some words', (await page.locator('#site-search').boundingBox()).width >= 150, (await page.locator('#site-search').boundingBox()).width);
  const buttons = await page.locator('.app-feedback button, .app-feedback__no > summary').evaluateAll((all) => all.map((e) => [getComputedStyle(e).borderTopStyle, e.getBoundingClientRect().height]));
  check('Yes and No are buttons, and large enough', buttons.length === 2 && buttons.every(([border, height]) => border !== 'none' && height >= 24), JSON.stringify(buttons));
  check('the pager leads both ways', await count('.govuk-pagination__prev a') === 1 && await count('.govuk-pagination__next a') === 1);
  check('dates have their day', /\b\d{1,2} [A-Z][a-z]+ \d{4}/.test(await page.locator('.app-meta').innerText()));
  await go('/secure-by-design/');
  check('the first page of a section is a crumb that leads nowhere', await count('.govuk-breadcrumbs a[href="/secure-by-design/"]') === 0);
  await go('/help/');
  check('help has one name', (await page.locator('.govuk-breadcrumbs, .app-section-nav, h1').allInnerTexts()).every((text) => !/^Help$/m.test(text)), (await page.locator('.govuk-breadcrumbs').innerText()));
  for (const url of ['/no-such/', '/broken/', '/gone/', '/feedback/thanks/', '/search?q=risk']) {
    await go(url);
    check(`${url} has breadcrumbs, so that nothing jumps`, await count('.govuk-breadcrumbs') === 1);
    check(`${url} leads to the start, and to contact, once`, await count('main a[href="/"]') <= 1 && await count('main a[href="/contact/"]') <= 1);
  }
  for (const url of ['/withdrawn/', '/feedback/thanks/', '/no-such/']) {
    await go(url);
    check(`${url} does not ask for feedback`, await count('.govuk-feedback') === 0);
  }
  await page.goto(`${authors.url}/draft/`);
  check('nor does a draft', await count('.govuk-feedback') === 0);
  await go('/help/components/govuk/');
  const edges = await page.locator('.govuk-accordion__section-button').evaluateAll((all) => all.map((e) => getComputedStyle(e).borderBottomColor === getComputedStyle(document.body).backgroundColor));
  check('in forced colours an accordion has no thick bars', edges.length === 2 && edges.every(Boolean), edges);
  await go('/withdrawn/');
  const [marking, header] = await Promise.all([page.locator('.app-marking').first().boundingBox(), page.locator('header').first().boundingBox()]);
  check('the marking is apart from the header', await page.locator('.app-marking').first().evaluate((e) => getComputedStyle(e).borderBottomStyle !== 'none') || header.y > marking.y + marking.height, JSON.stringify([marking, header]));
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  check('on paper, what changed is open', await page.locator('.app-changes details').evaluate((e) => e.open));
  await go('/everything/');
  await page.emulateMedia({ media: 'print' });
  check('on paper, an address that is its own text is there once', await page.evaluate(() => getComputedStyle(document.querySelector('.app-prose a[href="https://example.org/autolink"]'), '::after').content) === 'none');
  await go('/');
  const cards = await page.locator('.app-cards').evaluateAll((all) => all.map((e) => [e.children.length, e.classList.contains('app-cards--four')]));
  check('no card is alone in its row', cards.every(([length, four]) => length % (four ? 4 : 3) !== 1), JSON.stringify(cards));
  await go('/secure-by-design/print/');
  check('a section on one page leads back to its contents', await count('.app-print-section a[href="#print-contents"]') >= 14);
  const icons = [];
  page.on('request', (request) => { if (/favicon\.ico/.test(request.url())) icons.push(request.url()); });
  await page.goto(newcomers.url);
  // Where a button's words are, half-way down.
  const middles = await page.locator('.feedback button, .feedback summary').evaluateAll((all) => all.map((e) => { const range = document.createRange(); range.selectNodeContents(e); const { top, bottom } = range.getBoundingClientRect(); return (top + bottom) / 2; }));
  check('the words of its Yes and No are in line', middles.length >= 2 && Math.abs(middles[0] - middles[1]) < 1, middles);
  check('a new site asks for no icon that is not there', icons.length === 0 && await count('link[rel=icon]') === 1);
  await context.close();
}

// Paper stays light, and a site may have no dark scheme.
{
  const context = await browser.newContext({ colorScheme: 'dark' });
  const shown = await tab(context);
  await show(shown, readers.url, '/help/markdown/');
  await shown.page.emulateMedia({ media: 'print' });
  check('all of the sheet', await shown.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor) === 'rgba(0, 0, 0, 0)');
  check('paper is white', /255, 255, 255|0, 0, 0, 0/.test(await background(shown.page)), await background(shown.page));
  await shown.page.emulateMedia({ media: null });
  await show(shown, readers.url, '/everything/');
  const colours = await shown.page.locator('.footnote-ref a, .footnote-backref').evaluateAll((all) => all.map((e) => getComputedStyle(e).color));
  check('the way back from a footnote has the colour of links', colours.length === 2 && colours[0] === colours[1], colours);
  await show(shown, readers.url, '/topics/');
  check('no topic has the name of a section, shortened', !(await shown.page.locator('main h2').allInnerTexts()).some((text) => text.startsWith('Help')));
  fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace(/^( +)colours:$/m, '$1dark: false\n$1colours:'));
  const light = await start(dir, ['--cache', ':memory:']);
  await show(shown, light.url, '/help/markdown/');
  const { wrong } = await judge(shown);
  check('a site may have no dark scheme', wrong.length === 0 && (await background(shown.page)) === 'rgb(255, 255, 255)', `${await background(shown.page)} ${wrong}`);
  await context.close();
  await light.stop();
}

await browser.close();
for (const server of [readers, authors, reviewers, newcomers]) await server.stop();
finish('kinds');
process.exit();
