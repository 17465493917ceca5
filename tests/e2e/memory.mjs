// SPDX-License-Identifier: MIT
//
// Memory limits hold for the connections that stand beside them: that of the Kubernetes manifests
// and each row of the table in docs/operations.md, "Sizing". As many clients as that send the
// largest head, or the largest body, and never its end.
//
//   node tests/e2e/memory.mjs [CONNECTIONS]     only the row with that number
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { check, finish, ROOT, sampleSite, sleep, start, until } from './harness.mjs';

const read = (name) => fs.readFileSync(path.join(ROOT, 'deploy/kubernetes/base', name), 'utf8');
const settings = Object.fromEntries(read('settings.env').split('\n').filter((l) => l.includes('=')).map((l) => l.split(/=(.*)/).slice(0, 2)));
const bytes = (text) => parseFloat(text) * ({ k: 1024, M: 1 << 20 }[text.at(-1)] ?? 1);
const MIB = 1 << 20;
const limit = +/limits: \{memory: (\d+)Mi\}/.exec(read('deployment.yaml'))[1];
const head = bytes('16k'), body = bytes(settings.GUIDANCED_LIMITS_BODY_BYTES);
// docs/operations.md.
const EACH = bytes('48k') + 2 * head + body;
const manual = fs.readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8');
const table = [...manual.matchAll(/^ *\| ([\d,]+) \| ([\d,]+) MiB \| /gm)].map((m) => m.slice(1).map((n) => +n.replace(',', '')));
check('the table begins with the manifests', table.length > 1 && table[0][0] === +settings.GUIDANCED_LIMITS_CONNECTIONS && table[0][1] === limit, table);

const fields = (length) => {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `X-${i}: ${'a'.repeat(300)}\r\n`;
  return text;
};
const POST = `POST /feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
const FLOODS = [
  ['heads without an end', `GET / HTTP/1.1\r\nHost: x\r\n${fields(head - 900)}`],
  ['bodies without an end', `${POST}Content-Length: ${body}\r\n\r\n${'a'.repeat(body - 1)}`],
  ['both', `${POST}${fields(head - 1200)}Content-Length: ${body}\r\n\r\n${'a'.repeat(body - 1)}`],
];

class Flooded {
  async begin(connections) {
    this.connections = connections;
    this.server = await start(sampleSite(), ['--limits-connections', String(connections), '--limits-body-bytes', String(body), '--limits-header-timeout', '5m', '--limits-request-timeout', '5m', '--log-access', 'false']);
    for (let i = 0; i < 50; i++) await (await fetch(`${this.server.url}/`)).text();
    this.idle = this.resident();
  }
  resident() {
    return +/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${this.server.child.pid}/status`, 'latin1'))[1] * 1024;
  }
  async open() {
    return +/^guidanced_http_connections (\d+)/m.exec(await (await fetch(`${this.server.url}/metrics`)).text())[1];
  }
  // What has been sent is read once memory grows no more.
  async settled() {
    let last = 0;
    await until(async () => {
      const now = this.resident(), still = now === last;
      last = now;
      if (!still) await sleep(500);
      return still;
    }, 30000);
    return last;
  }
  // Some connections are kept for asking.
  async flood(what, text, most) {
    const sockets = [], count = this.connections - 8;
    for (let i = 0; i < count; i++) {
      const socket = net.connect(this.server.port, '127.0.0.1', () => socket.write(text));
      socket.on('error', () => {}).resume();
      sockets.push(socket);
      if (i % 100 === 99) await sleep(10);
    }
    const all = await until(async () => (await this.open()) >= count, 60000);
    const last = await this.settled(), each = (last - this.idle) / this.connections;
    console.log(`    ${this.connections} connections, ${what}: ${(last / MIB).toFixed(0)} MiB, ${(each / 1024).toFixed(0)} KiB each`);
    check(`${this.connections}, ${what}: all connections are open`, all, await this.open());
    check(`${this.connections}, ${what}: none takes more than is said`, each <= EACH, `${each} > ${EACH}`);
    check(`${this.connections}, ${what}: the limit holds`, last < most * MIB, `${last} of ${most} MiB`);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await this.open()) < 10, 60000);
  }
}

for (const [connections, most] of table.filter(([n]) => !process.argv[2] || n === +process.argv[2])) {
  const flooded = new Flooded();
  await flooded.begin(connections);
  for (const [what, text] of FLOODS) await flooded.flood(what, text, most);
  check(`${connections}: and after all that a page is a page`, (await fetch(`${flooded.server.url}/`)).status === 200);
  check(`${connections}: the limit leaves room for a site`, most * MIB - connections * EACH >= 96 * MIB, most - (connections * EACH) / MIB);
  await flooded.server.stop();
}
finish('memory');
