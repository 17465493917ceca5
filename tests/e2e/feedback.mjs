// SPDX-License-Identifier: MIT
//
// Confirmed feedback is on disk: many clients post all the time, the server is killed meanwhile and
// restarted, and every confirmed post is in the export.
// Then: who may send what, what is kept, and switching it off.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, raw, sampleSite, site, start, statuses } from './harness.mjs';

const CLIENTS = 256;
const KILL_AFTER = 2000;
const dir = site(
  { 'data/index.md': '---\ntitle: Home\n---\ntext\n', 'data/thanks.md': '---\ntitle: x\npermalink: /feedback/thanks/\n---\nx\n' },
  'name: Test\nfeedback: {per_minute: 0}\n',
);
const confirmed = new Set();
let refused = 0;
let lost = 0;

async function post(server, n) {
  const body = new URLSearchParams({ page: `/page-${n}/`, useful: n % 2 ? 'yes' : 'no', comment: `number ${n}, “quoted”` });
  try {
    const response = await fetch(`${server.url}/feedback`, { method: 'POST', body, redirect: 'manual' });
    if (response.status === 303) confirmed.add(n);
    else refused++;
  } catch {
    lost++; // the connection went with the server: it may or may not be stored
  }
  if (confirmed.size === KILL_AFTER) server.child.kill('SIGKILL');
}

const exported = (format, of = dir) =>
  execFileSync(BINARY, ['feedback', 'export', '--site', of, '--format', format], { encoding: 'utf8', maxBuffer: 1 << 26 });

let server = await start(dir);
let posts = 0;
await Promise.all(Array.from({ length: CLIENTS }, async () => {
  while (!lost && posts < 100_000) await post(server, posts++);
}));
const { signal } = await server.exited;
check('the server was killed with posts under way', signal === 'SIGKILL' && lost > 0, `${signal}, ${lost} lost`);
check('many were confirmed before that', confirmed.size >= KILL_AFTER, confirmed.size);
check('none was refused', refused === 0, refused);

server = await start(dir);
await Promise.all(Array.from({ length: 100 }, (_, n) => post(server, posts + n)));
check('it takes feedback again', [...confirmed].filter((n) => n >= posts).length === 100);
await server.stop();

const entries = JSON.parse(exported('json'));
const stored = new Map(entries.map((entry) => [entry.page, entry]));
const missing = [...confirmed].filter((n) => !stored.has(`/page-${n}/`));
check('every confirmed post is stored', missing.length === 0, missing);
check('none is stored twice', entries.length === stored.size, `${entries.length} entries, ${stored.size} pages`);
check('as it was sent', [...confirmed].every((n) => stored.get(`/page-${n}/`)?.comment === `number ${n}, “quoted”`));
const csv = exported('csv').trim().split(/\r?\n/);
check('the CSV has a line each and a head', csv.length === entries.length + 1, csv[0]);

// ---- who may send what ----

const sample = sampleSite();
server = await start(sample, ['--feedback-site', 'https://guide.example']);
const send = (fields, headers = {}, body = new URLSearchParams(fields)) =>
  fetch(`${server.url}/feedback`, { method: 'POST', redirect: 'manual', body, headers });
const good = { page: '/contact/', useful: 'problem' };
const host = `127.0.0.1:${server.port}`;
for (const [name, headers, status] of [
  ['its own page', { 'sec-fetch-site': 'same-origin' }, 303],
  ['an old browser, its own page', { origin: `http://${host}` }, 303],
  ['no browser at all', {}, 303],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a sister site', { 'sec-fetch-site': 'same-site' }, 403],
  ['an old browser, another site', { origin: 'http://evil.example' }, 403],
  ['a site that hides what it is', { origin: 'null' }, 403],
  ['a host that begins alike', { origin: `http://${host}.evil.example` }, 403],
]) {
  // Without fetch, which reserves these fields.
  const body = new URLSearchParams({ ...good, comment: `from ${name}` }).toString();
  const lines = Object.entries({ host, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length, connection: 'close', ...headers });
  const { text } = await raw(server.port, `POST /feedback HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`);
  check(`a form from ${name}: ${status}`, statuses(text)[0] === status, text.slice(0, 200));
}
for (const [type, body] of [['text/plain', 'page=/&useful=yes'], ['application/json', '{"page":"/","useful":"yes"}'], ['multipart/form-data; boundary=x', '--x--']])
  check(`${type} is refused`, (await send({}, { 'content-type': type }, body)).status === 415);
for (const [name, fields, status] of [
  ['no answer', { page: '/' }, 422], ['no page', { useful: 'yes' }, 422], ['another answer', { page: '/', useful: 'maybe' }, 422],
  ['a page elsewhere', { page: 'https://evil.example/', useful: 'yes' }, 422], ['a long page', { page: `/${'x'.repeat(2000)}`, useful: 'yes' }, 422],
  ['a long comment', { ...good, comment: 'x'.repeat(5000) }, 413],
  ['a comment of a character more', { ...good, comment: 'x'.repeat(1201) }, 413],
]) {
  const response = await send(fields);
  const html = await response.text();
  check(`${name}: ${status}, as a page of the site`, response.status === status && /govuk-template[\s\S]*Your feedback has not been saved/.test(html), html.slice(0, 200));
}
for (const [name, comment] of [['characters with line ends', `${'x\r\n'.repeat(599)}xx`], ['characters of four bytes', '\u{1F600}'.repeat(1200)]])
  check(`as many ${name} as a form lets through are taken`, (await send({ ...good, comment })).status === 303);
const before = JSON.parse(exported('json', sample)).length;
check('a robot that fills in every field is thanked', (await send({ ...good, website: 'https://spam.example' })).status === 303);
check('and what it sent is thrown away', JSON.parse(exported('json', sample)).length === before);

// ---- what is kept ----

await send({ ...good, comment: 'plain words' }, { 'user-agent': 'Marker-agent', referer: 'http://marker-referer.example/', 'x-forwarded-for': '203.0.113.77', cookie: 'marker-cookie=1' });
const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|"x"!A1', 'a "quoted" word', 'two\nlines', 'comma, comma', 'ünïcödé 🙂'];
for (const comment of formulas) await send({ ...good, comment });
await server.stop();
const folder = path.join(sample, '.guidanced');
const bytes = fs.readdirSync(folder).filter((name) => name.startsWith('feedback')).map((name) => fs.readFileSync(path.join(folder, name), 'latin1')).join('');
check('what was written is there', bytes.includes('plain words'));
check('nothing of who wrote it', !/marker-|127\.0\.0\.1|203\.0\.113/i.test(bytes), /.{20}(marker-|127\.0\.0\.1|203\.0\.113)/i.exec(bytes)?.[0]);
const kept = JSON.parse(exported('json', sample)).map((entry) => entry.comment);
check('JSON has it as it was written', formulas.every((comment) => kept.includes(comment)), kept);
// RFC 4180: quoted cells, quotes doubled, lines end in CRLF.
const text = '"((?:[^"]|"")*)"';
const cells = [...exported('csv', sample).matchAll(new RegExp(`${[text, text, text].join(',')},"[0-9a-f-]{36}","https://guide\\.example",${text}\r\n`, 'g'))].map((m) => m[3].replaceAll('""', '"'));
check('CSV as well, and no cell is a formula', formulas.every((comment) => cells.includes(/^[=+@-]/.test(comment) ? `'${comment}` : comment)) &&
  cells.every((cell) => !/^[=+@\t-]/.test(cell)), cells.join(' | '));

// ---- limits, and off ----

const settings = path.join(sample, 'guidance.yaml');
const source = fs.readFileSync(settings, 'utf8');
const set = (from, to) => fs.writeFileSync(settings, source.replace(from, to));
set(/^feedback:\n/m, 'feedback:\n  per_minute: 5\n');
server = await start(sample);
const answers = [];
for (let i = 0; i < 12; i++) answers.push(await send(good));
const taken = answers.filter((r) => r.status === 303).length;
const refusedAnswer = answers.find((r) => r.status === 429);
// The minute may end meanwhile.
check('a flood is held back', taken >= 5 && taken <= 10 && refusedAnswer?.headers.get('retry-after') === '60', answers.map((r) => r.status));
await server.stop();
set(/^feedback:\n {2}enabled: true/m, 'feedback:\n  enabled: false');
fs.rmSync(folder, { recursive: true });
server = await start(sample);
check('off by one line: no form', !/action="\/feedback"/.test(await (await fetch(`${server.url}/contact/`)).text()));
check('off: nothing is taken', (await send(good)).status === 404);
check('off: no file is made', !fs.readdirSync(folder).some((name) => name.startsWith('feedback')), fs.readdirSync(folder));
await server.stop();
finish('feedback');
