// SPDX-License-Identifier: MIT
//
// A process with several sites changes while it serves: sites come, go, move and get other names,
// each has its certificate, which is renewed on its own, and old feedback of a site that nobody
// asks for is removed all the same. The other sites lose no request meanwhile.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { check, finish, freePort, site, sleep, start, temporary, until } from './harness.mjs';

const page = (title, text) => `---\ntitle: ${title}\n---\n${text}\n`;
const WAIT = 15000;
const POST = { 'Content-Type': 'application/x-www-form-urlencoded' };

function addSite(dir, name, settings = `name: ${name}\n`, files = {}) {
  fs.renameSync(site({ 'data/index.md': page('Home', `Home of ${name}.`), ...files }, settings), path.join(dir, name));
}
const settingsOf = (dir) => path.join(dir, 'guidance.yaml');
function write(dir, text) {
  fs.writeFileSync(`${settingsOf(dir)}.new`, text);
  fs.renameSync(`${settingsOf(dir)}.new`, settingsOf(dir));
}
const ask = (module, port, host, target = '/', options = {}) =>
  new Promise((resolve) => {
    const request = module.request({ host: '127.0.0.1', port, path: target, servername: host, rejectUnauthorized: false, ...options, headers: { Host: host, ...options.headers } }, (response) => {
      let body = '';
      response.on('data', (d) => (body += d));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      response.on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }));
    });
    request.on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }));
    request.end(options.body);
  });

// ---- sites come and go ----

{
  const dir = temporary(), admin = await freePort();
  for (const name of ['red', 'blue', 'other']) addSite(dir, name, `name: ${name}\npassthrough: {/files: files}\n`, { 'files/large.bin': 'x'.repeat(12 << 20) });
  const PROCESS = `site_roots: [.]\nsite_idle: 1h\nadmin_listen: 127.0.0.1:${admin}\nreload_token: secret\n`;
  const list = (sites) => `${PROCESS}sites:\n${Object.entries(sites).map(([host, directory]) => `  ${host}: ${directory}\n`).join('')}`;
  write(dir, list({ 'red.example': 'red', 'blue.example': 'blue' }));
  const server = await start(dir);
  const get = (host, target, options) => ask(http, server.port, host, target, options);
  const manage = (target, options) => ask(http, admin, 'localhost', target, options);
  const ready = async () => JSON.parse((await manage('/readyz')).body);
  const metrics = async () => (await manage('/metrics')).body;
  const value = async (name) => +(new RegExp(`^guidanced_${name} (\\S+)`, 'm').exec(await metrics())?.[1] ?? NaN);

  // Readers of a site that stays, all the time.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const reading = { open: true, asked: 0, failed: [] };
  const readers = Array.from({ length: 4 }, async () => {
    while (reading.open) {
      const { status, body } = await get('red.example', '/', { agent });
      reading.asked++;
      if (status !== 200 || !body.includes('Home of red')) reading.failed.push(`${status} ${body.slice(0, 80)}`);
      await sleep(2);
    }
  });
  check('two sites', (await get('blue.example')).status === 200 && (await ready()).sites === 2);
  check('the last reload worked, before there was any', (await value('last_reload_success')) === 1 && (await ready()).checks['sites:settings'][0].status === 'pass');

  addSite(dir, 'green');
  check('a name that is not there yet', (await get('green.example')).status === 421);
  write(dir, list({ 'red.example': 'red', 'blue.example': 'blue', 'green.example': 'green' }));
  check('a site is added when guidance.yaml has it, without a signal', await until(async () => (await get('green.example')).body.includes('Home of green'), WAIT), server.log);
  check('its feedback is stored, its cache kept', (await get('green.example', '/feedback', { method: 'POST', headers: POST, body: 'page=/&useful=yes&comment=hello' })).status === 303 && fs.existsSync(path.join(dir, 'green/.guidanced/cache.db')) && fs.existsSync(path.join(dir, 'green/.guidanced/feedback.db')), server.log);
  check('it is counted', (await ready()).sites === 3 && (await value('sites')) === 3 && server.log.includes('sites: 1 added, 0 removed, 3 in all'), server.log);

  // Half of a list is a list too, so a file that is being written is not read.
  const whole = list({ 'red.example': 'red', 'blue.example': 'blue', 'green.example': 'green' });
  let lost = 0;
  for (let i = 0; i < 12; i++) {
    fs.writeFileSync(settingsOf(dir), i % 2 ? whole : whole.slice(0, whole.indexOf('  blue')));
    await sleep(150);
    lost += (await get('blue.example')).status !== 200;
  }
  fs.writeFileSync(settingsOf(dir), whole);
  await sleep(2500);
  check('a list that is being written takes nothing away', lost === 0 && (await get('blue.example')).status === 200, lost);

  for (const [what, text, says] of [
    ['YAML', `${PROCESS}sites: [red\n`, 'guidance.yaml:'],
    ['a name', `${PROCESS}sites:\n  red.example: red\n  Blue.example: blue\n`, 'guidance.yaml:7:3'],
    ['a setting', `${PROCESS}sites:\n  red.example: red\nname: Process\n`, 'guidance.yaml:7:1'],
    ['no sites', 'listen: 127.0.0.1:1\n', '`sites` is gone'],
  ]) {
    write(dir, text);
    check(`${what} that is wrong is said`, await until(async () => (await ready()).checks['sites:settings'][0].output?.includes(says), WAIT), JSON.stringify(await ready()));
    check(`${what}: the log says it too, and the metric`, (await until(() => server.log.includes(says), WAIT)) && (await value('last_reload_success')) === 0 && (await ready()).status === 'warn');
    check(`${what}: all sites stay`, (await get('blue.example')).status === 200 && (await get('green.example')).status === 200);
  }

  // One that goes while a reader has half of a file.
  const slow = await new Promise((resolve) => http.get({ host: '127.0.0.1', port: server.port, path: '/files/large.bin', headers: { Host: 'blue.example' } }, resolve));
  slow.pause();
  write(dir, list({ 'red.example': 'red', 'green.example': 'green' }));
  server.child.kill('SIGHUP');
  check('one that is gone answers 421', await until(async () => (await get('blue.example')).status === 421, WAIT), server.log);
  check('and all is well again', (await until(async () => (await ready()).status === 'pass')) && (await value('last_reload_success')) === 1, JSON.stringify(await ready()));
  let bytes = 0;
  slow.on('data', (d) => (bytes += d.length));
  slow.resume();
  await new Promise((resolve) => slow.on('close', resolve));
  check('who was reading a file of it gets the rest', bytes === 12 << 20, bytes);
  check('then it leaves the memory', await until(async () => (await value('sites_loaded')) === 2, WAIT) && server.log.includes('dropped from memory site=blue.example'), server.log);
  check('and the metrics', !(await metrics()).includes('site="blue.example"'));

  // Another name for the same directory, and another directory for the same name.
  write(dir, list({ 'rouge.example': 'green', 'red.example': 'red' }));
  check('a site gets another name', await until(async () => (await get('rouge.example')).body.includes('Home of green'), WAIT), server.log);
  check('the old one is none of ours', (await get('green.example')).status === 421);
  check('its feedback goes where it went before', (await get('rouge.example', '/feedback', { method: 'POST', headers: POST, body: 'page=/&useful=yes&comment=again' })).status === 303);
  check('and its address follows', (await get('rouge.example', '/sitemap.xml')).body.includes('http://rouge.example/'));
  write(dir, list({ 'rouge.example': 'other', 'red.example': 'red' }));
  check('a name gets another directory, by POST /-/reload', (await manage('/-/reload', { method: 'POST', headers: { Authorization: 'Bearer secret' } })).status === 202 && (await until(async () => (await get('rouge.example')).body.includes('Home of other'), WAIT)), server.log);
  check('what was sent to it is still there', execFileSync(server.child.spawnfile, ['feedback', 'export', '--site', path.join(dir, 'green')], { encoding: 'utf8' }).includes('again'));

  reading.open = false;
  await Promise.all(readers);
  check('readers of another site did not notice', reading.asked > 200 && !reading.failed.length, `${reading.asked}: ${reading.failed.slice(0, 5)}`);
  check('and that site was loaded once', (await value('site_loads_total{site="red.example",result="ok"}'.replace(/[{}]/g, '\\$&'))) === 1);
  agent.destroy();
  check('it stops', (await server.stop()).code === 0, server.log.slice(-800));
  fs.rmSync(dir, { recursive: true });
}

// ---- what the sandbox does not know ----

if (process.env.GUIDANCED_SANDBOX !== 'false') {
  const dir = temporary();
  addSite(dir, 'red');
  write(dir, 'sites:\n  red.example: red\n');
  const server = await start(dir);
  const get = (host) => ask(http, server.port, host);
  addSite(dir, 'late');
  write(dir, 'sites:\n  red.example: red\n  late.example: late\n');
  check('a site that the sandbox does not know is not served', await until(async () => (await get('late.example')).status === 503, WAIT), server.log);
  check('and the log says what to do', await until(() => /the sandbox does not know .*\/late, which was added since the start.*restart the process, or name the directory above it in `site_roots` first.*site=late.example/s.test(server.log)), server.log);
  check('the others are', (await get('red.example')).status === 200);
  await server.stop();
  fs.rmSync(dir, { recursive: true });
}

// ---- a certificate for each ----

{
  const dir = temporary();
  const made = {};
  const certify = (file, days, names) => {
    fs.mkdirSync(path.join(dir, 'tls'), { recursive: true });
    const at = (kind) => path.join(dir, 'tls', `${file}.${kind}`);
    const alternatives = names.length ? ['-addext', `subjectAltName=${names.map((n) => `DNS:${n}`).join(',')}`] : [];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${file}`, '-days', String(days), ...alternatives, '-keyout', at('key.new'), '-out', at('pem.new')], { stdio: 'pipe' });
    for (const kind of ['key', 'pem']) fs.renameSync(at(`${kind}.new`), at(kind));
    made[file] = new crypto.X509Certificate(fs.readFileSync(at('pem')));
  };
  certify('all', 90, ['department.example']);
  certify('red', 30, ['red.example', 'www.red.example']);
  certify('blue', 60, ['*.blue.example', 'blue.example']);
  certify('nameless', 60, []);
  for (const name of ['red', 'blue', 'third']) addSite(dir, name, `name: ${name}\npassthrough: {/tls: ../tls}\n`);
  const entry = (name) => `    - {certificate: tls/${name}.pem, key: tls/${name}.key}\n`;
  const list = (...certificates) => `site_roots: [.]\ntls:\n  certificate: tls/all.pem\n  key: tls/all.key\n  certificates:\n${certificates.map(entry).join('')}sites:\n  red.example: red\n  www.red.example: red\n  deep.blue.example: blue\n  third.example: third\n`;
  write(dir, list('red', 'blue', 'nameless', 'missing'));
  const server = await start(dir);
  const shown = (servername) => new Promise((resolve) => {
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false, ...(servername && { servername }) }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', (error) => resolve(String(error)));
  });
  const is = async (servername, name) => (await shown(servername)) === made[name].serialNumber;
  for (const [servername, name] of [['red.example', 'red'], ['www.red.example', 'red'], ['RED.example', 'red'], ['blue.example', 'blue'], ['deep.blue.example', 'blue'], ['a.deep.blue.example', 'all'], ['third.example', 'all'], ['xred.example', 'all'], ['department.example', 'all'], [undefined, 'all'], ['x'.repeat(63) + '.example', 'all']])
    check(`${servername ?? 'no name'}: the certificate "${name}"`, await is(servername, name), await shown(servername));
  check('those that cannot be used are said, and the others serve', /nameless\.pem names no host/.test(server.log) && /1 other certificate/.test(server.log), server.log);
  const get = (host, target) => ask(https, server.port, host, target);
  check('pages of each', (await get('red.example')).body.includes('Home of red') && (await get('deep.blue.example')).body.includes('Home of blue'));
  const earliest = async () => +/^guidanced_tls_certificate_expires_seconds (\S+)/m.exec((await get('red.example', '/metrics')).body)?.[1];
  check('the metric is of the one that expires first', Math.abs((await earliest()) - Date.parse(made.red.validTo) / 1000) < 2, await earliest());
  check('no key is sent, though a site shows the directory', (await get('red.example', '/tls/red.pem')).status === 200 && (await get('red.example', '/tls/red.key')).status === 404 && (await get('red.example', '/tls/blue.key')).status === 404 && (await get('red.example', '/tls/all.key')).status === 404);

  // One is renewed; connections of the others, and requests, go on.
  let asking = true;
  const failed = [];
  const load = (async () => {
    while (asking) {
      const { status, body } = await get('deep.blue.example');
      if (status !== 200) failed.push(`${status} ${body}`);
    }
  })();
  const before = made.blue.serialNumber;
  certify('red', 80, ['red.example', 'www.red.example']);
  check('one is renewed by itself', await until(() => is('red.example', 'red'), WAIT), server.log);
  check('the others stay', made.blue.serialNumber === before && (await is('deep.blue.example', 'blue')) && (await is('third.example', 'all')));
  check('and the metric follows', Math.abs((await earliest()) - Date.parse(made.blue.validTo) / 1000) < 2, await earliest());
  fs.copyFileSync(path.join(dir, 'tls/blue.key'), path.join(dir, 'tls/red.key'));
  check('a key of another is said', await until(() => server.log.includes('red.key is not the key of'), WAIT), server.log);
  check('and what was there stays in use', (await is('red.example', 'red')) && (await is('deep.blue.example', 'blue')));
  certify('red', 80, ['red.example', 'www.red.example']);
  check('until it is mended', await until(() => is('red.example', 'red'), WAIT), server.log);
  certify('third', 20, ['third.example']);
  write(dir, list('red', 'blue', 'third'));
  check('another is added in guidance.yaml', await until(() => is('third.example', 'third'), WAIT), server.log);
  write(dir, list('red', 'third'));
  check('or removed', await until(() => is('deep.blue.example', 'all'), WAIT), server.log);
  check('the others are as they were', (await is('red.example', 'red')) && (await is('third.example', 'third')));
  asking = false;
  await load;
  check('no request failed meanwhile', !failed.length, failed.slice(0, 5));
  check('it stops', (await server.stop()).code === 0, server.log.slice(-800));

  for (const [what, text, at] of [
    ['not a list', '  certificates: red.pem\n', '4:17'],
    ['no key', '  certificates:\n    - {certificate: red.pem}\n', '5:5'],
    ['another member', '  certificates:\n    - {certificate: red.pem, key: red.key, chain: x.pem}\n', '5:5'],
  ]) {
    write(dir, `tls:\n  certificate: tls/all.pem\n  key: tls/all.key\n${text}sites:\n  red.example: red\n`);
    const wrong = await start(dir).then((s) => s.stop().then(() => 'started'), (error) => String(error));
    check(`refused with its place: ${what}`, wrong.includes(`guidance.yaml:${at}`) && wrong.includes('with `certificate` and `key`'), wrong);
  }
  fs.rmSync(dir, { recursive: true });
}

// ---- promises of sites that nobody asks for ----

{
  const dir = temporary();
  const day = (days) => Math.floor(Date.now() / 1000) - days * 86400;
  for (const name of ['kept', 'never', 'wrong']) addSite(dir, name, `name: ${name}\nusage: {enabled: true, retention_days: 30}\nfeedback: {retention_days: 100}\n`);
  write(dir, 'sites:\n  kept.example: kept\n  never.example: never\n  wrong.example: wrong\n');
  const file = (name, kind) => path.join(dir, name, '.guidanced', `${kind}.db`);
  const sql = (name, kind, text) => execFileSync('sqlite3', ['-cmd', '.timeout 9000', file(name, kind), text], { encoding: 'utf8' }).trim();
  // The files as a server makes them.
  const first = await start(dir);
  for (const name of ['kept', 'never', 'wrong']) {
    for (const comment of ['old', 'new']) check(`feedback for ${name}`, (await ask(http, first.port, `${name}.example`, '/feedback', { method: 'POST', headers: POST, body: `page=/&useful=yes&comment=${comment}` })).status === 303);
    await ask(http, first.port, `${name}.example`, '/', { headers: { 'User-Agent': 'Mozilla/5.0', Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' } });
  }
  await sleep(300);
  await first.stop();
  for (const name of ['kept', 'never', 'wrong']) {
    sql(name, 'feedback', `UPDATE entries SET at = ${day(101)} WHERE comment = 'old'; DELETE FROM clock; INSERT INTO clock VALUES(${day(1)}, 0)`);
    check(`${name} has old feedback`, sql(name, 'feedback', 'SELECT group_concat(comment) FROM entries') === 'old,new');
  }
  fs.writeFileSync(path.join(dir, 'wrong/guidance.yaml'), 'name: [\n');
  const second = await start(dir);
  check('old feedback of a site that nobody asks for is removed', await until(() => sql('never', 'feedback', 'SELECT group_concat(comment) FROM entries') === 'new', WAIT), second.log);
  check('it has not been loaded for that', +/^guidanced_sites_loaded (\d+)/m.exec((await ask(http, second.port, 'x', '/metrics')).body)[1] === 0);
  check('the log says how much', await until(() => /removed 1 entry of feedback older than 100 days; .* site=never.example/.test(second.log)), second.log);
  check('a site whose settings are wrong loses nothing, and that is said', await until(() => /old feedback is not removed, since the settings cannot be read.*site=wrong.example/.test(second.log), WAIT) && sql('wrong', 'feedback', 'SELECT count(*) FROM entries') === '2', second.log);
  check('once a day is enough', (second.log.match(/removed 1 entry/g) ?? []).length <= 2);
  await second.stop();
  fs.rmSync(dir, { recursive: true });
}
finish('sites-changes');
