// SPDX-License-Identifier: MIT
//
// Feedback of many replicas in one store: three of them take posts all the time while PostgreSQL
// stops and starts, the network is cut, a shipper is killed, and one replica is drained and deleted
// with its disk. Every confirmed post is in the store, once.
//
// Then: waiting entries are bounded and reported, files of JSON lines, the schema's steps, and a
// role with few rights.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { BINARY, check, finish, ours, site, sleep, start, until } from './harness.mjs';
import { postgres } from './postgres.mjs';

const dir = site(
  { 'data/index.md': '---\ntitle: Home\n---\ntext\n', 'data/thanks.md': '---\ntitle: x\npermalink: /feedback/thanks/\n---\nx\n' },
  'name: Test\nurl: https://guide.example\nfeedback: {per_minute: 0}\n',
);
const own = (name) => path.join(dir, `replica-${name}`);
const file = (name) => path.join(own(name), 'feedback.db');
const replica = (name, ...args) => {
  fs.mkdirSync(own(name), { recursive: true });
  return start(dir, ['--cache', ':memory:', '--feedback-file', file(name), '--feedback-replica', name, '--log-access', 'false', ...args]);
};
const guidanced = (...args) => spawnSync(BINARY, args, { encoding: 'utf8', timeout: 60000, maxBuffer: 1 << 28 });
const shipOnce = (name, to) => guidanced('feedback', 'ship', '--site', dir, '--feedback-file', file(name), '--to', to);
function shipper(name, to) {
  const child = ours(spawn(BINARY, ['feedback', 'ship', '--site', dir, '--feedback-file', file(name), '--to', to, '--follow'], { stdio: ['ignore', 'ignore', 'pipe'] }));
  const self = { child, log: '', gone: new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal))) };
  child.stderr.on('data', (d) => (self.log += d));
  return self;
}
const metric = async (server, name) => +new RegExp(`^guidanced_${name} (\\S+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];
async function post(server, comment) {
  const body = new URLSearchParams({ page: '/', useful: 'yes', comment });
  const response = await fetch(`${server.url}/feedback`, { method: 'POST', body, redirect: 'manual' });
  await response.text();
  return { status: response.status, retry: response.headers.get('retry-after') };
}
const sql = (name, text) => execFileSync('sqlite3', ['-cmd', '.timeout 9000', file(name), text], { encoding: 'utf8' }).trim();

// ---- three replicas and their bad day ----

const store = postgres();
if (!store) {
  console.log('feedback-ship: skipped: PostgreSQL is not installed');
  check('skipped', true);
} else {
  await store.start();

  // A cable that can be pulled: bytes stop without an error.
  const cable = path.join(dir, '.s.PGSQL.5432');
  let cut = false;
  const ends = new Set();
  const wire = net.createServer((near) => {
    if (cut) return ends.add(near);
    const far = net.connect(store.socket);
    for (const [from, to] of [[near, far], [far, near]]) {
      ends.add(from);
      from.on('data', (bytes) => cut || to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => cut || to.destroy());
    }
  }).listen(cable);

  const names = ['a', 'b', 'c'];
  const servers = await Promise.all(names.map((name) => replica(name, '--feedback-outbox', '100000')));
  const to = { a: store.url, b: `postgresql://guidance@/postgres?host=${dir}`, c: store.url };
  const shippers = Object.fromEntries(names.map((name) => [name, shipper(name, to[name])]));
  const confirmed = new Set();
  const refused = [];
  let next = 0, open = true, third = true;
  const client = async (n) => {
    while (open) {
      const which = n % 3;
      if (which === 2 && !third) return;
      const comment = `number ${next++}`;
      const answer = await post(servers[which], comment).catch(() => null);
      if (answer?.status === 303) confirmed.add(comment);
      else if (answer) refused.push(answer.status);
      await sleep(5);
    }
  };
  const clients = Array.from({ length: 12 }, (_, n) => client(n));
  const stored = () => +store.sql('SELECT count(*) FROM guidanced.feedback');
  check('feedback arrives', await until(() => { try { return stored() > 50; } catch { return false; } }, 15000));

  await store.stop('SIGQUIT');
  const unsent = await metric(servers[0], 'feedback_unsent');
  check('the store is down: readers notice nothing, and it is counted', await until(async () => (await metric(servers[0], 'feedback_unsent')) > unsent + 50, 15000), unsent);
  check('nor is it told of as unusable', (await metric(servers[0], 'feedback_usable')) === 1);
  check('its age is told', await until(async () => (await metric(servers[0], 'feedback_unsent_age_seconds')) >= 2, 15000));
  await store.start();
  check('up again: what waited arrives', await until(async () => (await metric(servers[0], 'feedback_unsent')) < 100, 40000));
  check('the shipper has said so', await until(() => /PostgreSQL: /.test(shippers.a.log) && /shipped again/.test(shippers.a.log), 20000), shippers.a.log);

  shippers.a.child.kill('SIGKILL');
  await shippers.a.gone;
  shippers.a = shipper('a', to.a);

  check('through the cable too', await until(() => /shipped again/.test(shippers.b.log), 20000), shippers.b.log);
  shippers.b.log = '';
  cut = true;
  await sleep(1000);
  check('a cable is pulled: the shipper finds out by itself', await until(() => /no answer|could not|timeout/i.test(shippers.b.log), 40000), shippers.b.log);
  cut = false;
  for (const end of ends) end.destroy();
  check('and goes on when it is back', await until(() => /shipped again/.test(shippers.b.log), 60000), shippers.b.log);

  third = false;
  await sleep(100);
  await servers[2].stop();
  shippers.c.child.kill('SIGTERM');
  const code = await shippers.c.gone;
  check('a replica drains, and its shipper after it', code === 0 && /, 0 left/.test(shippers.c.log), `${code} ${shippers.c.log}`);
  fs.rmSync(own('c'), { recursive: true });

  open = false;
  await Promise.all(clients);
  await Promise.all([servers[0].stop(), servers[1].stop()]);
  for (const name of ['a', 'b']) {
    shippers[name].child.kill('SIGTERM');
    check(`the shipper of ${name} ends with nothing left`, (await shippers[name].gone) === 0, shippers[name].log);
  }
  const rows = store.sql('SELECT comment FROM guidanced.feedback').split('\n');
  const missing = [...confirmed].filter((comment) => !rows.includes(comment));
  console.log(`${confirmed.size} confirmed by three replicas, ${rows.length} stored, ${refused.length} refused`);
  check('many were confirmed', confirmed.size > 1000, confirmed.size);
  check('none was refused', !refused.length, refused);
  check('none is lost', !missing.length, missing.slice(0, 9));
  check('none is doubled', rows.length === new Set(rows).size, rows.length - new Set(rows).size);
  check('each says whose it is', store.sql('SELECT DISTINCT site, replica FROM guidanced.feedback ORDER BY replica') === names.map((n) => `https://guide.example|${n}`).join('\n'));
  wire.close();

  // ---- sending again adds nothing; and reading from the store ----

  execFileSync('sqlite3', [file('a'), 'UPDATE entries SET sent_at = NULL']);
  const again = shipOnce('a', store.url);
  check('sent again: nothing is doubled', again.status === 0 && stored() === rows.length, again.stderr);
  const exported = guidanced('feedback', 'export', '--site', dir, '--from', store.url, '--format', 'json');
  const entries = exported.status === 0 ? JSON.parse(exported.stdout) : [];
  check('export reads the store', entries.length === rows.length && entries.every((e) => e.page === '/' && e.useful === 'yes' && /^[0-9a-f-]{36}$/.test(e.uid) && /^\d{4}-/.test(e.at)), exported.stderr);
  const before = JSON.parse(guidanced('feedback', 'export', '--site', dir, '--feedback-file', file('a'), '--format', 'json').stdout);
  const there = new Map(entries.map((e) => [e.uid, e]));
  check('and says of each what the file says', before.every((e) => ['at', 'page', 'comment', 'site', 'replica'].every((key) => there.get(e.uid)?.[key] === e[key])));
  const csv = guidanced('feedback', 'export', '--site', dir, '--from', store.url).stdout;
  check('as CSV as well', csv.startsWith('id,at,page,useful,comment,uid,site,replica\r\n') && csv.trim().split('\r\n').length === rows.length + 1);

  // ---- the owners' report of one of the sites in the store ----

  {
    store.sql("INSERT INTO guidanced.feedback(uid, site, replica, at, page, useful, comment) VALUES('00000000-0000-7000-8000-000000000001', 'https://other.example', 'x', now(), '/', 'no', 'of another site')");
    const report = (...args) => guidanced('report', '--site', dir, '--no-links', '--format', 'json', ...args);
    const home = (answer) => JSON.parse(answer.stdout).pages.find((p) => p.url === '/');
    const read = report('--from', store.url, '--url', 'https://guide.example');
    check('the report reads the store', read.status === 0 && home(read).recent.yes === rows.length && home(read).recent.no === 0, read.stderr + JSON.stringify(read.stdout && home(read)));
    check('and not what is of another site', !read.stdout.includes('of another site') && read.stderr === '', read.stderr);
    const other = report('--from', store.url, '--url', 'https://nobody.example');
    check('a site of which it has none is told so', other.status === 0 && other.stderr.includes('is of the site https://nobody.example'), other.stderr);
    check('a store that cannot be reached is an error', report('--from', 'postgresql://127.0.0.1:1/none').status !== 0);
    const { status, stderr } = report('--from', 'feedback.db');
    check('what is not a PostgreSQL is refused', status === 2 && stderr.startsWith('usage:'), stderr);
    store.sql("DELETE FROM guidanced.feedback WHERE replica = 'x'");
  }

  // ---- what readers can send ----

  {
    const server = await replica('odd');
    const raw = (body) => fetch(`${server.url}/feedback`, { method: 'POST', body, redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    const odd = ['%00', 'a%00b', '%FF', '%ED%A0%80', "'; DROP TABLE guidanced.feedback; --", '%5Cu0000', '%F0%9F%99%82', '%22%5C'];
    for (const comment of odd) await raw(`page=/&useful=no&comment=odd+${comment}`);
    await server.stop();
    const { status, stderr } = shipOnce('odd', store.url);
    const taken = +sql('odd', 'SELECT count(*) FROM entries');
    check('whatever readers write arrives', status === 0 && taken > 4 && store.sql("SELECT count(*) FROM guidanced.feedback WHERE replica = 'odd'") === String(taken), stderr);
    check('as they wrote it', store.sql("SELECT comment FROM guidanced.feedback WHERE comment LIKE '%DROP%'") === "odd '; DROP TABLE guidanced.feedback; --");
  }

  // ---- the schema, and a role that may not make it ----

  store.sql("CREATE ROLE shipper LOGIN; GRANT USAGE ON SCHEMA guidanced TO shipper; GRANT SELECT ON guidanced.schema_step TO shipper; GRANT INSERT, SELECT ON guidanced.feedback TO shipper");
  const few = store.url.replace('guidance@', 'shipper@');
  execFileSync('sqlite3', [file('a'), "UPDATE entries SET sent_at = NULL WHERE id < 5"]);
  check('a role that may only insert is enough', shipOnce('a', few).status === 0, shipOnce('a', few).stderr);
  store.sql('DROP INDEX guidanced.feedback_id, guidanced.feedback_site_at; DELETE FROM guidanced.schema_step WHERE step = 2');
  check('but not to bring the schema up to date', shipOnce('a', few).status === 1 && /permission denied|must be owner/.test(shipOnce('a', few).stderr), shipOnce('a', few).stderr);
  execFileSync('sqlite3', [file('a'), "UPDATE entries SET sent_at = NULL WHERE id < 5"]);
  check('one that owns it does that', shipOnce('a', store.url).status === 0 && store.sql('SELECT max(step) FROM guidanced.schema_step') === '2' && stored() > rows.length);
  store.sql('INSERT INTO guidanced.schema_step(step) VALUES(99)');
  execFileSync('sqlite3', [file('a'), "UPDATE entries SET sent_at = NULL WHERE id < 5"]);
  const newer = shipOnce('a', store.url);
  check('a schema of a newer program is left alone', newer.status === 1 && /newer guidanced: step 99/.test(newer.stderr) && /4 left/.test(newer.stderr), newer.stderr);
  store.sql('DROP SCHEMA guidanced CASCADE');
  const both = [1, 2, 3, 4].map(() => shipper('a', store.url));
  check('four make the schema at once', await until(() => { try { return stored() > 0; } catch { return false; } }, 10000));
  await sleep(300);
  for (const one of both) one.child.kill('SIGTERM');
  const codes = await Promise.all(both.map((one) => one.gone));
  check('and none fails', codes.every((c) => c === 0), both.map((one) => one.log).join('\n'));
  await store.stop();
  sql('a', 'UPDATE entries SET sent_at = NULL WHERE id < 5');
  const down = shipOnce('a', store.url);
  check('no PostgreSQL: said, with what is left', down.status === 1 && /PostgreSQL: /.test(down.stderr) && /4 left/.test(down.stderr), down.stderr);
  check('a password in the command line is warned of', /warning: the password/.test(shipOnce('a', 'postgresql://u:secret@127.0.0.1:1/x').stderr));
  store.remove();
}

// ---- waiting entries are bounded ----

{
  // Those that come while others are written are written together.
  const server = await replica('crowd', '--feedback-outbox', '20', '--feedback-per-minute', '0');
  const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => post(server, `crowd ${i}`)));
  const taken = answers.filter((a) => a.status === 303).length;
  check('no more than twenty wait, however many come at once', taken <= 20 && answers.every((a) => a.status === 303 || a.status === 503), taken);
  const stored = Number(sql('crowd', 'SELECT count(*) FROM entries'));
  check('and what was confirmed is stored', stored === taken, `${stored} ${taken}`);
  await server.stop();
}

{
  const server = await replica('full', '--feedback-outbox', '20');
  const answers = [];
  for (let i = 0; i < 25; i++) answers.push(await post(server, `number ${i}`));
  const taken = answers.filter((a) => a.status === 303).length;
  check('twenty wait, then posts are refused', taken === 20 && answers.slice(20).every((a) => a.status === 503 && +a.retry > 0), answers.map((a) => a.status));
  check('the metrics say so', (await metric(server, 'feedback_unsent')) === 20 && (await metric(server, 'feedback_refused_total')) === 5 && (await metric(server, 'feedback_usable')) === 0);
  const health = await (await fetch(`${server.url}/readyz`)).json();
  check('/readyz says why, and stays ready', health.status === 'warn' && /20 entries wait to be shipped/.test(health.checks['feedback:usable'][0].output), JSON.stringify(health));
  const out = path.join(dir, 'out.ndjson');
  const shipped = shipOnce('full', out);
  check('to a file', shipped.status === 0 && /20 entries of feedback shipped, 0 left/.test(shipped.stderr), shipped.stderr);
  check('then there is room again', await until(async () => (await post(server, 'again')).status === 303, 12000));
  check('with nothing old', (await metric(server, 'feedback_unsent_age_seconds')) < 20);
  await server.stop();

  const lines = () => fs.readFileSync(out, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  check('a line is an entry', lines().length === 20 && lines().every((e) => e.replica === 'full' && e.site === 'https://guide.example' && e.page === '/' && e.uid && e.at && e.useful === 'yes' && /^number /.test(e.comment)));
  // As after a crash between writing and marking, and in the middle of a line.
  sql('full', 'UPDATE entries SET sent_at = NULL WHERE id > 10');
  fs.truncateSync(out, fs.statSync(out).size - 30);
  check('a crash before the mark', shipOnce('full', out).status === 0);
  const comments = lines().map((e) => e.comment).sort();
  check('doubles nothing and leaves no half line', comments.length === 21 && new Set(comments).size === 21, comments);
  // Lines that the disk did not take must not be found in the file's cached pages and marked as sent.
  sql('full', 'UPDATE entries SET sent_at = NULL WHERE id = 1');
  const kept = path.join(dir, 'kept.ndjson'), failing = path.join(dir, 'failing');
  fs.writeFileSync(kept, '{"uid":"earlier"}\n');
  fs.writeFileSync(failing, Buffer.alloc(4096).fill('1 fsync kept.ndjson 0 1 5\n', 0, 26));
  const preload = { FAILING_CALLS: failing, LD_PRELOAD: path.join(path.dirname(BINARY), 'tests/faults/libfailing_calls.so') };
  const unwritten = spawnSync(BINARY, ['feedback', 'ship', '--site', dir, '--feedback-file', file('full'), '--to', kept], { encoding: 'utf8', env: { ...process.env, ...preload } });
  check('a disk that does not take the lines is told', unwritten.status === 1 && /kept.ndjson cannot be written: Input.output error/.test(unwritten.stderr) && /1 left/.test(unwritten.stderr), unwritten.stderr);
  check('and they are not there', fs.readFileSync(kept, 'utf8') === '{"uid":"earlier"}\n', fs.readFileSync(kept, 'utf8'));
  check('nor lost', shipOnce('full', kept).status === 0 && fs.readFileSync(kept, 'utf8').split('\n').length === 3, fs.readFileSync(kept, 'utf8'));

  const held = spawn('flock', [out, 'sleep', '20'], { stdio: 'ignore' });
  await sleep(300);
  sql('full', 'UPDATE entries SET sent_at = NULL WHERE id = 1');
  check('two do not write one file', shipOnce('full', out).status === 1 && /another process/.test(shipOnce('full', out).stderr), shipOnce('full', out).stderr);
  held.kill();
  sql('full', 'UPDATE entries SET sent_at = NULL');
  const piped = shipOnce('full', '-');
  check('to standard output', piped.stdout.trim().split('\n').length === 21 && piped.stdout.trim().split('\n').every((line) => JSON.parse(line).uid));
  check('and nothing but lines', shipOnce('full', '-').stdout === '');
  sql('full', 'UPDATE entries SET sent_at = NULL WHERE id = 1');
  const bad = shipOnce('full', '/nowhere/x.ndjson');
  check('is said, and nothing is marked', bad.status === 1 && /1 left/.test(bad.stderr), bad.stderr);
}

// ---- backup and restore, while a server runs ----

{
  const server = await replica('kept');
  for (let i = 0; i < 5; i++) await post(server, `before ${i}`);
  const copy = path.join(dir, 'copy.db');
  const run = (...args) => guidanced('feedback', ...args, '--site', dir, '--feedback-file', file('kept'));
  check('backup', run('backup', copy).status === 0);
  for (let i = 0; i < 2; i++) await post(server, `after ${i}`);
  fs.rmSync(file('kept'));
  await post(server, 'lost its file');
  const restored = run('restore', copy);
  check('restore, while it serves', restored.status === 0 && /^5 entries restored/.test(restored.stdout), restored.stderr + restored.stdout);
  check('twice is as once', /^0 entries/.test(run('restore', copy).stdout));
  check('and it goes on taking feedback', (await post(server, 'on')).status === 303);
  await server.stop();
  check('everything is there', sql('kept', 'SELECT count(*) FROM entries') === '7');
}

// ---- usage ----

for (const args of [['ship'], ['backup'], ['restore'], ['export', 'x'], ['nothing'], ['export', '--from', 'x'], ['export', '--format', 'xml']])
  check(`feedback ${args.join(' ')}: wrong usage`, guidanced('feedback', ...args).status === 2, guidanced('feedback', ...args).stderr);
finish('feedback-ship');
