// SPDX-License-Identifier: MIT
//
// Every raw request of http-cases.mjs again, through nginx, HAProxy and h2o, which send the requests
// of many clients over shared connections. If a proxy and the server read a message differently, the
// server answers a request that no client sent, or a client gets the answer to another. So the ids
// of all answers that clients received are compared with those in the server's log, and what bodies
// contain must never be requested.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import cases from './http-cases.mjs';
import { check, finish, freePort, ours, raw, ROOT, sampleSite, sleep, start, until } from './harness.mjs';

const TOOLS = path.join(ROOT, 'build/tools');
const env = { ...process.env, LD_LIBRARY_PATH: path.join(TOOLS, 'usr/lib/x86_64-linux-gnu') };
const find = (name) => [name, `/usr/sbin/${name}`, path.join(TOOLS, 'usr/sbin', name), path.join(TOOLS, 'usr/bin', name)]
  .find((file) => spawnSync(file, ['-v'], { env }).status === 0);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-'));

// Each proxy is as permissive as its configuration allows.
const PROXIES = {
  nginx: (listen, to) => ['nginx.conf', `daemon off; master_process off; error_log stderr; pid ${folder}/nginx.pid;
events {}
http {
  access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ignore_invalid_headers off; underscores_in_headers on; merge_slashes off; large_client_header_buffers 8 64k; client_max_body_size 0;
  upstream server { server 127.0.0.1:${to}; keepalive 4; }
  server { listen 127.0.0.1:${listen}; location / { proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_request_buffering off; } }
}`, (file) => ['-c', file, '-p', folder]],
  haproxy: (listen, to) => ['haproxy.cfg', `global
  tune.bufsize 65536
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  option http-keep-alive
  http-reuse always
  option accept-invalid-http-request
frontend in
  bind 127.0.0.1:${listen}
  default_backend out
backend out
  server one 127.0.0.1:${to} pool-max-conn 4
`, (file) => ['-db', '-f', file]],
  h2o: (listen, to) => ['h2o.yaml', `user: root
listen: { host: 127.0.0.1, port: ${listen} }
proxy.timeout.keepalive: 5000
hosts:
  default:
    paths:
      "/": { proxy.reverse.url: "http://127.0.0.1:${to}/", proxy.preserve-host: ON }
`, (file) => ['-c', file]],
};

const answers = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

const log = path.join(folder, 'access.log');
const server = await start(sampleSite(), ['--feedback-per-minute', '0', '--log-access-file', log, '--log-access-format', 'combined-id']);
const idsIn = (text) => [...text.matchAll(/^X-Request-Id: ([0-9a-f]{24})\r$/gim)].map((m) => m[1]);
const logged = () => fs.readFileSync(log, 'utf8').trim().split('\n').filter(Boolean).map((line) => ({ line, id: /([0-9a-f]{24})"$/.exec(line)?.[1] }));

async function through(name, program) {
  const port = await freePort();
  const [file, text, args] = PROXIES[name](port, server.port);
  fs.writeFileSync(path.join(folder, file), text);
  const before = logged().length;
  const proxy = ours(spawn(program, args(path.join(folder, file)), { env, stdio: ['ignore', 'ignore', 'pipe'] }));
  let said = '';
  proxy.stderr.on('data', (d) => (said += d));
  if (!check(`${name} starts`, await until(() => answers(port), 10000), said)) return;
  const given = new Map();
  let twice = 0;
  let asked = 0;
  const queue = cases.filter((row) => !row.half);
  let headless = 0; // for HTTP/0.9, nginx sends bodies without heads, so without ids
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (let row; (row = queue.shift()); ) {
      const { text: got } = await raw(port, row.bytes, { timeout: 1200 });
      asked++;
      headless += Math.max(0, got.split('400 Bad Request\n').length - got.split('HTTP/1.1 400 ').length);
      for (const id of idsIn(got)) {
        twice += given.has(id);
        given.set(id, row.name);
      }
    }
  }));
  const { text: after } = await raw(port, 'GET /help/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  idsIn(after).forEach((id) => given.set(id, 'the last'));
  check(`${name}: an answer of its own for who comes last`, /^HTTP\/1\.1 200 /.test(after) && after.includes('</html>'), after.slice(0, 200));
  await sleep(300);
  const lines = logged().slice(before);
  const lost = lines.filter(({ id }) => !given.has(id));
  const unknown = [...given].filter(([id]) => !lines.some((line) => line.id === id));
  check(`${name}: all that was answered was asked for`, lost.length <= headless && lost.every(({ line }) => / HTTP\/1\.1" 400 /.test(line)), lost.map(({ line }) => line).join('\n    '));
  check(`${name}: all that was given was answered`, unknown.length === 0 && twice === 0, `${unknown.map(([id, row]) => `${id} ${row}`).join('\n    ')} twice ${twice}`);
  check(`${name}: no body was taken for a request`, !lines.some(({ line }) => line.includes('/smuggled/')), lines.find(({ line }) => line.includes('/smuggled/'))?.line);
  console.log(`${name}: ${asked} requests, ${lines.length} reached the server`);
  proxy.kill('SIGKILL');
}

for (const name of Object.keys(PROXIES)) {
  const program = find(name);
  if (program) await through(name, program);
  else console.log(`skipped: ${name} is not here (script/tools unpacks it)`);
}
const { code } = await server.stop();
check('a clean stop', code === 0, server.log.slice(-400));
fs.rmSync(folder, { recursive: true, force: true });
finish('proxies');
process.exit();
