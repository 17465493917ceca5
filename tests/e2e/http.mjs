// SPDX-License-Identifier: MIT
//
// The HTTP conformance suite: every row of http-cases.mjs over a raw socket, whole and byte by byte
// for a sample of them, and then the server still serves.
import net from 'node:net';
import cases from './http-cases.mjs';
import { check, finish, raw, sampleSite, site, start, statuses } from './harness.mjs';

const server = await start(sampleSite(), ['--feedback-per-minute', '0']);

function matches(expected, result) {
  const got = statuses(result.text);
  if (expected && expected.pipeline) return JSON.stringify(got) === JSON.stringify(expected.pipeline);
  if (expected && expected.first) return got.length === 1 && expected.first.includes(got[0]);
  if (expected === 'nothing') return got.length === 0;
  if (expected === 'continue') return result.text === 'HTTP/1.1 100 Continue\r\n\r\n' && !result.closed;
  const allowed = expected === 'refused' ? [400, 'close'] : [].concat(expected);
  if (!got.length) return allowed.includes('close') && result.closed;
  return allowed.includes(got[0]);
}

// From first byte to last, what came back must be responses of ours, each with the fields a
// security review asks for, once. Returns what is wrong; '' if nothing is.
const SECURITY = ['content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy',
  'permissions-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'x-request-id', 'date'];
function streamProblem(text, head) {
  for (let rest = text; rest; ) {
    if (rest.startsWith('HTTP/1.1 100 Continue\r\n\r\n')) rest = rest.slice(25);
    if (!rest) break;
    const end = rest.indexOf('\r\n\r\n');
    const lines = rest.slice(0, end).split('\r\n');
    const status = /^HTTP\/1\.1 ([2-5]\d\d) [A-Z][A-Za-z -]*$/.exec(lines[0]);
    if (end < 0 || !status) return `no head of ours: ${JSON.stringify(rest.slice(0, 80))}`;
    const fields = lines.slice(1).map((line) => /^([A-Za-z-]+): (.*)$/.exec(line));
    if (fields.includes(null)) return `no field: ${lines[1 + fields.indexOf(null)]}`;
    const values = (name) => fields.filter((f) => f[1].toLowerCase() === name).map((f) => f[2]);
    const wrong = SECURITY.find((name) => values(name).length !== 1);
    if (wrong) return `${values(wrong).length} times ${wrong} in ${status[0]}`;
    const bodiless = head || ['204', '304'].includes(status[1]);
    if (!bodiless && values('content-length').length !== 1) return `no length in ${status[0]}`;
    const length = bodiless ? 0 : +values('content-length')[0];
    if (rest.length < end + 4 + length) return `a body of ${rest.length - end - 4} bytes, not ${length}`;
    rest = rest.slice(end + 4 + length);
  }
  return '';
}

// Half a request, then the client shuts its side: it must not be answered as if it were whole.
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
  const problem = streamProblem(result.text, row.bytes.startsWith('HEAD'));
  check(`${row.name}: nothing but responses of ours`, !problem, problem);
}
// Eight at a time, each on its own connection.
const queue = [...cases];
await Promise.all(Array.from({ length: 8 }, async () => {
  for (let row; (row = queue.shift()); ) await run(row);
}));

// However the bytes are split, the guard decides the same.
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

// ---- long fields of responses ----

{
  const dir = site({ 'data/p.md': '# P\n' }, `name: Test\nheaders: {X-Long: ${'a'.repeat(30000)}}\nlimits: {target_bytes: 100k}\n`);
  const long = await start(dir, ['--cdn-tags', 'Cache-Tag', '--cdn-control', 'max-age=60']);
  const get = async (target) => {
    const { text } = await raw(long.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return { status: statuses(text)[0], head: text.split('\r\n\r\n')[0] };
  };
  const page = await get('/p/');
  check('a field of 30 kB is sent', page.status === 200 && page.head.includes(`X-Long: ${'a'.repeat(30000)}`), page.head.slice(0, 300));
  const query = 'x'.repeat(60000);
  const redirect = await get(`/p?${query}`);
  check('a redirect repeats a long target', redirect.status === 301 && redirect.head.includes(`Location: /p/?${query}`), redirect.head.slice(0, 300));
  const longer = await get(`/p?${'x'.repeat(99000)}`);
  check('a response whose fields have no room is a 500 with its fields', longer.status === 500 && longer.head.includes('Content-Security-Policy:'), longer.head.slice(0, 300));
  check('and the log says so', /error the response's fields take \d+ bytes; there is room for \d+ .* request_id=/.test(long.log), long.log.slice(-500));
  const missing = await get(`/${'%C3%A9'.repeat(3000)}`);
  check('what has too many tags to be purged is not kept', missing.status === 404 && !/^(cdn-cache-control|cache-tag):/im.test(missing.head), missing.head.slice(-300));
  check('and others are', /^cdn-cache-control: max-age=60/im.test(page.head) && /^cache-tag: /im.test(page.head), page.head.slice(0, 300));
  await long.stop();
}

if (server.child.exitCode !== null || server.child.signalCode) console.log(server.log.slice(-6000));
const after = await fetch(`${server.url}/healthz`);
check('alive after all that', after.status === 200);
const policy = await start(site({ 'data/p.md': '# P\n' }, "name: Test\ncontent_security_policy: |\n  default-src 'self';\n  img-src *\nheaders:\n  X-Folded: >\n    a\n    b\n"));
const folded = (await fetch(`${policy.url}/p/`)).headers;
check('a policy over several lines is one field', folded.get('content-security-policy') === "default-src 'self'; img-src *", folded.get('content-security-policy'));
check('a folded text, too', folded.get('x-folded') === 'a b', folded.get('x-folded'));
await policy.stop();
const { code } = await server.stop();
check('a clean stop', code === 0, server.log.slice(-400));
finish('http');
process.exit();
