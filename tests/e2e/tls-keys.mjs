// SPDX-License-Identifier: MIT
//
// The keys of TLS are in a process of their own: each kind of key signs, no key is in the server's
// memory, and neither process outlives the other.
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { check, finish, site, sleep, start, until } from './harness.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-tls-keys-'));
const dir = site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n' }, 'name: Test\n');
const KINDS = {
  'RSA of 2048 bits': ['rsa:2048'],
  'RSA of 4096 bits': ['rsa:4096'],
  'RSA-PSS': ['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'P-256': ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  'P-384': ['ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
  Ed25519: ['ed25519'],
};
function make(kind) {
  const files = ['pem', 'key'].map((end) => path.join(folder, `${kind.replaceAll(' ', '-')}.${end}`));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', ...KINDS[kind], '-nodes', '-subj', '/CN=one', '-days', '30', '-out', files[0], '-keyout', files[1]], { encoding: 'utf8' });
  check(`a certificate with ${kind}`, made.status === 0, made.stderr);
  return files;
}
const serve = ([certificate, key], ...more) => start(dir, ['--cache', ':memory:', '--tls-certificate', certificate, '--tls-key', key, ...more]);
const shake = (port, options) => new Promise((resolve) => {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => resolve({ socket, version: socket.getProtocol() }));
  socket.on('error', (error) => resolve({ error }));
});
const children = (pid) => fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
const comm = (pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
const signerOf = (pid) => +children(pid).find((child) => comm(child) === 'guidanced-keys');
const isThere = (pid) => fs.existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));

// ---- each kind of key signs ----
for (const kind of Object.keys(KINDS)) {
  const server = await serve(make(kind));
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const { socket, error } = await shake(server.port, { minVersion: version, maxVersion: version });
    check(`${kind}: ${version}`, !error, error);
    socket?.destroy();
  }
  await server.stop();
}

// ---- where the secret is ----
const pair = make('P-256');
const server = await serve(pair);
const signer = signerOf(server.child.pid);
check('it has a process of its own', signer > 0, children(server.child.pid));
{
  const agreed = await Promise.all(Array.from({ length: 60 }, () => shake(server.port)));
  check('sixty handshakes at once', agreed.every(({ error }) => !error), agreed.find(({ error }) => error)?.error);
  for (const { socket } of agreed) socket?.destroy();
  const status = fs.readFileSync(`/proc/${signer}/status`, 'utf8');
  const fields = Object.fromEntries(status.split('\n').map((line) => line.split(':\t')));
  if (process.env.GUIDANCED_SANDBOX !== 'false') check('it has no rights', fields.Seccomp === '2' && fields.NoNewPrivs === '1' && /^0+$/.test(fields.CapEff) && /^0+$/.test(fields.CapPrm), status);
  check('as many threads as workers', +fields.Threads >= 1 && +fields.Threads <= 16, fields.Threads);
  const open = fs.readdirSync(`/proc/${signer}/fd`).map((fd) => fs.readlinkSync(`/proc/${signer}/fd/${fd}`));
  const listeners = fs.readFileSync(`/proc/${signer}/net/tcp`, 'utf8').split('\n').filter((line) => / 0A /.test(line)).map((line) => line.trim().split(/\s+/)[9]);
  check('it holds no listener', !open.some((name) => listeners.includes(name.match(/^socket:\[(\d+)\]$/)?.[1])), open);
}

// Whether the bytes are in the memory of the process.
function holds(pid, wanted) {
  const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to] = line.match(/^([0-9a-f]+)-([0-9a-f]+) rw/) ?? [];
      // Sanitizers reserve terabytes.
      if (!from || BigInt(`0x${to}`) - BigInt(`0x${from}`) > 268435456n) continue;
      for (let at = BigInt(`0x${from}`); at < BigInt(`0x${to}`); at += 1048576n) {
        const bytes = Buffer.alloc(1048576 + 64);
        try {
          fs.readSync(memory, bytes, 0, bytes.length, at);
        } catch {
          continue; // memory that is not there
        }
        if (wanted.some((some) => bytes.includes(some))) return true;
      }
    }
    return false;
  } finally {
    fs.closeSync(memory);
  }
}
const secret = Buffer.from(crypto.createPrivateKey(fs.readFileSync(pair[1])).export({ format: 'jwk' }).d, 'base64url');
const text = fs.readFileSync(pair[1], 'latin1').split('\n')[1];
const forms = [secret, Buffer.from(secret).reverse(), Buffer.from(text, 'latin1')];
if (process.getuid() === 0) {
  check('the signer has the key', holds(signer, forms));
  check('the server does not', !holds(server.child.pid, forms));
} else
  check('memory of others can be read by root alone', (() => { try { holds(signer, forms); return false; } catch { return true; } })());

// ---- the ends ----
process.kill(signer, 'SIGTERM');
process.kill(signer, 'SIGHUP');
await sleep(300);
check('signals to all processes of a service leave it alone', isThere(signer) && !(await shake(server.port)).error);
process.kill(signer, 'SIGKILL');
await until(() => !isThere(server.child.pid), 10000);
check('without it the server ends, to be started again', server.child.exitCode !== 0 && !isThere(server.child.pid), server.child.exitCode);
check('and says why', /the process with the TLS keys is gone/.test(server.log), server.log);

const other = await serve(pair);
const second = signerOf(other.child.pid);
process.kill(other.child.pid, 'SIGKILL');
check('it does not outlive the server', await until(() => !isThere(second), 5000));

const plain = await start(dir, ['--cache', ':memory:']);
check('without TLS there is none', !children(plain.child.pid).some((pid) => comm(pid) === 'guidanced-keys'));
await plain.stop();

fs.rmSync(folder, { recursive: true });
finish('tls-keys');
process.exit();
