// SPDX-License-Identifier: MIT
//
// One bad day of three replicas behind HAProxy, while readers read and send feedback all the time
// and an author pushes a commit each second:
//
//   a commit that cannot be loaded · a replica is killed · PostgreSQL dies · a disk is full · a
//   certificate is renewed · an upgrade · its rollback · a whole replica goes for good
//
// No page fails except what a killed replica had begun to send, and every confirmed post is in the
// store, once. The balancer finds a replica down
// only while it is being stopped or has been killed, and never all of them.
//
//   node tests/e2e/bad-day.mjs [ROUNDS]     each round has all of them (default 1, about a minute)
//
// The upgrade is to the same program with another version number, unless GUIDANCED_BEFORE names an
// older program to come from.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { BINARY, check, finish, freePort, ours, ROOT, sleep, start, temporary, until } from './harness.mjs';
import { postgres } from './postgres.mjs';
import { commit, push, repository } from './repository.mjs';

const ROUNDS = +(process.argv[2] ?? 1);
const READERS = 6, SENDERS = 3, PAGES = 30;
const TOOLS = path.join(ROOT, 'build/tools');
const env = { ...process.env, LD_LIBRARY_PATH: path.join(TOOLS, 'usr/lib/x86_64-linux-gnu') };
const haproxy = ['haproxy', '/usr/sbin/haproxy', path.join(TOOLS, 'usr/sbin/haproxy')].find((name) => spawnSync(name, ['-v'], { env }).status === 0);
const store = postgres();
if (!haproxy || !store) {
  check(`installed: HAProxy and PostgreSQL (script/install --tests, script/tools)`, false, `${haproxy} ${Boolean(store)}`);
  finish('bad-day');
  process.exit();
}
const folder = temporary();
fs.chmodSync(folder, 0o755);

// ---- certificates ----

const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '9', '-subj', '/CN=Test');
function certify(name) {
  const dir = path.join(folder, name);
  fs.writeFileSync(path.join(folder, 'san'), 'subjectAltName=IP:127.0.0.1\n');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}/new.key`, '-out', 'request', '-subj', '/CN=guide.example');
  openssl('x509', '-req', '-in', 'request', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '9', '-extfile', 'san', '-out', `${name}/new.pem`);
  for (const kind of ['key', 'pem']) fs.renameSync(path.join(dir, `new.${kind}`), path.join(dir, `tls.${kind}`));
}
const serial = (port) =>
  new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', () => resolve(null));
  });

// ---- the site ----

const LAYOUT = '<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>{{ content | safe }}<p>edit {{ edit.number }}</p><!-- end --></body></html>\n';
const files = { 'templates/layouts/base.njk': LAYOUT, 'data/_data/edit.json': '{"number":0}', 'data/index.md': '---\ntitle: Home\nlayout: layouts/base.njk\n---\nHome.\n' };
for (let i = 0; i < PAGES; i++) files[`data/p${i}.md`] = `---\ntitle: Page ${i}\nlayout: layouts/base.njk\n---\n${`Words of page ${i}. `.repeat(100)}\n`;
const SETTINGS = 'name: Guide\nurl: https://guide.example\nfeedback: {per_minute: 0}\n';
const repo = repository(files, SETTINGS);
let edits = 0;
const edit = (more = {}) => {
  commit(repo, { 'data/_data/edit.json': `{"number":${++edits}}`, ...more });
  push(repo, 'main');
  return edits;
};

// ---- the replicas ----

// The number is in the program as often as the compiler pleases, always as a text of its own.
function withVersion(number) {
  const program = fs.readFileSync(BINARY, 'latin1'), name = path.join(folder, 'guidanced-new');
  const own = /guidanced (\S+)/.exec(execFileSync(BINARY, ['--version'], { encoding: 'utf8' }))[1];
  fs.writeFileSync(name, program.replaceAll(`\0${own}\0`, `\0${number}\0`), { encoding: 'latin1', mode: 0o755 });
  return name;
}
const versionOf = (program) => /guidanced (\S+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))[1];
const before = process.env.GUIDANCED_BEFORE;
const programs = before ? { old: before, new: BINARY } : { old: BINARY, new: withVersion('0.1.9') };
const versions = { old: versionOf(programs.old), new: versionOf(programs.new) };
check('the two programs are different versions', before || versions.old !== versions.new, JSON.stringify(versions));
class Replica {
  constructor(name) {
    this.name = name;
    this.dir = path.join(folder, name);
    fs.mkdirSync(this.dir);
  }
  async begin(program = 'old') {
    this.port ??= await freePort();
    this.adminPort ??= await freePort();
    const own = (file) => path.join(this.dir, file);
    const listener = ['--listen', `127.0.0.1:${this.port}`, '--admin-listen', `127.0.0.1:${this.adminPort}`, '--tls-certificate', own('tls.pem'), '--tls-key', own('tls.key')];
    this.version = versions[program];
    const data = ['--cache', own('disk/cache.db'), '--feedback-file', own('disk/feedback.db'), '--feedback-outbox', '100000', '--feedback-replica', this.name];
    this.server = await start(this.dir, ['--git', repo.bare, '--ref', 'main', ...listener, ...data, '--drain-delay', '1500ms', '--log-access', 'false'], programs[program]);
  }
  ship() {
    this.shipper = ours(spawn(BINARY, ['feedback', 'ship', '--site', this.dir, '--feedback-file', path.join(this.dir, 'disk/feedback.db'), '--to', store.url, '--follow'], { stdio: ['ignore', 'ignore', 'pipe'] }));
    this.said = '';
    this.shipper.stderr.on('data', (d) => (this.said += d));
    this.shipped = new Promise((resolve) => this.shipper.on('close', (code, signal) => resolve(code ?? signal)));
  }
  async ready() {
    return fetch(`http://127.0.0.1:${this.adminPort}/readyz`).then((r) => r.json(), () => ({ status: 'down' }));
  }
  async end() {
    await this.server.stop();
    this.shipper.kill('SIGTERM');
    return this.shipped;
  }
}
const replicas = ['a', 'b', 'c'].map((name) => new Replica(name));

// A disk of its own, which can be filled. Without the right to mount one, a limit on the size of
// files has the same effect on the server.
const SMALL = 3 << 20;
for (const replica of replicas) {
  certify(replica.name);
  fs.mkdirSync(path.join(replica.dir, 'disk'));
  fs.writeFileSync(path.join(replica.dir, 'guidance.yaml'), SETTINGS);
}
const disk = path.join(replicas[1].dir, 'disk');
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL}`, 'tmpfs', disk]).status === 0;
const filler = path.join(disk, 'filler');
const limit = (soft) => spawnSync('prlimit', ['--pid', String(replicas[1].server.child.pid), `--fsize=${soft}:`]);
function fillDisk() {
  if (!mounted) return limit(0);
  const fd = fs.openSync(filler, 'w');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4096));
  } catch {
    fs.closeSync(fd); // no space left
  }
}
const emptyDisk = () => (mounted ? fs.rmSync(filler) : limit('unlimited'));

await store.start();
await Promise.all(replicas.map((replica) => replica.begin()));
for (const replica of replicas) replica.ship();

// ---- HAProxy ----
//
// A page is asked for again whatever went wrong. A post is only sent again if the server says that
// it has not stored it (503), or was never reached.
//
// The check's own limit (`timeout check`) is not the interval, which is HAProxy's default. An answer
// that a busy machine holds up for longer than that says nothing about the replica; while another is
// being upgraded, HAProxy would find all of them down, and answer 503 itself.

const front = await freePort();
const servers = replicas.map(({ name, port, adminPort }) => `  server ${name} 127.0.0.1:${port} ssl verify required ca-file ${folder}/ca.pem check port ${adminPort} no-check-ssl`).join('\n');
fs.writeFileSync(path.join(folder, 'haproxy.cfg'), `global
  maxconn 1000
  stats socket ${folder}/haproxy.sock mode 600
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  option redispatch 1
  option httpchk GET /readyz
  http-check expect status 200
  timeout check 2s
  default-server inter 200ms fall 2 rise 1
  retries 5
frontend in
  bind 127.0.0.1:${front}
  use_backend posts if METH_POST
  default_backend pages
backend pages
  retry-on all-retryable-errors
${servers}
backend posts
  retry-on conn-failure 503
${servers}
`);
const proxy = ours(spawn(haproxy, ['-db', '-f', path.join(folder, 'haproxy.cfg')], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
const began = Date.now();
const clock = () => (Date.now() - began) / 1000;
// What it says of the replicas' health: when, which, and why.
const health = [];
let said = '';
for (const stream of [proxy.stderr, proxy.stdout])
  stream.on('data', (d) => {
    said += d;
    for (const line of String(d).split('\n')) {
      const [, name, state, why] = /Server \w+\/(\w+) is (UP|DOWN)(?:, reason: ([^,]*, [^,]*))?/.exec(line) ?? [];
      if (name) health.push({ at: clock(), name, state, why });
      if (/has no server available/.test(line)) health.push({ at: clock(), name: 'all', state: 'DOWN' });
    }
  });
// Whether it sends pages and posts to a replica now.
const balanced = (name) =>
  new Promise((resolve) => {
    let text = '';
    const socket = net.connect(path.join(folder, 'haproxy.sock'), () => socket.end('show stat\n'));
    socket.on('data', (d) => (text += d)).on('error', () => resolve(false));
    socket.on('close', () => {
      const rows = text.split('\n').map((line) => line.split(',')).filter((row) => row[1] === name);
      resolve(rows.length === 2 && rows.every((row) => row[17] === 'UP'));
    });
  });
const allBalanced = () => until(async () => (await Promise.all(replicas.map((r) => balanced(r.name)))).every(Boolean), 30000);

// ---- readers ----

const agent = new http.Agent({ keepAlive: true, maxSockets: READERS + SENDERS });
const ask = (url, form) =>
  new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', port: front, path: url, agent, ...(form && { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }) }, (response) => {
      let body = '';
      response.on('data', (d) => (body += d));
      response.on('error', (error) => resolve({ status: 0, body: String(error) }));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('error', (error) => resolve({ status: 0, body: String(error) }));
    request.end(form);
  });
const day = { open: true, asked: 0, failed: [], confirmed: new Set(), unconfirmed: [], step: 'start' };
async function read(n) {
  for (let i = n; day.open; i += READERS) {
    const url = i % (PAGES + 1) === PAGES ? '/' : `/p${i % (PAGES + 1)}/`;
    const { status, body } = await ask(url);
    day.asked++;
    if (status !== 200 || !body.endsWith('<!-- end --></body></html>\n')) day.failed.push({ at: clock(), step: day.step, url, status, body: body.slice(0, 80) });
  }
}
let next = 0;
async function send() {
  while (day.open) {
    const comment = `post ${next++}`;
    const { status } = await ask('/feedback', `page=/&useful=yes&comment=${comment}`);
    if (status === 303) day.confirmed.add(comment);
    else day.unconfirmed.push({ at: clock().toFixed(2), comment, status, step: day.step });
    await sleep(15);
  }
}
check('the proxy answers', await until(async () => (await ask('/')).status === 200, 10000), said);
const clients = [...Array.from({ length: READERS }, (_, n) => read(n)), ...Array.from({ length: SENDERS }, send)];
let writing = true;
const author = (async () => {
  while (writing) {
    if (!day.broken) edit();
    await sleep(1000);
  }
})();
const step = (name) => {
  day.step = name;
  console.log(`    ${name} (${day.asked} pages, ${day.confirmed.size} posts so far)`);
};
const served = async (replica) => +/edit (\d+)/.exec(await new Promise((resolve) => {
  const request = tls.connect({ port: replica.port, host: '127.0.0.1', rejectUnauthorized: false }, () => request.write('GET / HTTP/1.1\r\nHost: guide.example\r\nConnection: close\r\n\r\n'));
  let body = '';
  request.on('data', (d) => (body += d)).on('end', () => resolve(body)).on('error', () => resolve(''));
}))?.[1];
const allServe = (number) => until(async () => (await Promise.all(replicas.map(served))).every((n) => n >= number), 20000);
const allReady = () => until(async () => (await Promise.all(replicas.map((r) => r.ready()))).every((r) => r.status === 'pass'), 30000);
const stored = () => { try { return +store.sql('SELECT count(*) FROM guidanced.feedback'); } catch { return 0; } };

// The machine has other things to do: for two intervals of the balancer's check, nobody answers.
async function pause(others) {
  for (const { server } of others) server.child.kill('SIGSTOP');
  await sleep(400);
  for (const { server } of others) server.child.kill('SIGCONT');
}

// A replica is stopped only while the balancer has all of them: that the one before is ready is not
// enough, since the balancer asks from time to time. (Kubernetes: minReadySeconds.)
const away = []; // replicas on purpose: from when, until when
const kills = [];
async function rollOut(program) {
  for (const replica of replicas) {
    check(`${day.step}: the balancer has all before ${replica.name} stops`, await allBalanced(), said.slice(-600));
    const time = { name: replica.name, from: clock() };
    away.push(time);
    await replica.server.stop();
    await pause(replicas.filter((other) => other !== replica));
    await replica.begin(program);
    check(`${day.step}: ${replica.name} comes back as ${versions[program]}`, await until(async () => (await replica.ready()).version === versions[program], 20000), JSON.stringify(await replica.ready()));
    check(`${day.step}: and the balancer has it again`, await until(() => balanced(replica.name), 20000), said.slice(-600));
    time.until = clock();
  }
}

async function badRound(round) {
  step('an edit each second');
  const number = edits;
  await sleep(3000);
  check('edits are served by all', edits > number && (await allServe(number + 2)), edits);

  step('a commit that cannot be loaded');
  day.broken = true;
  await sleep(1200); // the author's push
  const good = edits;
  edit({ 'guidance.yaml': 'nmae: Guide\n' });
  check('all say so', await until(async () => (await Promise.all(replicas.map((r) => r.ready()))).every((r) => r.status === 'warn' && r.checks['site:reload'][0].output.includes('nmae')), 10000));
  check('and serve the last good one', (await Promise.all(replicas.map(served))).every((n) => n === good));
  edit({ 'guidance.yaml': SETTINGS });
  check('which ends with the next', await allServe(good + 2));
  day.broken = false;

  step('a replica is killed');
  const killed = { name: 'a', from: clock() };
  away.push(killed);
  kills.push(killed.from);
  replicas[0].server.child.kill('SIGKILL');
  await sleep(1500);
  await replicas[0].begin();
  check('it comes back', (await allReady()) && (await allBalanced()), JSON.stringify(await replicas[0].ready()));
  killed.until = clock();

  step('PostgreSQL dies');
  const before = stored();
  await store.stop('SIGQUIT');
  await sleep(3000);
  await store.start();
  check('what waited arrives', await until(() => stored() > before + 100, 40000), `${before} ${stored()}`);

  step('a disk is full');
  fillDisk();
  await sleep(4000);
  check('the replica says so, and goes on with pages', (await replicas[1].ready()).status === 'warn' && (await served(replicas[1])) > 0, JSON.stringify(await replicas[1].ready()));
  emptyDisk();
  check('and with feedback once there is room', await allReady(), JSON.stringify(await replicas[1].ready()));

  step('certificates are renewed');
  const serials = await Promise.all(replicas.map((r) => serial(r.port)));
  for (const { name } of replicas) certify(name);
  check('all have the new ones', await until(async () => (await Promise.all(replicas.map((r) => serial(r.port)))).every((s, i) => s && s !== serials[i]), 10000));

  step('an upgrade');
  await rollOut('new');
  check('all run the new version', replicas.every((r) => r.version === versions.new) && (await allReady()), JSON.stringify(await replicas[0].ready()));
  step('its rollback');
  await rollOut('old');
  check('all run the old version again', await allReady(), round);
}

for (let round = 1; round <= ROUNDS; round++) await badRound(round);

step('a replica goes for good');
check('the balancer has all before it goes', await allBalanced(), said.slice(-600));
away.push({ name: 'c', from: clock(), until: Infinity });
check('its shipper sends the rest', (await replicas[2].end()) === 0 && /, 0 left/.test(replicas[2].said), replicas[2].said.slice(-300));
fs.rmSync(replicas[2].dir, { recursive: true });
await sleep(1000);

step('the end');
writing = false;
await author;
day.open = false;
await Promise.all(clients);
const ended = clock();
for (const replica of replicas.slice(0, 2)) check(`${replica.name}: everything is shipped`, (await replica.end()) === 0 && /, 0 left/.test(replica.said), replica.said.slice(-300));

const rows = store.sql('SELECT comment, count(*) FROM guidanced.feedback GROUP BY comment').split('\n').map((line) => line.split('|'));
const times = new Map(rows.map(([comment, count]) => [comment, +count]));
const lost = [...day.confirmed].filter((comment) => !times.has(comment));
const doubled = [...times].filter(([, count]) => count > 1).map(([comment]) => comment);
const wrong = health.filter(({ at, name, state }) => state === 'DOWN' && at < ended && !away.some((time) => time.name === name && time.from <= at && at <= time.until));
check('the balancer finds a replica down only when it is', health.some(({ state }) => state === 'DOWN') && !wrong.length, JSON.stringify(wrong.slice(0, 10)));
// Of an answer that has begun when its replica is killed, the balancer has already passed on a part:
// nobody but the reader can ask again. Everything else is asked for elsewhere.
const cut = day.failed.filter(({ at, status }) => status === 0 && kills.some((time) => time <= at && at < time + 0.5));
const failed = day.failed.filter((page) => !cut.includes(page));
console.log(`    ${day.asked} pages asked for, ${failed.length} failed, ${cut.length} cut; ${edits} commits; ${day.confirmed.size} posts confirmed, ${lost.length} lost, ${doubled.length} doubled, ${day.unconfirmed.length} not confirmed`);
check('no page failed', day.asked > 500 * ROUNDS && !failed.length, `${failed.length}: ${JSON.stringify(failed.slice(0, 10))}\n${said}`);
check('few answers were cut by the end of their replica', cut.length <= kills.length, JSON.stringify(cut));
check('no confirmed post is lost', day.confirmed.size > 200 * ROUNDS && !lost.length, lost.slice(0, 20));
check('none is doubled', !doubled.length, doubled.slice(0, 20));
// Whether a post that was under way when its replica was killed has been stored, nobody can tell.
check('a post is confirmed, unless its replica was killed meanwhile', day.unconfirmed.every((p) => p.step === 'a replica is killed') && day.unconfirmed.length <= SENDERS * ROUNDS, JSON.stringify(day.unconfirmed.slice(0, 10)));

proxy.kill();
await store.stop();
store.remove();
if (mounted) spawnSync('umount', [disk]);
fs.rmSync(folder, { recursive: true, force: true });
finish('bad-day');
