// SPDX-License-Identifier: MIT
//
// Every call for files, connections, memory and threads fails: at the start, while the server runs,
// once, for ever and by half, and at random under load. Whatever fails, the server lives or ends
// with words; what it sends with 200 is right; feedback that it confirmed is there; and it recovers
// when the fault ends.
//
//   node tests/e2e/io-faults.mjs [--seconds 60] [--only CALL]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, site, sleep, start, until } from './harness.mjs';

const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const SECONDS = +option('--seconds', 10);
const only = option('--only', '');

const EIO = 5, HALF = -1;
// A call a row, with a part of its file's name and an errno, or what the call says by itself (0).
const FAULTS = [
  ['open', '-', 0], ['open', '-', EIO], ['open', '.db', 0],
  ['openat2', '-', 0], // as on a kernel before 5.6: files are opened part by part
  ['stat', '-', 0], ['opendir', '-', 0], ['readdir', '-', 0],
  ['read', '.db', 0], ['read', 'data', 0], ['read', '-', HALF], ['recv', '-', 0], ['recv', '-', HALF],
  ['write', '.db', 0], ['write', 'feedback', EIO], ['write', '-', HALF], ['write', 'pipe', 0], ['send', '-', 0], ['send', '-', HALF],
  ['fsync', '-', 0], ['ftruncate', '-', 0], ['mmap', '-', 0], ['memfd_create', '-', 0],
  ['rename', '-', 0], ['unlink', '-', 0], ['mkdir', '-', 0],
  ['inotify', '-', 0], ['epoll', '-', 0], ['eventfd', '-', 0], ['accept', '-', 0], ['accept', '-', EIO],
  ['pthread_create', '-', 0], ['any', '-', 0, 50],
].filter(([call]) => !only || call === only);

// ---- the site ----

const COUNT = 40;
const text = (i, edition) => `---\ntitle: Page ${i}\n---\n# Page ${i}\n\n${`words of page number${i} `.repeat(30)}edition${edition}\n\nThe end of ${i}.\n`;
const FILES = {
  ...Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`data/page-${i}.md`, text(i, 0)])),
  'data/index.md': '---\ntitle: All\n---\n# All\n\n{% for page in collections.all %}{{ page.url }};{% endfor %}\n',
  'assets/a.css': `${'p { color: red }\n'.repeat(500)}/* end */\n`,
};
const SETTINGS = 'name: Test\npassthrough:\n  /assets: assets\nfeedback:\n  per_minute: 100000\nrender_cache: 0\n';

const editions = Array(COUNT).fill(0);
function edit(dir, i) {
  editions[i]++;
  const file = path.join(dir, `data/page-${i}.md`);
  fs.writeFileSync(`${file}.new`, text(i, editions[i]));
  fs.renameSync(`${file}.new`, file);
}

// ---- faults ----

let number = 0;
class Faults {
  constructor(dir) {
    this.file = path.join(dir, 'faults');
    fs.writeFileSync(this.file, Buffer.alloc(4096));
    this.fd = fs.openSync(this.file, 'r+');
  }
  set(call, part = '-', skip = 0, times = 0, code = 0) {
    const line = Buffer.alloc(256);
    line.write(`${++number} ${call} ${part} ${skip} ${times} ${code}\n`);
    fs.writeSync(this.fd, line, 0, 256, 0);
  }
  end() {
    fs.writeSync(this.fd, Buffer.from('0 '), 0, 2, 0);
  }
  get made() {
    const bytes = Buffer.alloc(8);
    fs.readSync(this.fd, bytes, 0, 8, 256);
    return Number(bytes.readBigUInt64LE());
  }
  async run(fn) {
    Object.assign(process.env, { FAILING_CALLS: this.file, LD_PRELOAD: path.join(path.dirname(BINARY), 'tests/faults/libfailing_calls.so') });
    const started = fn();
    delete process.env.LD_PRELOAD;
    delete process.env.FAILING_CALLS;
    return started;
  }
}

// ---- readers ----

// Asks for something, and keeps what is wrong in the list. A connection may break, and an answer
// may be an error: but not a 200 with another text than the file has, or had.
const limit = () => AbortSignal.timeout(8000);
async function ask(server, wrong, i = Math.floor(Math.random() * COUNT)) {
  const get = async (target) => {
    try {
      const answer = await fetch(server.url + target, { signal: limit() });
      return { status: answer.status, body: await answer.text() };
    } catch {
      return { status: 0 };
    }
  };
  const before = editions[i];
  const page = await get(`/page-${i}/`);
  const edition = +/edition(\d+)/.exec(page.body ?? '')?.[1];
  if (page.status === 200 && !(page.body.includes(`The end of ${i}.`) && page.body.split(`number${i} `).length === 31 && edition <= editions[i]))
    wrong.push(`/page-${i}/: ${page.body.slice(0, 200)}`);
  if (page.status === 404) wrong.push(`/page-${i}/: 404`);
  const all = await get('/');
  if (all.status === 200 && !Array.from({ length: COUNT }).every((_, k) => all.body.includes(`/page-${k}/;`))) wrong.push(`/: pages are missing: ${all.body.slice(0, 300)}`);
  const asset = await get('/assets/a.css');
  if (asset.status === 200 ? asset.body !== FILES['assets/a.css'] : asset.status === 404) wrong.push(`/assets/a.css: ${asset.status} ${asset.body?.length}`);
  const found = await get(`/search.json?q=number${i}`);
  if (found.status === 200 && JSON.parse(found.body).results.some((hit) => hit.url !== `/page-${i}/`)) wrong.push(`search: ${found.body.slice(0, 300)}`);
  return [page, all, asset, found].filter((answer) => answer.status === 200).length + (before === edition);
}

const confirmed = new Map(); // folder → comments
let posts = 0;
async function post(server) {
  const comment = `comment ${++posts}.`;
  try {
    const answer = await fetch(`${server.url}/feedback`, {
      method: 'POST', redirect: 'manual', signal: limit(), body: new URLSearchParams({ page: '/page-1/', useful: 'no', comment }),
    });
    if (answer.status === 303) confirmed.get(server.dir).push(comment);
    return answer.status;
  } catch {
    return 0;
  }
}
// Confirmed comments that are not in the file.
function lost(dir) {
  const stored = execFileSync(BINARY, ['feedback', 'export', '--site', dir, '--format', 'json'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return confirmed.get(dir).filter((comment) => !stored.includes(`"${comment}"`));
}

// ---- one server after the other ----

let dir, faults, server;
async function fresh() {
  if (server && server.child.exitCode === null && server.child.signalCode === null) await server.stop('SIGKILL');
  dir = site(FILES, SETTINGS);
  editions.fill(0);
  confirmed.set(dir, []);
  faults = new Faults(dir);
  server = await faults.run(() => start(dir));
}
const ended = () => server.child.exitCode !== null || server.child.signalCode !== null;
const how = () => `${server.child.exitCode} ${server.child.signalCode} ${server.log.slice(-(+process.env.TAIL || 700))}`;

// After a fault: alive or ended with words, nothing lost or wrong, and everything works again.
async function recovers(name, wrong) {
  if (ended()) {
    check(`${name}: it ends with words`, server.child.signalCode === null && /error/.test(server.log), how());
    check(`${name}: nothing confirmed is lost`, !lost(dir).length, lost(dir).slice(0, 5).join());
    return fresh();
  }
  edit(dir, 3);
  const whole = await until(async () => (await ask(server, wrong, 3)) === 5 && (await post(server)) === 303, 5000);
  const state = await fetch(`${server.url}/readyz`).then((r) => r.json()).catch(String);
  if (!check(`${name}: it recovers`, whole && !ended(), `${JSON.stringify(state.checks ?? state)}\n${how()}`)) return fresh();
  check(`${name}: nothing wrong is served`, !wrong.length, wrong.slice(0, 3).join('\n    '));
  check(`${name}: nothing confirmed is lost`, !lost(dir).length, lost(dir).slice(0, 5).join());
}

// What cannot be watched is walked, and that is said.
async function walks(name) {
  const watch = async () => (await fetch(`${server.url}/readyz`).then((r) => r.json())).checks['site:watch'][0];
  check(`${name}: /readyz warns`, await until(async () => (await watch()).status === 'warn', 5000), JSON.stringify(await watch()));
  edit(dir, 2);
  check(`${name}: an edit is seen`, await until(async () => (await (await fetch(`${server.url}/page-2/`)).text()).includes(`edition${editions[2]}`), 5000), server.log.slice(-300));
}

let injected = 0;
await fresh();
for (const [call, part, code, chance] of FAULTS)
  for (const times of chance ? [0] : [1, 0]) {
    const name = `${call} of ${part} fails${code === HALF ? ' by half' : code ? ` with ${code}` : ''} ${times ? 'once' : 'for ever'}`;
    const wrong = [], before = faults.made;
    faults.set(call, part, chance ?? 0, times, code);
    edit(dir, 1);
    for (let i = 0; i < 3 && !ended(); i++) await Promise.all([ask(server, wrong, 1), ask(server, wrong), post(server)]);
    server.child.kill('SIGHUP');
    await sleep(300);
    await Promise.all([ask(server, wrong, 1), ask(server, wrong), post(server)]);
    if (call === 'inotify' && !times) await walks(name);
    injected += faults.made - before;
    faults.end();
    await recovers(name, wrong);
  }
console.log(`    ${injected} calls failed while it ran`);

// ---- at the start ----

injected = 0;
let starts = 0;
for (const [call, part, code] of FAULTS.filter(([name]) => name !== 'any'))
  for (const [skip, times] of [[0, 1], [4, 1], [0, 0]]) {
    const name = `at the start, ${call} of ${part} fails${code === HALF ? ' by half' : code ? ` with ${code}` : ''} ${times ? 'once' : 'for ever'}, from ${skip}`;
    faults.end();
    await server.stop();
    const before = faults.made;
    faults.set(call, part, skip, times, code);
    starts++;
    const started = await faults.run(() => start(dir)).catch((error) => error);
    injected += faults.made - before;
    faults.end();
    if (started instanceof Error) {
      check(`${name}: it ends with words`, /^exit [123]: [^]*error/.test(started.message), started.message.slice(0, 600));
      server = await start(dir);
      continue;
    }
    server = started;
    // There is no earlier snapshot to serve: pages that could not be read are broken until the next.
    await until(async () => (await ask(server, [], 1)) === 5 && (await ask(server, [], 3)) === 5 && (await fetch(server.url).then((r) => r.text())).includes('/page-1/;'), 8000);
    await recovers(name, []);
  }
console.log(`    ${injected} calls failed in ${starts} starts`);

// ---- at random, under load ----

await fresh();
const wrong = [];
const end = Date.now() + SECONDS * 1000;
let answered = 0, taken = 0;
faults.set('any', '-', 200);
const readers = Array.from({ length: 6 }, async () => {
  while (Date.now() < end && !ended()) answered += await ask(server, wrong);
});
const writers = Array.from({ length: 2 }, async () => {
  while (Date.now() < end && !ended()) if ((await post(server)) === 303) taken++;
});
const editor = (async () => {
  while (Date.now() < end && !ended()) {
    edit(dir, Math.floor(Math.random() * COUNT));
    await sleep(100);
  }
})();
await Promise.all([...readers, ...writers, editor]);
const failed = faults.made;
faults.end();
check(`${SECONDS} s of faults at random: it lives`, !ended(), how());
check(`${answered} right answers, ${taken} posts confirmed, ${failed} calls failed`, answered > 20 * SECONDS && taken > 0 && failed > 20 * SECONDS, server.log.slice(-500));
check('none wrong', !wrong.length, `${wrong.length}: ${wrong.slice(0, 3).join('\n    ')}`);
await recovers('after faults at random', []);
console.log(`    ${SECONDS} s under load: ${failed} calls failed, ${answered} right answers, ${wrong.length} wrong, ${taken} posts confirmed, ${lost(dir).length} lost`);
await server.stop();
finish('io-faults');
