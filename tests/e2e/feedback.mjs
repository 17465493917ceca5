// SPDX-License-Identifier: MIT
//
// What is answered with success is on disk: a thousand posts at the same time, the server killed
// in the middle of them and started again, and every post that was confirmed is in the export.
import { execFileSync } from 'node:child_process';
import { BINARY, check, finish, site, start } from './harness.mjs';

const POSTS = 1000;
const KILL_AFTER = 300;
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
    lost++; // the connection went with the server: whether it was stored is anybody's guess
  }
  if (confirmed.size === KILL_AFTER) server.child.kill('SIGKILL');
}

const exported = (format) =>
  execFileSync(BINARY, ['feedback', 'export', '--site', dir, '--format', format], { encoding: 'utf8', maxBuffer: 1 << 26 });

let server = await start(dir);
await Promise.all(Array.from({ length: POSTS }, (_, n) => post(server, n)));
const { signal } = await server.exited;
check('the server was killed with posts under way', signal === 'SIGKILL' && lost > 0, `${signal}, ${lost} lost`);
check('many were confirmed before that', confirmed.size >= KILL_AFTER, confirmed.size);
check('none was refused', refused === 0, refused);

server = await start(dir);
await Promise.all(Array.from({ length: 100 }, (_, n) => post(server, POSTS + n)));
check('it takes feedback again', [...confirmed].filter((n) => n >= POSTS).length === 100);
await server.stop();

const entries = JSON.parse(exported('json'));
const stored = new Map(entries.map((entry) => [entry.page, entry]));
const missing = [...confirmed].filter((n) => !stored.has(`/page-${n}/`));
check('every confirmed post is stored', missing.length === 0, missing);
check('none is stored twice', entries.length === stored.size, `${entries.length} entries, ${stored.size} pages`);
check('as it was sent', [...confirmed].every((n) => stored.get(`/page-${n}/`)?.comment === `number ${n}, “quoted”`));
const csv = exported('csv').trim().split(/\r?\n/);
check('the CSV has a line each and a head', csv.length === entries.length + 1, csv[0]);
finish('feedback');
