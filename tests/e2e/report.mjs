// SPDX-License-Identifier: MIT
//
// The owners' report over a generated year: the command in every format, and the admin listener's
// page, checked by axe; what it must not show, and to whom.
import { spawnSync, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { judge, launch, open, SHOTS } from './chromium.mjs';
import { BINARY, check, finish, site, start } from './harness.mjs';

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
const port = await new Promise((resolve) => {
  const listener = net.createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = listener.address();
    listener.close(() => resolve(free));
  });
});
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
check('CSV: a row a page', rows.length === 7 && rows[0].split(',').length === rows[1].replace(/"[^"]*"/g, '').split(',').length && rows.some((row) => row.startsWith('"/late/","data/late.md","Late & more","Team A",') && row.endsWith(',overdue,0,7,1,0,0,2,1')), rows.join('\n'));
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
await browser.close();
await server.stop();
finish('report');
