// SPDX-License-Identifier: MIT
//
// What the end-to-end suites share: a site in a temporary directory, a server on a free port, raw
// sockets, and counting.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BINARY = process.env.GUIDANCED || path.join(ROOT, 'build/debug/guidanced');

let passed = 0;
let failed = 0;

export function check(name, ok, detail = '') {
  if (ok) passed++;
  else {
    failed++;
    console.log(`not ok: ${name}${detail ? `\n    ${String(detail).slice(0, 600)}` : ''}`);
    // script/mutate needs no more than the first.
    if (process.env.STOP_AT_FAILURE) process.exit(1);
  }
  return ok;
}

// A suite removes what it started and made, even if it is cut short: remaining servers take memory
// and time from later suites, and keep open the pipes of the process that waits for them.
const children = new Set();
const folders = new Set();
export function ours(child) {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}
process.on('exit', (code) => {
  for (const child of children) child.kill('SIGKILL');
  // After a failure, the folders stay for inspection.
  if (code === 0) for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

// How much longer everything takes than on an idle machine: time limits of suites then hold on a
// busy machine, and stay strict on an idle one.
export const patience = () => Math.min(10, Math.max(1, (2 * os.loadavg()[0]) / os.availableParallelism()));

export function finish(suite) {
  console.log(`${suite}: ${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
  // A forgotten child or socket must not keep all other suites waiting.
  setTimeout(() => process.exit(), 10000).unref();
}

export function temporary() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-'));
  folders.add(dir);
  return dir;
}

// A copy of the sample site that a test may change.
export function sampleSite() {
  const dir = temporary();
  for (const name of ['guidance.yaml', 'data', 'templates'])
    fs.cpSync(path.join(ROOT, name), path.join(dir, name), { recursive: true });
  fs.mkdirSync(path.join(dir, 'build'));
  fs.cpSync(path.join(ROOT, 'build/assets'), path.join(dir, 'build/assets'), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  return dir;
}

// A site of the given files: { 'data/index.md': '…' }.
export function site(files, settings = 'name: Test\n') {
  const dir = temporary();
  const all = { 'guidance.yaml': settings, 'templates/.keep': '', ...files };
  for (const [name, text] of Object.entries(all)) {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    // U+F8E9 stands for the byte E9, which is "é" in Latin-1 and nothing in UTF-8.
    const parts = text.split('\uf8e9').flatMap((part, i) => (i ? [Buffer.from([0xe9]), Buffer.from(part)] : [Buffer.from(part)]));
    fs.writeFileSync(file, Buffer.concat(parts));
  }
  return dir;
}

// The addresses of its pages, also of those that no list names; not of style sheets and the page for
// missing ones.
export const pageUrls = (dir) =>
  JSON.parse(execFileSync(BINARY, ['routes', '--format', 'json', '--site', dir], { encoding: 'utf8', maxBuffer: 1 << 28 }))
    .filter((route) => route.kind === 'page' && route.url.endsWith('/')).map((route) => route.url);

export async function start(dir, args = [], binary = BINARY) {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const child = ours(spawn(binary, ['serve', '--site', dir, ...listen, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  }));
  const server = { child, dir, log: '', out: '' };
  child.stderr.on('data', (d) => (server.log += d));
  // With what it has written: that may come after its end, or never end if a child of its own has it.
  server.exited = new Promise((resolve) => child.on('exit', (code, signal) => {
    const late = setTimeout(resolve, 1000, { code, signal });
    child.on('close', () => { clearTimeout(late); resolve({ code, signal }); });
  }));
  server.port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no start: ${server.log}`)), 30000 * patience());
    child.stdout.on('data', (d) => {
      server.out += d;
      const match = /https?:\/\/127\.0\.0\.1:(\d+)/.exec(server.out);
      if (match) {
        clearTimeout(timer);
        resolve(+match[1]);
      }
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`exit ${code}: ${server.log}`));
    });
  });
  server.url = `http://127.0.0.1:${server.port}`;
  server.stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    return server.exited;
  };
  return server;
}

// Sends bytes (or several, with pauses) and gives all that arrived until the end or a timeout.
export function raw(port, bytes, { timeout = 1500, pause = 0 } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const chunks = [];
    let closed = false;
    const done = () => resolve({ text: Buffer.concat(chunks).toString('latin1'), closed });
    const timer = setTimeout(() => {
      socket.destroy();
      done();
    }, timeout * Math.min(3, patience())); // many requests here wait for all of it
    socket.on('data', (d) => chunks.push(d));
    socket.on('error', () => {
      closed = true;
    });
    socket.on('close', () => {
      closed = true;
      clearTimeout(timer);
      done();
    });
    socket.on('end', () => {
      closed = true;
      socket.end();
    });
    socket.on('connect', async () => {
      for (const part of [].concat(bytes)) {
        if (socket.destroyed) return;
        socket.write(Buffer.from(part, 'latin1'));
        if (pause) await new Promise((r) => setTimeout(r, pause));
      }
    });
  });
}

export const statuses = (text) => [...text.matchAll(/HTTP\/1\.[01] ([2-5]\d\d)/g)].map((m) => +m[1]);
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// A port that nothing listens on now.
export const freePort = (host = '127.0.0.1') =>
  new Promise((resolve) => {
    const probe = net.createServer().listen(0, host, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

// Waits until fn returns a true value.
export async function until(fn, ms = 5000) {
  const end = Date.now() + ms * patience();
  for (;;) {
    const value = await fn();
    if (value || Date.now() > end) return value;
    await sleep(20);
  }
}
