// SPDX-License-Identifier: MIT
//
// The owners' report over a generated year: the command in every format, and the admin listener's
// page, checked by axe; what it must not show, and to whom. Then usage: what a server counts of
// requests, and what it does not.
import { spawnSync, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { judge, launch, open, SHOTS } from './chromium.mjs';
import { BINARY, check, finish, freePort, site, start, until } from './harness.mjs';

const DAY = 86400000;
const now = Date.now();
const day = (days) => new Date(now + days * DAY).toISOString().slice(0, 10);
const page = (title, lines, body = 'Words.\n') => `---\ntitle: ${title}\ndescription: D of ${title}.\n${lines}---\n${body}`;
const dir = site({
  'data/index.md': page('Home', ''),
  'data/late.md': page('Late & more', `owner: Team A\nreviewBy: ${day(-40)}\ndateUpdated: ${day(-900)}\n`, '[gone](/nothing/)\n'),
  'data/soon.md': page('Soon', `owner: Team B\nreviewBy: ${day(20)}\ndateUpdated: ${day(-10)}\n`),
  'data/later.md': page('Later', `owner: Team A\nreviewBy: ${day(200)}\ndateReviewed: ${day(-300)}\n`),
  'data/old.md': page('Old', `owner: Team A\nreviewBy: ${day(-400)}\nwithdrawn: true\n`),
  'data/draft.md': page('Draft', `owner: Team A\nreviewBy: ${day(-4)}\ndraft: true\n`),
}, 'name: Guide\nurl: https://guide.example\n');
const file = path.join(dir, '.guidanced/feedback.db');
const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(BINARY, ['report', '--site', dir, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};

// ---- without feedback ----
const empty = run();
check('a site without feedback has a report', empty.code === 0 && /^Guide: report of \d{4}-\d\d-\d\d, 5 pages\n/.test(empty.out), empty.out + empty.err);
check('which makes no file', !fs.existsSync(file));

// ---- a year of feedback ----
const entries = [];
const add = (days, url, useful, comment = '') => entries.push(`(${Math.floor((now + days * DAY) / 1000)}, '${url}', '${useful}', '${comment}', 'u${entries.length}')`);
for (let i = 0; i < 360; i++) add(-i, '/soon/', i % 3 ? 'yes' : 'no');
for (let i = 0; i < 7; i++) add(-i - 1, '/late/', 'no', `Too long <${7 - i}>`);
for (let i = 0; i < 2; i++) add(-100 - i, '/late/', 'problem', 'Of old');
add(-3, '/late/', 'problem', '=SUM(A1), "quoted"');
add(-3, '/no-page/', 'no', 'Of a page that is gone');
const port = await freePort();
const server = await start(dir, ['--admin-listen', `127.0.0.1:${port}`]); // makes the file
const admin = `http://127.0.0.1:${port}`;
execFileSync('sqlite3', ['-cmd', '.timeout 9000', file, `INSERT INTO entries(at, page, useful, comment, uid) VALUES ${entries.sort().join(',')}`]);

const text = run();
check('overdue, due: by date, with who owns it', new RegExp(`Reviews overdue: 1\n  ${day(-40)}  /late/  Late & more \\(Team A\\)\n\nReviews due within 60 days: 1\n  ${day(20)}  /soon/  Soon \\(Team B\\)\n`).test(text.out), text.out);
check('withdrawn pages and drafts need none', !/\/old\/|\/draft\//.test(text.out));
check('what readers say, and whether it grows', /\n {2}\/soon\/: 60 yes, 30 no, 0 problems \(before: 60 yes, 30 no, 0 problems\)\n/.test(text.out) && /\n {2}\/late\/: 0 yes, 7 no, 1 problem \(before: 0 yes, 0 no, 2 problems\)\n/.test(text.out), text.out);
check('the newest texts, each on a line', (text.out.match(/ no: "Too long/g) ?? []).length === 4 && text.out.includes(' problem: "=SUM(A1), \\"quoted\\""\n') && !text.out.includes('Too long <1>') && text.out.includes('Too long <7>'), text.out);
check('broken links, at their place', /Broken links: 1\n {2}data\/late\.md:\d+: there is no such page or file: \/nothing\/\n/.test(text.out), text.out);
check('owners', /Owners\n {2}Team A: 3 pages, 1 overdue, 0 due\n {2}Team B: 1 page, 0 overdue, 1 due\n {2}nobody: 1 page, 0 overdue, 0 due\n$/.test(text.out), text.out);
const digest = run('--owner', 'Team B', '--within', '10', '--no-links');
check('a digest for one owner', digest.code === 0 && / for Team B, 1 page\n/.test(digest.out) && !/late|Broken/.test(digest.out) && /within 10 days: 0/.test(digest.out), digest.out);
check('an owner whom no page has', run('--owner', 'Team C').code === 1);
check('what it does not take', ['--within', '--format'].every((option) => run(option, 'x').code === 2) && run('--within', '-3').code === 2);

const rows = run('--format', 'csv').out.split('\r\n');
check('CSV: a row a page', rows.length === 7 && rows[0].split(',').length === rows[1].replace(/"[^"]*"/g, '').split(',').length && rows.some((row) => row.startsWith('"/late/","data/late.md","Late & more","Team A",') && row.endsWith(',overdue,0,7,1,0,0,2,1,,')), rows.join('\n'));
const json = JSON.parse(run('--format', 'json').out);
check('JSON', json.pages.length === 5 && json.weeks.length === 52 && json.weeks.flat().reduce((a, b) => a + b) === 370 && json.links.length === 1 && json.pages.find((p) => p.url === '/late/').comments.length === 5 &&
  json.owners.map((o) => o.name).join() === 'Team A,Team B,' && json.pages.find((p) => p.url === '/later/').reviewed === day(-300), JSON.stringify(json).slice(0, 600));
const atom = run('--format', 'atom', '--owner', 'Team A').out;
const { status } = spawnSync('python3', ['-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())'], { input: atom });
check('Atom, well formed', status === 0 && (atom.match(/<entry>/g) ?? []).length === 6 && atom.includes('<title>review: Late &amp; more</title>') && atom.includes('https://guide.example/late/#review-'), atom);
check('HTML needs nothing beside it', /^<!DOCTYPE html>/.test(run('--format', 'html').out) && !/<link rel="style|src=/.test(run('--format', 'html').out));

// ---- the admin listener ----
check('nobody else is shown it', (await fetch(`${server.url}/-/report`)).status === 404);
const shown = await (await fetch(`${admin}/-/report?format=json&owner=Team+A`)).json();
check('it is on the admin listener, of an owner too', shown.pages.length === 3 && shown.links === null, JSON.stringify(shown).slice(0, 300));
for (const [format, type] of [['csv', 'text/csv'], ['text', 'text/plain'], ['atom', 'application/atom+xml']])
  check(`as ${format}`, (await fetch(`${admin}/-/report?format=${format}`)).headers.get('content-type').startsWith(type));
const browser = await launch();
for (const width of [1280, 375]) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const seen = await open(context, admin, '/-/report');
    const { wrong } = await judge(seen);
    check(`the page at ${width}, ${colorScheme}: nothing is wrong`, wrong.length === 0, wrong.join('\n'));
    check(`the page at ${width}, ${colorScheme}: bars, and their table`, await seen.page.locator('svg rect.no').count() > 50 && await seen.page.locator('details table tbody tr').count() === 52);
    check(`the page at ${width}, ${colorScheme}: texts are texts`, (await seen.page.locator('blockquote').first().innerText()).includes('Too long <7>') || (await seen.page.locator('main').innerText()).includes('Too long <7>'));
    await seen.page.screenshot({ path: path.join(SHOTS, `report-${width}-${colorScheme}.png`), fullPage: true });
    await context.close();
  }
}
await server.stop();

// ---- usage ----
check('without usage.enabled nothing is counted', !fs.existsSync(path.join(dir, '.guidanced/usage.db')) && json.usage === null && !/Visits/.test(text.out));
const used = site({
  'data/index.md': page('Home', ''),
  'data/plain.md': page('Plain', 'owner: Team A\n', 'Words about gardens.\n'),
  'data/quiet.md': page('Quiet', 'owner: Team B\n'),
  'data/board.md': page('Board matters', 'owner: Team A\naudience: board\n'),
}, `name: Guide
url: https://guide.example
usage: {enabled: true}
trusted_proxies: [127.0.0.0/8]
access: {user_header: X-User, groups_header: X-Groups, report_audience: [owners]}
`);
const USAGE = path.join(used, '.guidanced/usage.db');
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let counted = await start(used, ['--admin-listen', `127.0.0.1:${port}`]);
const ask = async (url, headers = {}) => (await fetch(counted.url + url, { headers: { 'user-agent': AGENT, ...headers } })).status;
const times = async (n, ...args) => { for (let i = 0; i < n; i++) await ask(...args); };
await until(async () => (await (await fetch(`${counted.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000);
await times(4, '/plain/');
await times(2, '/plain/', { 'user-agent': 'curl/8.5.0' });
await times(2, '/plain/', { 'user-agent': 'Mozilla/5.0 (compatible; Examplebot/1.0)' });
await times(1, '/board/', { 'x-groups': 'board' });
await times(3, '/search?q=Gardens');
await times(1, '/plain/', { referer: `${counted.url}/search?q=gardens` });
await times(4, '/search?q=zzyzx');
await times(2, '/search?q=jane+doe');
await times(3, '/search?q=jane@mail.example');
await times(3, '/search.json?q=gard&suggest=1');
await times(1, '/lost/', { referer: `${counted.url}/plain/?private=1` });
await times(3, '/from-afar/', { referer: 'https://afar.example/page?private=1' });
await times(2, '/typed/');
await times(1, '/board/', { referer: `${counted.url}/plain/` }); // not for this reader: not there
const usageOf = async () => (await (await fetch(`${admin}/-/report?format=json`)).json());
const all = await until(async () => {
  const now = await usageOf();
  return now.usage?.weeks.at(-1).notFound >= 7 ? now : null;
}, 20000);
const week = all?.usage.weeks.at(-1) ?? {};
check('a week: visits of readers, not of robots and programs', week.visits === 6, JSON.stringify(week));
check('searches and what they found', week.searches === 12 && week.withoutResult >= 4 && week.opened === 1, JSON.stringify(week));
const visitsOf = (url) => all.pages.find((p) => p.url === url).visits.recent;
check('visits by page', visitsOf('/plain/') === 5 && visitsOf('/board/') === 1 && visitsOf('/quiet/') === 0, JSON.stringify(all.pages.map((p) => [p.url, p.visits])));
const gardens = all.usage.searches.find((s) => s.words === 'gardens');
check('words of several, and whether a result was opened', gardens?.searches.recent === 3 && gardens.withoutResult.recent === 0 && gardens.opened.recent === 1 && all.usage.searches.find((s) => s.words === 'zzyzx')?.withoutResult.recent === 4, JSON.stringify(all.usage.searches));
check('missing addresses by referrer', JSON.stringify(all.usage.notFound.map((m) => [m.path, m.referrer, m.times.recent])) === JSON.stringify([['/from-afar/', 'afar.example', 3], ['/board/', '/plain/', 1], ['/lost/', '/plain/', 1]]), JSON.stringify(all.usage.notFound));
await counted.stop();
const bytes = fs.readFileSync(USAGE).toString('latin1');
check('words of few, addresses that few typed, queries, agents and hosts of readers are nowhere in the file', !/jane|typed|private|afar\.example\/|Mozilla|127\.0\.0\.1/.test(bytes), bytes.replace(/[^ -~]+/g, ' ').slice(0, 600));

counted = await start(used);
await times(1, '/plain/');
await counted.stop();
const after = spawnSync(BINARY, ['report', '--site', used, '--no-links'], { encoding: 'utf8' }).stdout;
check('what was not written yet is when it stops, and nothing is lost', /\nVisits of the last 13 weeks: 7 \(before: 0\)\n {2}\/plain\/: 6 \(before: 0\)\n {2}\/board\/: 1 /.test(after), after);
check('a digest says what found nothing, what is missing and what nobody visits', /\nSearches that found nothing: 1\n {2}"zzyzx": 4 of 4 searches \(before: 0\)\n/.test(after) && /\n {2}\/lost\/ from \/plain\/: 1 \(before: 0\)\n/.test(after) && /\nPages not visited since \d{4}-\d\d-\d\d: 2\n {2}\/  Home\n {2}\/quiet\/  Quiet\n/.test(after), after);
const tableOf = (...args) => spawnSync(BINARY, ['report', '--site', used, '--no-links', '--format', ...args], { encoding: 'utf8' });
check('CSV: tables of searches and of missing addresses', tableOf('csv', '--table', 'searches').stdout.includes('\r\n"zzyzx",4,4,0,0,0,0\r\n') && tableOf('csv', '--table', 'not-found').stdout.includes('\r\n"/lost/","/plain/",1,0\r\n') && /,6,0\r\n/.test(tableOf('csv', '--table', 'pages').stdout));
const crowd = Array.from({ length: 103 }, (_, i) => path.join(used, `data/crowd-${i}.md`));
for (const file of crowd) fs.writeFileSync(file, page('One of many', ''));
const crowded = tableOf('html').stdout;
check('a long list is cut, and says by how much', /Pages that nobody has visited.*?<\/table>/s.exec(crowded)?.[0].match(/<tr><td>/g).length === 100 && crowded.includes('<p>And 5 more: the CSV and JSON have all.</p>'), crowded.match(/And .* more/g));
for (const file of crowd) fs.rmSync(file);
check('a table that there is not', tableOf('csv', '--table', 'other').status === 2 && tableOf('json', '--table', 'searches').status === 2);

// A file of something else is left alone; readers do not notice.
fs.writeFileSync(USAGE, 'not a database, and longer than a header of SQLite would be: '.repeat(40));
counted = await start(used, ['--admin-listen', `127.0.0.1:${port}`]);
check('an unusable file is reported, and pages are served', (await ask('/plain/')) === 200 && /usage/.test(counted.log), counted.log);
fs.rmSync(USAGE);
await times(2, '/quiet/');
check('and once it can be used, counting goes on', await until(async () => (await usageOf().catch(() => null))?.pages?.find((p) => p.url === '/quiet/').visits?.recent === 2, 20000), counted.log);

// ---- for an audience ----
const shownTo = async (headers, query = '') => fetch(`${counted.url}/-/report${query}`, { headers });
check('for nobody else', (await shownTo({})).status === 404 && (await shownTo({ 'x-groups': 'board' })).status === 404 && (await shownTo({ 'x-user': 'bob' })).status === 404);
const owners = await (await shownTo({ 'x-groups': 'owners' }, '?format=json')).json();
check('for access.report_audience, without what they may not read', owners.pages.map((p) => p.url).join() === '/,/plain/,/quiet/', JSON.stringify(owners).slice(0, 400));
await times(1, '/board/', { referer: `${counted.url}/plain/` });
await times(1, '/lost/', { referer: `${counted.url}/plain/` });
const missing = await until(async () => {
  const rows = (await usageOf()).usage.notFound.map((m) => m.path).join();
  return rows === '/board/,/lost/' ? rows : null;
}, 20000);
const told = await (await shownTo({ 'x-groups': 'owners' }, '?format=json')).json();
check('nor the addresses of what they may not read', missing && told.usage.notFound.map((m) => m.path).join() === '/lost/', JSON.stringify(told.usage?.notFound));
check('nor is it stored', (await shownTo({ 'x-groups': 'owners' })).headers.get('cache-control') === 'no-store');
for (const width of [1280, 375]) {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const seen = await open(context, admin, '/-/report');
  const { wrong } = await judge(seen);
  check(`usage at ${width}: nothing is wrong`, wrong.length === 0, wrong.join('\n'));
  check(`usage at ${width}: each chart has its table`, await seen.page.locator('svg[role=img]').count() === 4 && await seen.page.locator('details table').count() === 4);
  await seen.page.screenshot({ path: path.join(SHOTS, `report-usage-${width}.png`), fullPage: true });
  await context.close();
}
await browser.close();
const feed = await fetch(`${admin}/-/report?format=atom&owner=Team+A`);
check('a feed and a digest for each owner are linked', feed.status === 200 && (await (await fetch(`${admin}/-/report`)).text()).includes('href="?owner=Team%20A&amp;format=atom"'));
await counted.stop();
finish('report');
