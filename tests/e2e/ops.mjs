// SPDX-License-Identifier: MIT
//
// What operators see: starting, readiness, signals, logs, users, sockets handed over, limits.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { BINARY, check, finish, freePort, patience, raw, ROOT, site, sleep, start, statuses, until } from './harness.mjs';

const json = async (url) => {
  const response = await fetch(url).catch(() => null);
  return response && { status: response.status, ...(await response.json()) };
};
const proc = (pid, key) => new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
const small = site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n' });
const MEMORY = ['--cache', ':memory:'];

// ---- starting: alive and not ready, then ready ----
const many = {};
for (let i = 0; i < 6000; i++)
  many[`data/p${i}.md`] = `---\ntitle: Page ${i}\neleventyNavigation:\n  key: p${i}\n---\n# Page ${i}\n\n${'Some *text* and [a link](/).\n\n'.repeat(10)}`;
const large = site(many);
{
  const [main, admin] = [await freePort(), await freePort()];
  const starting = start(large, [...MEMORY, '--listen', `127.0.0.1:${main}`, '--admin-listen', `127.0.0.1:${admin}`]);
  const early = await until(async () => json(`http://127.0.0.1:${admin}/readyz`), 10000);
  check('while loading: not ready, and why', early?.status === 503 || early?.status === 'fail', JSON.stringify(early));
  check('while loading: the check says so', early?.checks?.['site:loaded'][0].status === 'fail', JSON.stringify(early));
  check('while loading: alive', (await fetch(`http://127.0.0.1:${admin}/healthz`)).status === 200);
  const waiting = fetch(`http://127.0.0.1:${main}/p1/`);
  const server = await starting;
  check('who connected before is answered once it is loaded', (await waiting).status === 200);
  const late = await json(`http://127.0.0.1:${admin}/readyz`);
  check('then ready, and a cache in memory that was asked for is no fault', late.checks['cache:usable'][0].status === 'pass' && late.pages === 6000, JSON.stringify(late));
  check('metrics are the admin listener\'s', (await fetch(`http://127.0.0.1:${main}/metrics`)).status === 404 && (await fetch(`http://127.0.0.1:${admin}/metrics`)).status === 200);
  await server.stop();
}
{
  const main = await freePort();
  const starting = start(large, [...MEMORY, '--listen', `127.0.0.1:${main}`]);
  const page = await until(() => fetch(`http://127.0.0.1:${main}/p1/`).catch(() => null), 10000);
  check('without an admin listener: pages are 503 and say when to come back', page.status === 503 && page.headers.get('retry-after') === '1', page.status);
  const stopped = (await starting).stop();
  check('and it starts', (await stopped).code === 0);
}
{
  const child = spawn(BINARY, ['serve', '--site', large, '--listen', '127.0.0.1:0', ...MEMORY], { stdio: 'ignore' });
  // Once it handles signals, it is loading.
  const blocked = () => (BigInt(`0x${proc(child.pid, 'SigBlk')}`) >> 14n) & 1n;
  await until(blocked);
  child.kill('SIGTERM');
  const code = await new Promise((resolve) => child.on('exit', resolve));
  check('SIGTERM while loading stops it', code === 0, code);
}
{
  const broken = site({ 'data/index.md': 'x', 'data/_data/x.yaml': 'a: [\n' });
  const run = spawnSync(BINARY, ['serve', '--site', broken, '--listen', '127.0.0.1:0', ...MEMORY], { encoding: 'utf8' });
  check('a site that cannot be loaded: 3, with the place', run.status === 3 && /x\.yaml:\d+/.test(run.stderr), run.stderr);
  const page = site({ 'data/index.md': '---\ntitle: [\n---\n' });
  const checked = spawnSync(BINARY, ['serve', '--check', '--site', page, '--listen', '127.0.0.1:0', ...MEMORY], { encoding: 'utf8' });
  check('--check does not start a site with a broken page', checked.status === 1 && /index\.md:\d+/.test(checked.stdout + checked.stderr), checked.stderr);
  const config = execFileSync(BINARY, ['serve', '--print-config', '--site', small, '--threads', '3'], { encoding: 'utf8', env: { ...process.env, GUIDANCED_LANG: 'cy' } });
  check('--print-config tells where each value is from', /^threads: 3 .*flag/m.test(config) && /^lang: .?cy.?.*environment/m.test(config) && /^name: .*guidance\.yaml:1/m.test(config), config.slice(0, 600));
  const taken = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.on('listening', resolve));
  const clash = spawnSync(BINARY, ['serve', '--site', small, '--listen', `127.0.0.1:${taken.address().port}`, ...MEMORY], { encoding: 'utf8' });
  taken.close();
  check('an address in use: 3, and a hint', clash.status === 3 && clash.stderr.includes('--listen'), clash.stderr);
}

// ---- users and rights ----
if (process.getuid() === 0) {
  fs.chmodSync(small, 0o755);
  const low = await until(async () => {
    const port = 600 + Math.floor(Math.random() * 400);
    return (await freePortIs(port)) && port;
  });
  const server = await start(small, [...MEMORY, '--listen', `127.0.0.1:${low}`, '--user', '65534:65534', '--feedback-enabled', 'false']);
  const { pid } = server.child;
  check('root binds a low port and becomes the user', /^65534\s+65534\s+65534\s+65534$/.test(proc(pid, 'Uid')) && /^65534\s+65534/.test(proc(pid, 'Gid')) && proc(pid, 'Groups')?.trim() === '', `${proc(pid, 'Uid')} ${proc(pid, 'Groups')}`);
  check('without capabilities', ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].every((key) => /^0+$/.test(proc(pid, key))), proc(pid, 'CapBnd'));
  check('without new privileges, under seccomp', proc(pid, 'NoNewPrivs') === '1' && proc(pid, 'Seccomp') === '2');
  check('and serves', (await fetch(server.url)).status === 200);
  await server.stop();
  const nobody = spawnSync(BINARY, ['serve', '--site', small, '--user', 'no-such-user', '--listen', '127.0.0.1:0', ...MEMORY], { encoding: 'utf8' });
  check('an unknown user is refused', nobody.status === 3 && nobody.stderr.includes('no-such-user'), nobody.stderr);
  const asRoot = await start(small, MEMORY);
  check('as root without a user: no capability, and a warning', /^0+$/.test(proc(asRoot.child.pid, 'CapEff')) && asRoot.log.includes('runs as root'), asRoot.log);
  await asRoot.stop();
}
function freePortIs(port) {
  return new Promise((resolve) => {
    const probe = net.createServer().on('error', () => resolve(false)).listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

// ---- sockets handed over ----
{
  const inherited = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => inherited.on('listening', resolve));
  const { port } = inherited.address();
  const child = spawn('sh', ['-c', `LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"`, 'sh', BINARY, 'serve', '--site', small, ...MEMORY], {
    stdio: ['ignore', 'pipe', 'ignore', inherited._handle.fd],
  });
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  check('socket activation: the address is told', await until(() => out.includes(`http://127.0.0.1:${port}/`)), out);
  inherited.close();
  check('socket activation: served', (await fetch(`http://127.0.0.1:${port}/`)).status === 200);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('exit', resolve));
}
{
  const socket = path.join(os.tmpdir(), `guidanced-${process.pid}.sock`);
  const child = spawn(BINARY, ['serve', '--site', small, '--listen', `unix:${socket}`, ...MEMORY], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const text = await new Promise((resolve) => {
    let all = '';
    const client = net.connect(socket, () => client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
    client.on('data', (d) => (all += d));
    client.on('close', () => resolve(all));
  });
  check('a Unix socket', statuses(text)[0] === 200, text.slice(0, 200));
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('exit', resolve));
  check('which is removed at the end', !fs.existsSync(socket));
  // The next server takes the name before the one before stops.
  const next = [];
  for (let i = 0; i < 2; i++) {
    next.push(spawn(BINARY, ['serve', '--site', small, '--listen', `unix:${socket}`, ...MEMORY], { stdio: ['ignore', 'pipe', 'ignore'] }));
    await new Promise((resolve) => next[i].stdout.once('data', resolve));
  }
  const end = (child) => { child.kill('SIGTERM'); return new Promise((resolve) => child.on('exit', resolve)); };
  await end(next[0]);
  const reached = await new Promise((resolve) => net.connect(socket, () => resolve(true)).on('error', () => resolve(false)).unref());
  check("another server's is not", reached);
  await end(next[1]);
  check('before it ends', !fs.existsSync(socket));
}

// ---- signals without a meaning here ----
{
  const server = await start(small, MEMORY);
  const odd = ['SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGUSR2', 'SIGIO', 'SIGPWR', 'SIGXFSZ', 'SIGSTKFLT', 'SIGPIPE', 'SIGWINCH', 'SIGCHLD', 'SIGURG', 34, 40, 64];
  for (const signal of odd) {
    process.kill(server.child.pid, signal);
    await sleep(20);
    check(`${signal} does not end it`, server.child.exitCode === null && server.child.signalCode === null && (await fetch(server.url).catch(() => null))?.status === 200);
    if (server.child.signalCode) break;
  }
  if (process.env.GUIDANCED_SANDBOX !== 'false') {
    const limit = /Max core file size +(\S+)/.exec(fs.readFileSync(`/proc/${server.child.pid}/limits`, 'utf8'))[1];
    check('no core dumps', limit === '0' && fs.statSync(`/proc/${server.child.pid}/maps`).uid === 0 && /no core dumps yes/.test(server.log), server.log);
  }
  check('SIGQUIT stops it like SIGTERM', (await server.stop('SIGQUIT')).code === 0);
}

// ---- PID 1 of a namespace: signals without a handler would be ignored ----
if (process.getuid() === 0 && spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0) {
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', BINARY, 'serve', '--site', small, '--listen', '127.0.0.1:0', ...MEMORY], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const inner = +fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  check('it is PID 1', /\s1$/.test(proc(inner, 'NSpid')));
  process.kill(inner, 'SIGTERM');
  const code = await new Promise((resolve) => child.on('exit', resolve));
  check('PID 1 stops on SIGTERM', code === 0, code);
}

// ---- draining ----
{
  const server = await start(small, [...MEMORY, '--drain-delay', '20s']);
  const isDraining = async (one) => (await (await fetch(`${one.url}/readyz`)).json()).checks['server:draining'][0].status === 'fail';
  const body = 'page=/&useful=yes';
  const slow = net.connect(server.port, '127.0.0.1');
  let answer = '';
  slow.on('data', (d) => (answer += d));
  slow.write(`POST /feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\npage`);
  const connected = async () => +/^guidanced_http_connections (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())[1];
  await until(async () => (await connected()) >= 2);
  const stopped = server.stop();
  check('draining: readiness fails first', (await until(() => isDraining(server))) && (await fetch(`${server.url}/readyz`)).status === 503);
  const page = await fetch(server.url);
  check('draining: still served, and the connection is closed', page.status === 200 && page.headers.get('connection') === 'close', page.headers.get('connection'));
  slow.write(body.slice(4));
  server.child.kill('SIGTERM'); // no need to wait for the rest of the delay
  check('draining: what is under way is finished', await until(() => /^HTTP\/1\.1 303/.test(answer)), answer);
  check('draining: ends with 0', (await stopped).code === 0);
  const again = await start(small, [...MEMORY, '--drain-delay', '60s']);
  const begun = Date.now();
  again.child.kill('SIGTERM');
  await until(() => isDraining(again));
  again.child.kill('SIGTERM');
  await again.exited;
  check('a second SIGTERM cuts the delay short', Date.now() - begun < 30000);
}

// ---- logs ----
{
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-logs-'));
  const [log, access] = [path.join(folder, 'app.log'), path.join(folder, 'access.log')];
  const broken = site({ 'data/index.md': '# Home\n', 'data/bad.md': '---\ntitle: x\n---\n{{ title | nosuch }}\n' });
  const server = await start(broken, [...MEMORY, '--log-file', log, '--log-access-file', access, '--log-format', 'json']);
  await fetch(`${server.url}/?secret=1`, { headers: { 'X-Forwarded-For': '203.0.113.9', 'User-Agent': 'a "quoted" agent', Referer: 'https://example.org/' } });
  const read = (file) => fs.readFileSync(file, 'utf8').trim().split('\n');
  await until(() => fs.statSync(access).size > 0);
  check('access: nginx\'s combined form, and X-Forwarded-For', /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 \d+ "https:\/\/example\.org\/" "a \\x22quoted\\x22 agent" "203\.0\.113\.9"$/.test(read(access)[0]), read(access)[0]);
  const failed = await fetch(`${server.url}/bad/`);
  const id = failed.headers.get('x-request-id');
  const line = await until(() => read(log).map((l) => JSON.parse(l)).find((l) => l.request_id === id));
  check('application: an error of a request has its id', failed.status === 500 && !!line && JSON.stringify(line).includes('bad.md'), read(log).slice(-3).join('\n'));
  for (const file of [log, access]) fs.renameSync(file, `${file}.1`);
  server.child.kill('SIGUSR1');
  await until(() => fs.existsSync(log) && fs.existsSync(access));
  await fetch(server.url);
  check('SIGUSR1 opens the logs again', await until(() => fs.existsSync(access) && fs.statSync(access).size > 0) && read(log).length >= 1);
  await server.stop();
  const other = await start(small, [...MEMORY, '--log-access-format', 'json', '--log-access-file', path.join(folder, 'a.json'), '--log-queries']);
  const response = await fetch(`${other.url}/?q=1`);
  const entry = JSON.parse((await until(() => fs.readFileSync(path.join(folder, 'a.json'), 'utf8'))).trim());
  check('access: JSON, with the request id and, when asked for, the query', entry.request_id === response.headers.get('x-request-id') && entry.target === '/?q=1' && entry.status === 200 && entry.route === 'page' && entry.duration_us >= 0, JSON.stringify(entry));
  await other.stop();
  const withId = await start(small, [...MEMORY, '--log-access-format', 'combined-id', '--log-access-file', path.join(folder, 'b.log')]);
  const told = (await fetch(withId.url)).headers.get('x-request-id');
  const text = (await until(() => fs.readFileSync(path.join(folder, 'b.log'), 'utf8'))).trim();
  check('access: the combined form with the request id behind it', text.endsWith(`"-" "${told}"`), text);
  await withId.stop();
}

// ---- a cache that breaks while in use ----
{
  const dir = site(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`data/p${i}.md`, `---\ntitle: Page ${i}\n---\nSome zebras ${i}\n`])));
  // Nothing is remembered, so every request needs its page's rows of the cache.
  const server = await start(dir, ['--content-cache', '0']);
  const cache = path.join(dir, '.guidanced/cache.db');
  const wrong = async () => {
    const pages = await Promise.all(Array.from({ length: 50 }, async (_, i) => (await (await fetch(`${server.url}/p${i}/`)).text()).includes(`Some zebras ${i}</p>`) || i));
    return pages.filter((page) => page !== true);
  };
  const there = () => [cache, `${cache}-wal`].filter((f) => fs.existsSync(f));
  const search = async () => (await (await fetch(`${server.url}/search.json?q=zebras`)).json().catch(() => ({}))).total;
  check('a search works', await until(async () => (await search()) === 50));
  for (const [name, spoil] of [
    ['noise in the cache', () => { there().forEach((f) => fs.writeFileSync(f, Buffer.alloc(20000, 'noise'))); }],
    ['a cache cut to nothing', () => { there().forEach((f) => fs.truncateSync(f, 0)); }],
    ['a cache that is deleted', () => { for (const f of [cache, `${cache}-wal`, `${cache}-shm`]) fs.rmSync(f, { force: true }); }],
  ]) {
    spoil();
    check(`${name}: every page is served before it is noticed`, (await wrong()).length === 0, await wrong());
    check(`${name}: noticed`, await until(() => server.log.includes('the cache can no longer be used'), 20000), server.log.slice(-500));
    check(`${name}: made anew, with all pages`, await until(async () => (await search()) === 50, 20000), server.log.slice(-800));
    // Once the index is complete, no write can repair what is damaged next.
    const passes = (checks, name) => checks[name][0].status === 'pass';
    check(`${name}: ready`, await until(async () => { const { checks } = await json(`${server.url}/readyz`); return passes(checks, 'cache:usable') && passes(checks, 'search:index'); }));
    check(`${name}: every page is served afterwards`, (await wrong()).length === 0, await wrong());
    server.log = '';
  }
  there().forEach((f) => fs.writeFileSync(f, Buffer.alloc(20000, 'noise')));
  fs.chmodSync(path.dirname(cache), 0o500);
  const broken = await until(async () => { const r = await json(`${server.url}/readyz`); return r.checks['cache:usable'][0].status === 'warn' && r; }, 30000);
  check('one that cannot be made anew: told, and ready, since a full disk may be that of all', broken && broken.status === 'warn' && /cannot read or write/.test(broken.checks['cache:usable'][0].output) && (await fetch(`${server.url}/readyz`)).status === 200 && /guidanced_cache_usable 0/.test(await (await fetch(`${server.url}/metrics`)).text()), JSON.stringify(broken));
  check('but every page is served', (await wrong()).length === 0, await wrong());
  fs.chmodSync(path.dirname(cache), 0o700);
  check('and ready again when it can', await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).status === 'pass', 30000), server.log.slice(-600));
  check('and it stops well', (await server.stop()).code === 0);
}

// ---- file descriptors ----
for (const [hard, warns] of [[4096, true], [20000, false]]) {
  const child = spawn('sh', ['-c', `ulimit -Sn 256 && ulimit -Hn ${hard} && exec "$@"`, 'sh', BINARY, 'serve', '--site', small, '--listen', '127.0.0.1:0', ...MEMORY], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (d) => (log += d));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const soft = Number(/Max open files +(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/limits`, 'utf8'))[1]);
  check(`descriptors: ${hard} allowed, as many as are needed are taken`, (hard === 4096 ? soft === hard : soft > 10000 && soft < hard) && log.includes('too few') === warns, `${soft} ${log}`);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('exit', resolve));
}

// ---- limits ----
{
  const server = await start(small, [...MEMORY, '--limits-connections-per-address', '4', '--limits-idle-timeout', '2s', '--limits-header-timeout', '1s']);
  const sockets = Array.from({ length: 8 }, () => net.connect(server.port, '127.0.0.1'));
  let closed = 0;
  sockets.forEach((s) => s.on('error', () => {}).on('close', () => closed++).resume());
  await until(() => closed >= 4);
  check('connections of one address are limited', closed === 4, closed);
  check('and idle ones are closed', await until(() => closed === 8, 6000), closed);
  const begun = Date.now();
  const silent = await new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-A:'));
    socket.on('error', () => {}).on('close', () => resolve(Date.now() - begun)).resume();
  });
  check('a head that falls silent is cut off by its own time', silent < 4000 * patience() && silent > 800, silent);
  await server.stop();
}

// ---- every metric is documented, and every documented one exists ----
{
  const server = await start(small, MEMORY);
  await fetch(server.url);
  await fetch(`${server.url}/nowhere/`);
  // A response is counted when it is over, which its client may see first.
  let text;
  await until(async () => (text = await (await fetch(`${server.url}/metrics`)).text()).includes('route="not_found",status="404"} 1'));
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1]);
  const manual = fs.readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8');
  const documented = new Set([...manual.matchAll(/`((?:guidanced|process)_[a-z_]+)/g)].map((m) => m[1]));
  const missing = names.filter((name) => !documented.has(name));
  check('every metric is documented', names.length > 25 && missing.length === 0, missing);
  // Only for a site in git (tests/e2e/git.mjs), or one of several (tests/e2e/sites.mjs).
  const unknown = [...documented].filter((name) => !name.startsWith('guidanced_site_') && !names.some((n) => name.startsWith(n)));
  check('and none that is not written', unknown.length === 0, unknown);
  check('requests by route and status', /requests_total\{route="page",status="200"\} 1$/m.test(text) && /requests_total\{route="not_found",status="404"\} 1$/m.test(text), text.match(/.*requests_total.*/g)?.slice(0, 9).join('\n'));
  await server.stop();
}
finish('ops');
process.exit();
