// SPDX-License-Identifier: MIT
//
// Slow and greedy clients: heads sent a byte at a time, bodies that never end, clients that do not
// read. Meanwhile everybody else must be served.
//
//   node tests/e2e/slow.mjs [--connections 600] [--measure]
//
// --measure compares the 99th percentile of normal requests with and without the slow ones. It is
// for runs by hand (docs/operations.md): times in CI cannot be trusted.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { check, finish, site, sleep, start } from './harness.mjs';

const at = process.argv.indexOf('--connections');
const connections = at < 0 ? 600 : Number(process.argv[at + 1]);
const measuring = process.argv.includes('--measure');
const dir = site({
  'data/index.md': '---\ntitle: Home\n---\n# Home\n',
  'data/large.html': `---\npermalink: /large/\n---\n${'x'.repeat(4 << 20)}`,
});
const server = await start(dir, ['--log-access=false', '--limits-page-bytes', '8M', '--limits-connections', String(connections + 500),
  ...(measuring ? [] : ['--limits-header-timeout', '2s', '--limits-request-timeout', '4s', '--limits-idle-timeout', '5s'])]);

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
const get = () =>
  new Promise((resolve) => {
    const begun = performance.now();
    http
      .get(`${server.url}/`, { agent }, (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode, ms: performance.now() - begun }));
      })
      .on('error', (error) => resolve({ status: 0, error }));
  });

// Sends `total` requests from four clients; returns the failures and the 99th percentile in ms.
async function ask(total) {
  const times = [];
  let failed = 0;
  let left = total;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (left-- > 0) {
        const { status, ms } = await get();
        status === 200 ? times.push(ms) : failed++;
      }
    }),
  );
  times.sort((a, b) => a - b);
  return { failed, p99: times[Math.floor(times.length * 0.99)] };
}

const sockets = [];
let closed = 0;
const STARTS = [
  'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', // a head
  'POST /feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na=', // a body
  'GET /large/ HTTP/1.1\r\nHost: x\r\n\r\n', // a reader that does not read
  'GET / HTTP/1.1\r\nHost: x\r\nX-Sil', // a head that falls silent
];
function open(i) {
  return new Promise((resolve) => {
    const socket = net.connect({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.on('close', () => closed++);
    socket.on('connect', () => {
      socket.write(STARTS[i % STARTS.length]);
      if (i % STARTS.length === 2) socket.pause();
      resolve();
    });
    sockets.push(socket);
  });
}

check('the large page is large', Number((await fetch(`${server.url}/large/`, { headers: { 'Accept-Encoding': 'identity' } })).headers.get('content-length')) >= 4 << 20);
await ask(500);
const before = await ask(measuring ? 20000 : 500);
for (let i = 0; i < connections; i += 100)
  await Promise.all(Array.from({ length: Math.min(100, connections - i) }, (_, k) => open(i + k)));
// A byte now and then, like slowloris.
const drip = setInterval(() => sockets.forEach((s, i) => i % STARTS.length < 2 && !s.destroyed && s.write('a')), 1000);
await sleep(500);
const during = await ask(measuring ? 20000 : 2000);
check('normal requests are served beside slow ones', during.failed === 0, during.failed);
if (measuring) {
  const memory = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1];
  console.log(`    ${connections} slow connections, ${closed} closed; p99 ${before.p99.toFixed(2)} ms before, ${during.p99.toFixed(2)} ms during; ${Math.round(memory / 1024)} MB resident`);
  check('within twice the time', during.p99 <= 2 * before.p99);
}
// Each is cut off by its own time limit, whatever trickles in or is not read. (Once the kernel has
// taken a whole response, the connection counts as idle, not as a slow reader.)
const connectionsOpen = async () => Number(/^guidanced_http_connections (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())[1]);
const end = Date.now() + (measuring ? 90000 : 45000);
while ((await connectionsOpen()) > 10 && Date.now() < end) await sleep(200);
const left = await connectionsOpen();
check('slow heads, bodies and readers are cut off', left <= 10, left);
clearInterval(drip);
sockets.forEach((s) => s.destroy());
check('and served after', (await ask(200)).failed === 0);
agent.destroy();
const { code } = await server.stop();
check('it stops well', code === 0, code);
finish('slow');
process.exit();
