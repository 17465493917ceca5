// SPDX-License-Identifier: MIT
//
// The memory limit of the Kubernetes manifests holds for the connections that they allow: as many
// clients as that send the largest head, or the largest body, and never its end. What a connection
// takes at most is said in docs/operations.md, "Sizing".
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { check, finish, ROOT, sampleSite, sleep, start, until } from './harness.mjs';

const read = (name) => fs.readFileSync(path.join(ROOT, 'deploy/kubernetes/base', name), 'utf8');
const settings = Object.fromEntries(read('settings.env').split('\n').filter((l) => l.includes('=')).map((l) => l.split(/=(.*)/).slice(0, 2)));
const bytes = (text) => parseFloat(text) * ({ k: 1024, M: 1 << 20 }[text.at(-1)] ?? 1);
const MIB = 1 << 20;
const limit = +/limits: \{memory: (\d+)Mi\}/.exec(read('deployment.yaml'))[1] * MIB;
const connections = +settings.GUIDANCED_LIMITS_CONNECTIONS;
const head = bytes('16k'), body = bytes(settings.GUIDANCED_LIMITS_BODY_BYTES);
// docs/operations.md.
const EACH = bytes('48k') + 2 * head + body;

const server = await start(sampleSite(), ['--limits-connections', String(connections), '--limits-body-bytes', String(body), '--limits-header-timeout', '5m', '--limits-request-timeout', '5m', '--log-access', 'false']);
const resident = () => +/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'latin1'))[1] * 1024;
const open = async () => +/^guidanced_http_connections (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())[1];
for (let i = 0; i < 50; i++) await (await fetch(`${server.url}/`)).text();
const idle = resident();

// One connection is kept for asking.
async function flood(what, text) {
  const sockets = [];
  for (let i = 0; i < connections - 8; i++) {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('error', () => {}).resume();
    sockets.push(socket);
    if (i % 100 === 99) await sleep(10);
  }
  const all = await until(async () => (await open()) >= connections - 8, 20000);
  // What has been sent is read.
  let last = 0;
  await until(async () => {
    const now = resident(), still = now === last;
    last = now;
    if (!still) await sleep(500);
    return still;
  }, 20000);
  const each = (last - idle) / connections;
  console.log(`    ${what}: ${(last / MIB).toFixed(0)} MiB, ${(each / 1024).toFixed(0)} KiB a connection`);
  check(`${what}: all connections are open`, all, await open());
  check(`${what}: none takes more than is said`, each <= EACH, `${each} > ${EACH}`);
  check(`${what}: the limit holds`, last < limit, `${last} of ${limit}`);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await open()) < 10, 20000);
}

const fields = (length) => {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `X-${i}: ${'a'.repeat(300)}\r\n`;
  return text;
};
const POST = `POST /feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
await flood('heads without an end', `GET / HTTP/1.1\r\nHost: x\r\n${fields(head - 900)}`);
await flood('bodies without an end', `${POST}Content-Length: ${body}\r\n\r\n${'a'.repeat(body - 1)}`);
await flood('both', `${POST}${fields(head - 1200)}Content-Length: ${body}\r\n\r\n${'a'.repeat(body - 1)}`);
check('and after all that a page is a page', (await fetch(`${server.url}/`)).status === 200);
check('the limit leaves room for a site', limit - connections * EACH >= 96 * MIB, (limit - connections * EACH) / MIB);
await server.stop();
finish('memory');
