// SPDX-License-Identifier: MIT
//
// Feedback while its file is moved, deleted, locked, cut, full or slow: confirmed entries are in
// the file of that name, entries that cannot be stored are refused in time, pages are served as
// usual, and /readyz, the metrics and the form report the state.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { BINARY, check, finish, patience, ROOT, sampleSite, site, sleep, start, until } from './harness.mjs';

const PAGES = {
  'data/index.md': '---\ntitle: Home\nlayout: layouts/a.njk\n---\ntext\n',
  'data/thanks.md': '---\ntitle: x\npermalink: /feedback/thanks/\n---\nx\n',
  'templates/layouts/a.njk': '<!doctype html>{% if site.feedback.enabled %}<form action="/feedback"></form>{% endif %}{{ content | safe }}',
};
const SETTINGS = 'name: Test\nfeedback: {per_minute: 0}\n';
const file = (dir) => path.join(dir, '.guidanced/feedback.db');

async function post(server, comment) {
  const began = Date.now();
  const body = new URLSearchParams({ page: '/', useful: 'yes', comment });
  const response = await fetch(`${server.url}/feedback`, { method: 'POST', body, redirect: 'manual' });
  await response.text();
  return { status: response.status, ms: Date.now() - began, comment, retry: response.headers.get('retry-after') };
}
const sql = (name, text) => execFileSync('sqlite3', ['-cmd', '.timeout 9000', name, text], { encoding: 'utf8' }).trim();
const comments = (name) => sql(name, 'SELECT comment FROM entries').split('\n').filter(Boolean);
const ready = async (server) => (await fetch(`${server.url}/readyz`)).json();
const feedbackState = async (server) => (await ready(server)).checks['feedback:usable'][0];
const metric = async (server, name) =>
  +new RegExp(`^guidanced_${name} (\\S+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];
const formShown = async (server) => /<form/.test(await (await fetch(`${server.url}/`)).text());

// ---- moved, deleted, replaced ----

{
  const dir = site(PAGES, SETTINGS);
  const server = await start(dir);
  const confirmed = [];
  const send = async (comment) => {
    const answer = await post(server, comment);
    if (answer.status === 303) confirmed.push(comment);
    return answer.status;
  };
  check('before', (await send('before')) === 303);
  fs.renameSync(file(dir), `${file(dir)}.1`);
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push(await send(`renamed ${i}`));
  check('renamed: five are confirmed', statuses.every((s) => s === 303), statuses);
  check('and stored, in a new file', comments(file(dir)).length === 5, comments(file(dir)));
  check('what was there stays where it went', comments(`${file(dir)}.1`).join() === 'before');
  check('the log says so', /moved or deleted/.test(server.log), server.log);
  fs.rmSync(file(dir));
  check('deleted: confirmed', (await send('deleted')) === 303);
  check('and stored', comments(file(dir)).join() === 'deleted', comments(file(dir)));
  // Another feedback database, put in place as when restoring a backup.
  fs.copyFileSync(`${file(dir)}.1`, `${file(dir)}.new`);
  fs.renameSync(`${file(dir)}.new`, file(dir));
  check('replaced: confirmed', (await send('replaced')) === 303);
  check('and stored there', comments(file(dir)).join() === 'before,replaced', comments(file(dir)));
  // A foreign file is not touched, and nothing is confirmed.
  fs.rmSync(file(dir));
  fs.writeFileSync(file(dir), 'my notes, which are long enough to be no database at all '.repeat(20));
  const refused = await post(server, 'notes');
  check('another file of the name: 503', refused.status === 503 && refused.retry, JSON.stringify(refused));
  check('/readyz says so, and stays ready', (await until(async () => (await feedbackState(server)).status === 'warn')) && (await ready(server)).status === 'warn');
  check('with words', /database/.test((await feedbackState(server)).output), JSON.stringify(await feedbackState(server)));
  check('the metrics too', (await metric(server, 'feedback_usable')) === 0 && (await metric(server, 'feedback_refused_total')) === 1);
  check('the notes are as they were', fs.readFileSync(file(dir), 'utf8').startsWith('my notes'));
  check('the form is hidden after a while', await until(async () => !(await formShown(server)), 20000));
  fs.rmSync(file(dir));
  check('it heals by itself', await until(async () => (await feedbackState(server)).status === 'pass', 10000));
  check('the form is back', await until(() => formShown(server), 5000));
  check('and feedback is taken', (await send('healed')) === 303 && comments(file(dir)).join() === 'healed');
  // The whole folder moved away.
  fs.renameSync(path.dirname(file(dir)), path.join(dir, 'elsewhere'));
  check('its folder moved away: refused', (await post(server, 'no folder')).status === 503);
  fs.renameSync(path.join(dir, 'elsewhere'), path.dirname(file(dir)));
  check('and taken when it is back', await until(async () => (await send('folder back')) === 303, 12000));
  await server.stop();
  check('every confirmed one is in one of the files', confirmed.length === 10 && server.log.length > 0, confirmed);
}

// ---- moved under load: every confirmed post is in a file ----

{
  const dir = site(PAGES, SETTINGS);
  const server = await start(dir);
  const confirmed = new Set();
  let next = 0;
  const end = Date.now() + 60_000;
  let moves = 0;
  const over = () => Date.now() > end || (moves > 10 && confirmed.size > 200);
  const client = async () => {
    while (!over()) {
      const answer = await post(server, `number ${next++}`);
      if (answer.status === 303) confirmed.add(answer.comment);
    }
  };
  const clients = Array.from({ length: 16 }, client);
  while (!over()) {
    await sleep(60);
    if (fs.existsSync(file(dir))) fs.renameSync(file(dir), path.join(dir, '.guidanced', `moved-${moves++}.db`));
  }
  await Promise.all(clients);
  await server.stop();
  const stored = new Set(fs.readdirSync(path.dirname(file(dir))).filter((name) => /^(moved-\d+|feedback)\.db$/.test(name))
    .flatMap((name) => { try { return comments(path.join(path.dirname(file(dir)), name)); } catch { return []; } }));
  const missing = [...confirmed].filter((comment) => !stored.has(comment));
  check(`moved ${moves} times while ${confirmed.size} were confirmed: none is missing`, moves > 10 && confirmed.size > 200 && !missing.length, missing.slice(0, 5));
}

// ---- locked by another process ----

{
  const dir = site(PAGES, SETTINGS);
  const socket = path.join(dir, 'admin.sock');
  const server = await start(dir, ['--threads', '2', '--admin-listen', `unix:${socket}`]);
  const onAdmin = (url) => new Promise((resolve, reject) => {
    const at = Date.now();
    http.get({ socketPath: socket, path: url }, (response) => response.resume().on('end', () => resolve({ status: response.statusCode, ms: Date.now() - at, retry: response.headers['retry-after'] }))).on('error', reject);
  });
  await post(server, 'first');
  const locker = spawn('sqlite3', [file(dir)], { stdio: ['pipe', 'pipe', 'ignore'] });
  const locked = new Promise((resolve) => locker.stdout.once('data', resolve));
  locker.stdin.write('.timeout 9000\nBEGIN EXCLUSIVE;\nSELECT 1;\n');
  await locked;
  const posts = Promise.all(Array.from({ length: 40 }, (_, i) => post(server, `locked ${i}`)));
  let pages = 0, slowest = 0;
  const began = Date.now();
  while (Date.now() - began < 2000) {
    const at = Date.now();
    if ((await fetch(`${server.url}/`)).status === 200) pages++;
    slowest = Math.max(slowest, Date.now() - at);
  }
  check(`locked: ${pages} pages in two seconds, the slowest in ${slowest} ms`, pages > 10 && slowest < 500 * patience());
  // The owners' report reads that file; the probes are on the same listener, which has one worker.
  const reports = Promise.all([onAdmin('/-/report?format=json'), onAdmin('/-/report?format=csv')]);
  const probes = [];
  for (let i = 0; i < 30; i++) probes.push(await onAdmin(i % 2 ? '/livez' : '/readyz')), await sleep(20);
  check('locked: probes are answered while a report waits', probes.every((p) => p.ms < 500 * patience()), JSON.stringify(probes.filter((p) => p.ms > 100)));
  const refused = await reports;
  check('and the reports later, with when to ask again', refused.every((r) => r.status === 503 && r.retry), JSON.stringify(refused));
  const answers = await posts;
  check('each post is refused in time', answers.every((a) => a.status === 503 && a.ms < 6000 * patience()), JSON.stringify(answers.slice(0, 3)));
  locker.stdin.end('COMMIT;\n');
  check('the report is made when it is free', (await onAdmin('/-/report?format=json')).status === 200);
  check('taken again when it is free', await until(async () => (await post(server, 'free')).status === 303, 12000));
  await server.stop();
}

// ---- a disk that is slow, or hangs ----

{
  const dir = site(PAGES, SETTINGS);
  const delay = path.join(dir, 'delay');
  fs.writeFileSync(delay, '0');
  process.env.SLOW_DISK = delay;
  process.env.LD_PRELOAD = path.join(path.dirname(BINARY), 'tests/faults/libslow_disk.so');
  const server = await start(dir, ['--cache', ':memory:']);
  delete process.env.LD_PRELOAD;
  check('quick: taken', (await post(server, 'quick')).status === 303);
  fs.writeFileSync(delay, '200');
  const slow = await Promise.all(Array.from({ length: 50 }, (_, i) => post(server, `slow ${i}`)));
  check('slow: 50 at once are written together', slow.every((a) => a.status === 303 && a.ms < 3000 * patience()), JSON.stringify(slow.filter((a) => a.status !== 303 || a.ms >= 3000 * patience()).slice(0, 3)));
  fs.writeFileSync(delay, '3000');
  const hung = Promise.all(Array.from({ length: 20 }, (_, i) => post(server, `hung ${i}`)));
  await sleep(300);
  let slowest = 0;
  for (let i = 0; i < 50; i++) {
    const at = Date.now();
    await fetch(`${server.url}/`);
    slowest = Math.max(slowest, Date.now() - at);
  }
  check(`a disk that hangs: pages as ever, the slowest in ${slowest} ms`, slowest < 500 * patience());
  const late = await hung;
  check('and posts are refused in time', late.every((a) => a.status === 503 && a.ms < 6000 * patience()), JSON.stringify(late.slice(0, 3)));
  fs.writeFileSync(delay, '0');
  check('taken again when it wakes', await until(async () => (await post(server, 'awake')).status === 303, 15000));
  check('the server stops', (await server.stop()).code === 0, server.log);
  const stored = comments(file(dir));
  check('all that was confirmed is there', ['quick', 'awake', ...slow.map((a) => a.comment)].every((c) => stored.includes(c)));
}

// ---- stopped while posts wait ----

{
  const dir = site(PAGES, SETTINGS);
  const delay = path.join(dir, 'delay');
  fs.writeFileSync(delay, '0');
  process.env.LD_PRELOAD = path.join(path.dirname(BINARY), 'tests/faults/libslow_disk.so');
  const server = await start(dir, ['--cache', ':memory:']);
  delete process.env.LD_PRELOAD;
  fs.writeFileSync(delay, '300');
  const posts = Array.from({ length: 30 }, (_, i) => post(server, `stop ${i}`).catch(() => ({ status: 0 })));
  await sleep(150);
  const { code } = await server.stop();
  const answers = await Promise.all(posts);
  const stored = comments(file(dir));
  check('stopped with posts under way: a clean end', code === 0, server.log);
  check('each was answered', answers.every((a) => a.status === 303 || a.status === 503), JSON.stringify(answers.slice(0, 5)));
  check('and the confirmed are stored', answers.every((a) => a.status !== 303 || stored.includes(a.comment)));
}

// ---- cannot be opened at the start ----

{
  const dir = site(PAGES, SETTINGS);
  fs.mkdirSync(path.dirname(file(dir)));
  fs.writeFileSync(file(dir), 'not a database '.repeat(100));
  const server = await start(dir);
  check('the site is served', (await fetch(`${server.url}/`)).status === 200);
  check('without the form', !(await formShown(server)));
  check('/readyz says so', (await feedbackState(server)).status === 'warn', JSON.stringify(await ready(server)));
  check('a post is refused', (await post(server, 'early')).status === 503);
  fs.rmSync(file(dir));
  check('opened as soon as it can be', await until(async () => (await post(server, 'later')).status === 303, 12000), server.log);
  check('with the form', await until(() => formShown(server), 5000));
  check('/readyz passes', (await ready(server)).status === 'pass', JSON.stringify(await ready(server)));
  await server.stop();
}

// ---- the sample's own form, cached with the page ----

{
  const dir = sampleSite();
  fs.mkdirSync(path.dirname(file(dir)), { recursive: true });
  fs.writeFileSync(file(dir), 'not a database '.repeat(100));
  const server = await start(dir);
  const page = async () => (await fetch(`${server.url}/contact/`)).text();
  check('the sample hides it', !/action="\/feedback"/.test(await page()));
  fs.rmSync(file(dir));
  check('and shows it', await until(async () => /action="\/feedback"/.test(await page()), 15000));
  await server.stop();
}

// ---- a file of an earlier version, with a write-ahead log ----

{
  const dir = site(PAGES, SETTINGS);
  fs.mkdirSync(path.dirname(file(dir)));
  sql(file(dir), 'PRAGMA journal_mode=WAL; PRAGMA application_id=1196770884; CREATE TABLE entries(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL); INSERT INTO entries VALUES(1, 1, \'/\', \'yes\', \'of old\');');
  const server = await start(dir);
  check('taken over', (await post(server, 'of now')).status === 303);
  const names = () => fs.readdirSync(path.dirname(file(dir))).filter((name) => name.startsWith('feedback')).join();
  check('nothing lies beside it', await until(() => names() === 'feedback.db'), names());
  check('nothing is lost', comments(file(dir)).includes('of now'), comments(file(dir)));
  await server.stop('SIGKILL');
  check('not even when killed', comments(file(dir)).includes('of now'));
}

// ---- read while it is written ----

{
  const dir = site(PAGES, SETTINGS);
  const server = await start(dir);
  for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 60 }, (_, j) => post(server, `${i}-${j} ${'x'.repeat(200)}`)));
  // An export whose reader stops does not block anything.
  const reader = spawn(BINARY, ['feedback', 'export', '--site', dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  reader.stdout.pause();
  await sleep(200);
  check('taken while an export waits to be read', (await post(server, 'meanwhile')).status === 303);
  reader.kill('SIGKILL');
  const all = JSON.parse(execFileSync(BINARY, ['feedback', 'export', '--site', dir, '--format', 'json'], { encoding: 'utf8', maxBuffer: 1 << 26 }));
  check('an export has all of more than one batch', all.length === 1201 && new Set(all.map((e) => e.id)).size === 1201, all.length);
  await server.stop();
}
finish('feedback under faults');
