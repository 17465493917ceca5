// SPDX-License-Identifier: MIT
//
// The clock jumps, forward and back, while the server runs: into summer time and out of it, over a
// leap day, the end of 32 bits, the year 9999. Pages appear and go when they should, fields and
// feedback have the right date, and open connections do not notice. By libfaketime, of which the
// server reads the offset from a file; its monotonic clock runs on.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { BINARY, check, finish, patience, site, sleep, start, until } from './harness.mjs';

const LIBRARY = ['x86_64', 'aarch64'].map((name) => `/usr/lib/${name}-linux-gnu/faketime/libfaketimeMT.so.1`).find((name) => fs.existsSync(name));
if (!LIBRARY) {
  console.log('skipped: libfaketime is not here (script/install --tests installs it)');
  finish('time');
  process.exit();
}
// Each: what it is, when it is about to be, and when it is over.
const MOMENTS = [
  ['summer time begins', '2027-03-28T00:59:58Z', '2027-03-28T01:00:00Z'],
  ['summer time ends', '2027-10-31T00:59:58Z', '2027-10-31T01:00:00Z'],
  ['a leap day begins', '2028-02-28T23:59:58Z', '2028-02-29T00:00:00Z'],
  ['a leap day ends', '2028-02-29T23:59:58Z', '2028-03-01T00:00:00Z'],
  ['no leap day in 2100', '2100-02-28T23:59:58Z', '2100-03-01T00:00:00Z'],
  ['32 bits end', '2038-01-19T03:14:06Z', '2038-01-19T03:14:08Z'],
  ['unsigned 32 bits end', '2106-02-07T06:28:14Z', '2106-02-07T06:28:16Z'],
  ['the year 9999 ends', '9999-12-31T23:59:50Z', '9999-12-31T23:59:52Z'],
];
const name = (what) => what.replace(/\W+/g, '-');
const files = { 'data/index.md': '---\ntitle: Home\n---\nHome.\n' };
for (const [what, , at] of MOMENTS) {
  files[`data/new/${name(what)}.md`] = `---\ntitle: New\npublishAt: ${at}\n---\nNew.\n`;
  files[`data/old/${name(what)}.md`] = `---\ntitle: Old\nexpireAt: ${at}\n---\nOld.\n`;
}
const dir = site(files, 'name: Test\nfeedback: {per_minute: 1000, retention_days: 0}\n');
const clock = path.join(dir, 'clock');
// The clock shows that time now.
let shift = 0;
function set(time) {
  shift = Math.round((Date.parse(time) - Date.now()) / 1000);
  fs.writeFileSync(`${clock}.new`, `${shift < 0 ? '' : '+'}${shift}\n`);
  fs.renameSync(`${clock}.new`, clock);
}
set(new Date().toISOString());
Object.assign(process.env, { LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1', TZ: 'Europe/London' });
const starting = start(dir, ['--log-access=false']);
for (const key of ['LD_PRELOAD', 'FAKETIME_TIMESTAMP_FILE', 'FAKETIME_NO_CACHE', 'FAKETIME_DONT_FAKE_MONOTONIC', 'FAKETIME_DONT_RESET', 'TZ']) delete process.env[key];
const server = await starting;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const get = (target, headers = {}) => new Promise((resolve) => {
  http.get({ port: server.port, host: '127.0.0.1', path: target, agent, headers }, (response) => {
    let body = '';
    response.on('data', (d) => (body += d));
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body, port: response.socket?.localPort }));
  }).on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }));
});
const statuses = async (what) => `${(await get(`/new/${name(what)}/`)).status} ${(await get(`/old/${name(what)}/`)).status}`;
const post = async (comment) => (await fetch(`${server.url}/feedback`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ page: '/', useful: 'yes', comment }) })).status;

const port = (await get('/')).port;
for (const [what, before, at] of MOMENTS) {
  set(before);
  const early = await until(async () => (await statuses(what)) === '404 200', 1500);
  if (Date.parse(at) - Date.now() - shift * 1000 > 0) check(`${what}: before it`, early, await statuses(what));
  check(`${what}: and then, by itself`, await until(async () => /^200 4(04|10)$/.test(await statuses(what)), 8000), `${await statuses(what)} ${server.log.slice(-300)}`);
  const page = await get('/');
  const date = Date.parse(page.headers.date);
  check(`${what}: the Date is right`, page.status === 200 && Math.abs(date - (Date.now() + shift * 1000)) < 4000 * patience(), page.headers.date);
  const again = await get('/', { 'If-None-Match': page.headers.etag });
  check(`${what}: an unchanged page is known`, again.status === 304, again.status);
  check(`${what}: feedback is taken`, (await post(`at ${name(what)}.`)) === 303);
  for (const target of ['/feed.xml', '/sitemap.xml', '/readyz', '/search?q=home']) check(`${what}: ${target}`, (await get(target)).status === 200, (await get(target)).body.slice(0, 300));
}

// ---- back ----
set('2026-06-01T12:00:00Z');
check('back by 8,000 years: what is not published yet goes', await until(async () => (await Promise.all(MOMENTS.map(([what]) => statuses(what)))).every((both) => both === '404 200'), 12000), (await Promise.all(MOMENTS.map(([what]) => statuses(what)))).join());
check('the connection has stayed open', (await get('/')).port === port, `${port}`);
await sleep(200);
const stored = JSON.parse(execFileSync(BINARY, ['feedback', 'export', '--site', dir, '--format', 'json'], { encoding: 'utf8' }));
for (const [what, before] of MOMENTS) {
  const entry = stored.find((e) => e.comment === `at ${name(what)}.`);
  const off = Date.parse(entry?.at) - Date.parse(before);
  check(`${what}: the feedback has its date`, off >= 0 && off < 40000 * patience(), entry?.at);
}
const { code } = await server.stop();
check('it stops', code === 0, server.log.slice(-500));
finish('time');
