// SPDX-License-Identifier: MIT
//
// The HTTP conformance suite: every row of http-cases.mjs over a raw socket, whole and byte by byte
// for a sample of them, and then the server still serves.
import net from 'node:net';
import cases from './http-cases.mjs';
import { check, finish, raw, sampleSite, start, statuses } from './harness.mjs';

const server = await start(sampleSite(), ['--feedback-per-minute', '0']);

function matches(expected, result) {
  const got = statuses(result.text);
  if (expected && expected.pipeline) return JSON.stringify(got) === JSON.stringify(expected.pipeline);
  if (expected === 'nothing') return got.length === 0;
  const allowed = expected === 'refused' ? [400, 'close'] : [].concat(expected);
  if (!got.length) return allowed.includes('close') && result.closed;
  return allowed.includes(got[0]);
}

// Half a request: the client shuts its side; the server must not answer as if it were whole.
function cut(bytes) {
  return new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (d) => (text += d.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve({ text, closed: true }));
    socket.on('connect', () => {
      socket.write(Buffer.from(bytes, 'latin1'));
      socket.end();
      setTimeout(() => socket.destroy(), 400);
    });
  });
}

async function run(row) {
  const result = row.half ? await cut(row.bytes) : await raw(server.port, row.bytes);
  check(`${row.name} (RFC ${row.rfc})`, matches(row.expected, result),
    `expected ${JSON.stringify(row.expected)}, got ${JSON.stringify(statuses(result.text))} closed ${result.closed}`);
}
// Eight at a time: each connection is its own.
const queue = [...cases];
await Promise.all(Array.from({ length: 8 }, async () => {
  for (let row; (row = queue.shift()); ) await run(row);
}));

// The guard sees the same whatever the pieces.
for (const row of cases.filter((c, i) => !c.half && c.bytes.length < 200 && i % 6 === 0)) {
  const result = await raw(server.port, [...row.bytes], { pause: 1, timeout: 3000 });
  check(`byte by byte: ${row.name}`, matches(row.expected, result),
    `expected ${JSON.stringify(row.expected)}, got ${JSON.stringify(statuses(result.text))} closed ${result.closed}`);
}

// HEAD equals GET in every field.
for (const target of ['/', '/assets/site.css', '/nope/', '/sitemap.xml', '/sbd/', '/secure-by-design']) {
  for (const coding of ['identity', 'gzip', 'br', 'zstd']) {
    const ask = async (method) => {
      const { text } = await raw(server.port, `${method} ${target} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${coding}\r\nConnection: close\r\n\r\n`);
      return text.split('\r\n\r\n')[0].split('\r\n').filter((l) => !/^(date|x-request-id):/i.test(l)).sort().join('\n');
    };
    const [get, head] = [await ask('GET'), await ask('HEAD')];
    check(`HEAD ${target} ${coding}`, get === head, `${get}\n--\n${head}`);
  }
}

if (server.child.exitCode !== null || server.child.signalCode) console.log(server.log.slice(-6000));
const after = await fetch(`${server.url}/healthz`);
check('alive after all that', after.status === 200);
const { code } = await server.stop();
check('a clean stop', code === 0, server.log.slice(-400));
finish('http');
process.exit();
