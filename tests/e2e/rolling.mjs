// SPDX-License-Identifier: MIT
//
// Upgrades without a lost request: two instances behind nginx are restarted in turn, several times,
// while clients send requests as fast as they can. An instance told to stop first says so on
// /readyz, answers what is under way, and closes its connections; nginx then uses the other.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, freePort, ROOT, site, sleep, start, until } from './harness.mjs';

const ROUNDS = 3;
const CLIENTS = 8;
const nginx = ['nginx', '/usr/sbin/nginx', path.join(ROOT, 'build/tools/usr/sbin/nginx')].find(
  (name) => spawnSync(name, ['-v']).status === 0,
);
const files = { 'data/index.md': '---\ntitle: Home\n---\n# Home\n' };
for (let i = 0; i < 20; i++) files[`data/p${i}.md`] = `---\ntitle: Page ${i}\n---\n# Page ${i}\n\n${'Some text. '.repeat(200)}\n`;
const dir = site(files);
const instance = (port) =>
  start(dir, ['--listen', `127.0.0.1:${port}`, '--cache', ':memory:', '--drain-delay', '300ms', '--log-access=false']);

const [front, ...ports] = [await freePort(), await freePort(), await freePort()];
const instances = await Promise.all(ports.map(instance));
fs.writeFileSync(path.join(dir, 'nginx.conf'), `
daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/nginx.log;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f;
  uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  upstream guidance {
    server 127.0.0.1:${ports[0]} max_fails=0; server 127.0.0.1:${ports[1]} max_fails=0; keepalive 16;
  }
  server {
    listen 127.0.0.1:${front};
    location / {
      proxy_pass http://guidance; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_next_upstream error timeout http_503;
    }
  }
}`);
const proxy = spawn(nginx, ['-p', dir, '-c', path.join(dir, 'nginx.conf')], { stdio: 'ignore' });
const home = () => fetch(`http://127.0.0.1:${front}/`).then((r) => r.status, () => 0);
check('the proxy answers', await until(async () => (await home()) === 200, 5000));

let asking = true;
let count = 0;
const failures = [];
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
const get = (url) =>
  new Promise((resolve) => {
    http
      .get({ host: '127.0.0.1', port: front, path: url, agent }, (response) => {
        let length = 0;
        response.on('data', (chunk) => (length += chunk.length));
        response.on('end', () => resolve({ status: response.statusCode, whole: response.complete && length > 1000 }));
        response.on('error', (error) => resolve({ status: 0, error }));
      })
      .on('error', (error) => resolve({ status: 0, error }));
  });
async function ask(client) {
  for (let i = client; asking; i++) {
    const { status, whole, error } = await get(`/p${i % 20}/`);
    count++;
    if (status !== 200 || !whole) failures.push(`${status} ${error ?? ''}`);
  }
}

const clients = Array.from({ length: CLIENTS }, (_, client) => ask(client));
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, port] of ports.entries()) {
    await sleep(300);
    const stopped = instances[i].stop();
    await sleep(100);
    if (round === 0) {
      const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then((r) => r.status, (error) => String(error));
      check(`instance ${i} says that it drains`, ready === 503, ready);
    }
    const { code, signal } = await stopped;
    check(`round ${round}: instance ${i} stops well`, code === 0, `${code} ${signal} ${instances[i].log.slice(-500)}`);
    instances[i] = await instance(port);
  }
}
asking = false;
await Promise.all(clients);
agent.destroy();
console.log(`    ${count} requests, ${ROUNDS * 2} restarts`);
check('no request failed', failures.length === 0, failures.slice(0, 5));
check('many requests', count > 1000, count);
proxy.kill('SIGQUIT');
await Promise.all(instances.map((server) => server.stop()));
finish('rolling');
