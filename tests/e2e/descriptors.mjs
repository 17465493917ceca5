// SPDX-License-Identifier: MIT
//
// When no more files can be opened, the served pages stay the same, whatever is saved or requested
// meanwhile; the cache is kept; and once there are descriptors again, the saved changes show. With
// too few from the start, connections get those that are not kept in reserve.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { BINARY, check, finish, sampleSite, sleep, start, until } from './harness.mjs';

const dir = sampleSite();
// No rendered page is kept: each needs its text.
const server = await start(dir, ['--log-access=false', '--render-cache', '0', '--threads', '2']);
const agents = [1, 2, 3, 4].map(() => new http.Agent({ keepAlive: true, maxSockets: 1 }));
const get = (target, agent = agents[0]) => new Promise((resolve) => {
  http.get({ port: server.port, host: '127.0.0.1', path: target, agent }, (response) => {
    let body = '';
    response.on('data', (d) => (body += d));
    response.on('end', () => resolve({ status: response.statusCode, body, later: response.headers['retry-after'] }));
  }).on('error', (error) => resolve({ status: 0, body: String(error) }));
});
const pages = JSON.parse((await get('/pages.json')).body).pages.map((page) => new URL(page.url, server.url).pathname);
check('there are pages', pages.length > 20, pages.length);
await Promise.all(agents.map((agent) => get('/', agent))); // connected
const limit = (descriptors) => spawnSync('prlimit', ['--pid', String(server.child.pid), `--nofile=${descriptors}:`]).status === 0;
const all = () => Promise.all(agents.map(async (agent) => {
  const bad = [];
  for (const target of pages) {
    const { status, body } = await get(target, agent);
    if (status !== 200 || !body.includes('</html>')) bad.push(`${target} ${status}`);
  }
  return bad;
})).then((lists) => lists.flat());

const index = path.join(dir, 'data/index.md');
// A template that no page has needed yet cannot be read either.
check('every page before', (await all()).length === 0);
fs.writeFileSync(path.join(dir, 'templates/includes/late.njk'), 'It came late.');
fs.writeFileSync(path.join(dir, 'data/late.njk'), '---\ntitle: Late\nlayout: null\n---\n{% if request.query %}{% include "includes/late.njk" %}{% endif %}');
check('a page that may need another template', await until(async () => (await get('/late/')).status === 200, 10000));
// The page is not at fault, and is not counted as broken.
limit(3);
const early = await get('/late/?now');
limit(1024);
check('which cannot be read: later, it says', early.status === 503 && early.later > 0, JSON.stringify(early));
check('and the log says why', (await until(() => /late\.njk: Too many open files/.test(server.log), 5000)) && !/template not found/.test(server.log), server.log.slice(-400));
check('no page is broken', !/broken/.test((await get('/readyz')).body), (await get('/readyz')).body);
check('and then it is there', (await get('/late/?now')).body.includes('It came late.'), (await get('/late/?now')).body);

const EDITS = [
  ['a text', () => fs.appendFileSync(index, '\nThis is new.\n')],
  ['a title', () => fs.writeFileSync(index, fs.readFileSync(index, 'utf8').replace(/^title: /m, 'title: New '))],
  ['a layout', () => fs.appendFileSync(path.join(dir, 'templates/layouts/base.njk'), '\n')],
  ['SIGHUP', () => server.child.kill('SIGHUP')],
];
// A snapshot reads templates as its pages need them. A load that met a lack of descriptors is tried
// again within five seconds: the pages are rendered by the last one.
const settle = async () => {
  for (let last = '', now = null; now !== last; ) {
    last = now;
    await sleep(5500);
    await all();
    now = server.log.match(/generation \d+/g)?.at(-1);
  }
};
for (const [name, edit] of EDITS) {
  await settle();
  if (!check(`${name}: descriptors taken`, limit(3))) break;
  edit();
  await sleep(300);
  const first = await all();
  check(`${name}: every page meanwhile`, first.length === 0, first.join(', '));
  await sleep(5500); // the cache is checked every five seconds
  const second = await all();
  check(`${name}: every page after a while`, second.length === 0, second.join(', '));
  limit(1024);
  check(`${name}: ready again`, await until(async () => (await get('/readyz')).status === 200, 10000), (await get('/readyz')).body);
  const third = await all();
  check(`${name}: every page afterwards`, third.length === 0, third.join(', '));
}
check('what was saved is seen', await until(async () => (await get('/')).body.includes('This is new.'), 10000));
check('the cache was kept', !/rebuilt|no longer be used/.test(server.log), server.log.slice(-800));
const { code } = await server.stop();
check('a clean stop', code === 0, server.log.slice(-400));

// ---- too few from the start ----
const wrapper = path.join(dir, 'few.sh');
fs.writeFileSync(wrapper, `#!/bin/sh\nulimit -n 400\nexec "${BINARY}" "$@"\n`, { mode: 0o755 });
const few = await start(dir, ['--log-access=false', '--threads', '2'], wrapper);
check('it says how many connections there are', /400 file descriptors are allowed, too few for limits.connections: there are \d+/.test(few.log), few.log);
const sockets = Array.from({ length: 390 }, () => net.connect(few.port, '127.0.0.1').on('error', () => {}));
await sleep(1000);
const open = fs.readdirSync(`/proc/${few.child.pid}/fd`).length;
check('descriptors are left', open > 100 && open < 350, open);
fs.appendFileSync(index, '\nSeen nevertheless.\n');
check('a save is read', await until(() => /patched \d+ pages.*generation 2/.test(few.log), 10000), few.log.slice(-600));
sockets.forEach((socket) => socket.destroy());
check('and served', await until(async () => (await (await fetch(few.url)).text()).includes('Seen nevertheless.'), 10000));
await few.stop();
finish('descriptors');
process.exit();
