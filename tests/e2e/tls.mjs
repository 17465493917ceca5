// SPDX-License-Identifier: MIT
//
// TLS: versions, the guard, HSTS, and certificates that change while connections are open.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { check, finish, site, sleep, start, statuses, until } from './harness.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-tls-'));
const certificate = path.join(folder, 'site.pem');
const key = path.join(folder, 'site.key');
function make(name, days) {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-subj', `/CN=${name}`, '-days', String(days), '-keyout', `${key}.new`, '-out', `${certificate}.new`], { encoding: 'utf8' });
  check(`a certificate for ${name}`, made.status === 0, made.stderr);
}
const put = (...files) => files.forEach((file) => fs.renameSync(`${file}.new`, file));
make('one', 30);
put(certificate, key);
const LENGTHS = [96, 4096, 14992, 16000, 16384, 17008, 70000, 400000];
const files = Object.fromEntries(LENGTHS.flatMap((length) => {
  const text = '0123456789abcdef'.repeat(length / 16);
  return [[`files/${length}.bin`, text], [`data/p${length}.md`, `---\ntitle: Long\nlayout: whole.njk\n---\n${text}\n`]];
}));
const dir = site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n', 'templates/whole.njk': '<!doctype html><html lang="en"><title>{{ title }}</title>{{ content | safe }}</html>\n', ...files }, 'name: Test\npassthrough: {/files: files}\n');
const child = await start(dir, ['--cache', ':memory:', '--tls-certificate', certificate, '--tls-key', key, '--admin-listen', '127.0.0.1:0']);
const port = child.port;
const connect = (options = {}) =>
  new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => resolve({ socket, subject: socket.getPeerCertificate().subject?.CN, version: socket.getProtocol() }));
    socket.on('error', (error) => resolve({ error }));
  });
const ask = (agent) =>
  new Promise((resolve) => {
    https.get({ port, host: '127.0.0.1', path: '/', agent, rejectUnauthorized: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response));
    }).on('error', (error) => resolve({ error }));
  });

for (const [version, allowed] of [['TLSv1', false], ['TLSv1.1', false], ['TLSv1.2', true], ['TLSv1.3', true]]) {
  const { socket, error, version: spoken } = await connect({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' });
  check(`${version} is ${allowed ? 'spoken' : 'refused'}`, allowed ? spoken === version : !!error, error);
  socket?.destroy();
}
const first = await ask();
check('HSTS', first.headers?.['strict-transport-security'] === 'max-age=31536000; includeSubDomains', JSON.stringify(first.headers));

// ---- what a scanner asks: AEAD with ECDHE alone, resumption, no negotiation anew ----
for (const [name, ciphers, allowed] of [
  ['AES-GCM', 'ECDHE-ECDSA-AES128-GCM-SHA256', true], ['ChaCha20', 'ECDHE-ECDSA-CHACHA20-POLY1305', true],
  ['CBC', 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384', false], ['CCM', 'ECDHE-ECDSA-AES128-CCM', false],
  ['finite-field DHE', 'DHE-RSA-AES128-GCM-SHA256', false], ['RSA key exchange', 'AES128-GCM-SHA256', false]]) {
  const { socket, error } = await connect({ maxVersion: 'TLSv1.2', ciphers });
  check(`TLS 1.2 with ${name} is ${allowed ? 'spoken' : 'refused'}`, allowed ? !error : !!error, error);
  socket?.destroy();
}
for (const version of ['TLSv1.2', 'TLSv1.3']) {
  const options = { minVersion: version, maxVersion: version };
  const session = await new Promise((resolve) => {
    tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, function () {
      this.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    }).on('session', resolve).on('error', resolve).on('close', resolve).resume();
  });
  const { socket } = await connect({ ...options, session });
  check(`${version}: a session is resumed`, socket?.isSessionReused() === true);
  socket?.destroy();
}
const anew = await new Promise((resolve) => {
  const client = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2']);
  let text = '';
  client.stdout.on('data', (d) => (text += d));
  client.stderr.on('data', (d) => (text += d));
  client.on('close', (code) => resolve({ code, text }));
  client.stdin.on('error', () => {});
  setTimeout(() => client.stdin.write('R\n'), 1000);
  setTimeout(() => client.kill(), 8000);
});
check('no negotiation anew', /RENEGOTIATING/.test(anew.text) && /alert no renegotiation/.test(anew.text) && anew.code === 1, anew.text.slice(-400));

// The guard filters requests here as well.
const send = async (bytes) => {
  const { socket } = await connect();
  let text = '';
  socket.on('data', (d) => (text += d.toString('latin1')));
  socket.write(Buffer.from(bytes, 'latin1'));
  await Promise.race([new Promise((resolve) => socket.on('close', resolve)), sleep(1500)]);
  socket.destroy();
  return statuses(text);
};
for (const [name, bytes, status] of [
  ['a good request', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 200],
  ['bare LF', 'GET / HTTP/1.1\nHost: x\n\n', 400],
  ['a NUL', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an empty field name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n', 400],
  ['two spaces', 'GET  / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['two lengths', 'POST /feedback HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n', 400],
]) {
  const got = await send(bytes);
  check(`under TLS: ${name}`, got[0] === status, got);
}

// ---- an answer that fits goes in one record, so that nobody gets the half of it ----
{
  // Records of application data from the server, as a relay sees them: of TLS 1.2, which has no
  // tickets among them.
  let records = 0, rest = Buffer.alloc(0);
  const relay = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    client.pipe(upstream).on('error', () => {});
    upstream.on('error', () => {}).on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      for (; rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3); rest = rest.subarray(5 + rest.readUInt16BE(3))) records += rest[0] === 23;
      client.write(data);
    });
  });
  await new Promise((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const one = new https.Agent({ keepAlive: true, maxSockets: 1, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  const get = (target, options = {}) => new Promise((resolve, reject) => {
    records = 0;
    const request = https.request({ host: '127.0.0.1', port: relay.address().port, path: target, agent: one, rejectUnauthorized: false, ...options }, (response) => {
      let body = '';
      response.on('data', (d) => (body += d));
      response.on('end', () => setTimeout(() => resolve({ status: response.statusCode, headers: response.headers, body, records }), 50));
    });
    request.on('error', reject);
    request.end(options.body);
  });
  const page = await get('/');
  check('a page is one record', page.records === 1 && page.body.includes('Home'), page.records);
  check('again', (await get('/')).records === 1);
  const head = await get('/', { method: 'HEAD' });
  check('HEAD has no body', head.records === 1 && head.body === '' && head.headers['content-length'] === page.headers['content-length'], head);
  check('nor has 304', (await get('/', { headers: { 'If-None-Match': page.headers.etag } })).status === 304);
  const post = await get('/feedback', { method: 'POST', headers: { Expect: '100-continue', 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'page=/&useful=yes' });
  check('nor "100 Continue", after which its own answer comes', post.status === 303, post.status);
  for (const length of LENGTHS) {
    const long = await get(`/p${length}/`);
    check(`a page of ${length} bytes comes whole, in as few records as there must be`, long.status === 200 && long.body.includes('0123456789abcdef'.repeat(length / 16)) && long.body.trimEnd().endsWith('</html>') && +long.headers['content-length'] === long.body.length && long.records <= Math.ceil((long.body.length + 1500) / 16384), `${long.body.length} in ${long.records}`);
    const file = await get(`/files/${length}.bin`);
    check(`so does a file of ${length} bytes`, file.status === 200 && file.body === '0123456789abcdef'.repeat(length / 16), file.body.length);
  }
  const each = await get('/p17008/');
  one.destroy();
  relay.close();

  // A client that asks a lot and reads nothing for a while: records that cannot be sent are sent later.
  const { socket } = await connect();
  const COUNT = 600;
  let text = '';
  socket.pause();
  socket.write(`GET /p17008/ HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(COUNT - 1) + 'GET /p17008/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await sleep(1500);
  socket.on('data', (d) => (text += d.toString('latin1'))).resume();
  await new Promise((resolve) => socket.on('close', resolve));
  const bodies = text.split('HTTP/1.1 200 OK\r\n').slice(1).map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4));
  check('answers that had to wait come whole', bodies.length === COUNT && bodies.every((body) => body === each.body), `${bodies.length} of ${COUNT}, ${bodies.filter((body) => body !== each.body).length} differ`);
}

// A renewal: open connections continue, new ones get the new certificate, nothing fails.
const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
await ask(agent);
let failures = 0, asking = true;
const load = (async () => {
  while (asking) failures += (await ask()).statusCode !== 200;
})();
make('two', 60);
put(certificate, key);
child.child.kill('SIGHUP');
check('after SIGHUP: the new certificate', await until(async () => {
  const { socket, subject } = await connect();
  socket?.destroy();
  return subject === 'two';
}), child.log);
check('after SIGHUP: an open connection goes on', (await ask(agent)).statusCode === 200);
make('three', 60);
put(certificate); // without its key
child.child.kill('SIGHUP');
check('a certificate that is not the key\'s is told', await until(() => child.log.includes('is not the key of')), child.log);
const { socket, subject } = await connect();
socket?.destroy();
check('and the one before stays', subject === 'two', subject);
put(key);
child.child.kill('SIGHUP');
check('mended', await until(async () => {
  const now = await connect();
  now.socket?.destroy();
  return now.subject === 'three';
}));
asking = false;
await load;
check('no request failed meanwhile', failures === 0, failures);
agent.destroy();
const expires = new crypto.X509Certificate(fs.readFileSync(certificate)).validTo;
check('expiry', new Date(expires) > new Date());

// ---- stapling: a response of the responder that the certificate names ----
const at = (name) => path.join(folder, name);
const openssl = (...args) => {
  const run = spawnSync('openssl', args, { encoding: 'utf8', cwd: folder });
  return check(`openssl ${args[0]}`, run.status === 0, run.stderr);
};
openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=Authority', '-days', '30', '-keyout', 'ca.key', '-out', 'ca.pem');
openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=stapled', '-keyout', 'stapled.key', '-out', 'stapled.csr');
fs.writeFileSync(at('extensions'), 'authorityInfoAccess=OCSP;URI:http://ocsp.invalid/\n');
openssl('x509', '-req', '-in', 'stapled.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '0x1001', '-days', '20', '-extfile', 'extensions', '-out', 'stapled.pem');
const respond = (name, line, certificate = 'stapled.pem', until = ['-ndays', '7']) => {
  fs.writeFileSync(at('index.txt'), `${line}\n`);
  openssl('ocsp', '-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', 'ca.pem', '-rkey', 'ca.key', '-issuer', 'ca.pem', '-cert', certificate, '-respout', name, ...until);
};
const GOOD = 'V\t361231235959Z\t\t1001\tunknown\t/CN=stapled';
openssl('x509', '-req', '-in', 'stapled.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '0x1002', '-days', '20', '-out', 'other.pem');
respond('good.der', GOOD);
respond('other.der', GOOD.replace('1001', '1002'), 'other.pem');
respond('endless.der', GOOD, 'stapled.pem', []);
fs.writeFileSync(at('busy.der'), Buffer.from('30030a0103', 'hex')); // RFC 6960 §4.2.1: tryLater
respond('revoked.der', 'R\t361231235959Z\t250101000000Z,keyCompromise\t1001\tunknown\t/CN=stapled');
for (const [name, response, stapled, words] of [['a good response', 'good.der', true, null], ['one that says revoked', 'revoked.der', false, 'does not say that the certificate is good'],
  ['one for another certificate', 'other.der', false, 'it is for another certificate'], ['one without an end', 'endless.der', false, 'it does not say how long it holds'], ['an error', 'busy.der', false, 'the responder did not answer'],
  ['what is no response', 'stapled.pem', false, 'not an OCSP response in DER'], ['a file that is not there', 'nowhere.der', false, 'cannot read']]) {
  const server = await start(dir, ['--cache', ':memory:', '--tls-certificate', at('stapled.pem'), '--tls-key', at('stapled.key'), '--tls-ocsp', at(response)]);
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const given = await new Promise((resolve) => {
      const socket = tls.connect({ port: server.port, host: '127.0.0.1', requestOCSP: true, ca: fs.readFileSync(at('ca.pem')), servername: 'stapled', checkServerIdentity: () => undefined, minVersion: version, maxVersion: version });
      let staple = null;
      socket.on('OCSPResponse', (bytes) => (staple = bytes));
      socket.on('secureConnect', () => { socket.destroy(); resolve(staple); });
      socket.on('error', (error) => resolve(error));
    });
    const same = Buffer.isBuffer(given) && given.equals(fs.readFileSync(at(response)));
    check(`${version}, ${name}: ${stapled ? 'stapled' : 'nothing'}`, stapled ? same : !given?.length, given);
  }
  check(`${name}: ${words ? 'the log says so' : 'no word'}`, words ? server.log.includes(words) : !/not stapled/.test(server.log), server.log);
  await server.stop();
}

const { code } = await child.stop();
check('it stops well', code === 0, code);
fs.rmSync(folder, { recursive: true });
finish('tls');
process.exit();
